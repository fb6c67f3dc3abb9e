package import Canon

/// What a space is for; it fixes the roles, the audiences, and how members are admitted.
package enum SpaceKind: String, Sendable {
    /// A person's public space: device certificates and the sealed list of their spaces.
    case identity
    /// A contract between a client and a freelancer.
    case contract
    /// What an agent holds for one freelancer, and how it is paid out.
    case account

    package var roles: [Role] {
        switch self {
        case .identity: [.owner]
        case .contract: [.client, .freelancer, .agent, .mediator]
        case .account: [.freelancer, .agent]
        }
    }

    /// Roles in which one founds such a space.
    package var founders: [Role] {
        switch self {
        case .identity: [.owner]
        case .contract: [.client, .freelancer]
        case .account: [.freelancer]
        }
    }

    /// Audiences that are keyed in such a space.
    package var sealedAudiences: [Audience] { self == .identity ? [] : Audience.sealed }

    /// Sealed audiences whose keys a member in such a role is given.
    package func audiences(readBy role: Role) -> [Audience] {
        guard roles.contains(role) else { return [] }
        return self == .contract && !role.isParty ? [.money] : sealedAudiences
    }
}

/// What a member is in a space.
package enum Role: String, Sendable {
    case owner, client, freelancer, agent, mediator

    /// Whether it is one of the two between whom a contract is made; all others serve them.
    package var isParty: Bool { counterpart != nil }

    /// The role across the table.
    package var counterpart: Role? {
        switch self {
        case .client: .freelancer
        case .freelancer: .client
        case .owner, .agent, .mediator: nil
        }
    }
}

/// An operation on a space's membership.
///
/// All are in the `control` audience.
package enum ControlOperation: Hashable, Sendable {
    /// The genesis: what the space is, and who founds it in which role.
    case create(SpaceKind, Role, Certificate)
    /// New keys for all sealed audiences; the epoch's id is the id of the change that carries this.
    ///
    /// The digests say which key it is, so that nobody can be given another one.
    case rotate(predecessor: ChangeID?, keys: [Audience: [SealedKey]], digests: [Audience: Bytes32])
    /// Seals keys of an existing epoch to further recipients.
    case share(epoch: ChangeID, keys: [Audience: [SealedKey]])
    /// An open place for whoever holds the link.
    case invite(Invite)
    case revokeInvite(ChangeID)
    /// Takes the place of an invite; `proof` is the invite key's signature over space, invite and certificate.
    case join(invite: ChangeID, Certificate, proof: [UInt8])
    /// Confirms a join: the founding device's settles who has the place, the other party's lets it settle on an agent or a
    /// mediator.
    case accept(join: ChangeID)
    /// Takes in a person by a certificate of one of their devices; only the agent, and only in an account.
    case addMember(Role, Certificate)
    /// A further device of a person who is a member.
    case addDevice(Certificate)
    /// A device of the author's own person that is lost, stolen or done with.
    case removeDevice(DeviceID)
    /// One of the person's spaces, its id sealed to their keys; only in an identity space.
    case listSpace([SealedKey])
}

/// The public half of an invite.
package struct Invite: Hashable, Sendable {
    package let signingKey: Bytes32
    package let agreementKey: Bytes32
    package let role: Role
    /// Milliseconds since 1970 UTC, compared with the join's claimed time and, by whoever hands out the space, with the clock.
    package let expiry: UInt64
    package let epoch: ChangeID
    package let keys: [Audience: [SealedKey]]

    package init(
        signingKey: Bytes32, agreementKey: Bytes32, role: Role, expiry: UInt64, epoch: ChangeID, keys: [Audience: [SealedKey]]
    ) {
        self.signingKey = signingKey
        self.agreementKey = agreementKey
        self.role = role
        self.expiry = expiry
        self.epoch = epoch
        self.keys = keys
    }

    /// What the invite key signs when its holder joins.
    package static func joinPayload(space: SpaceID, invite: ChangeID, certificate: Certificate) -> [UInt8] {
        CBORWriter.encode {
            $0.array(3)
            $0.identifier(space)
            $0.identifier(invite)
            certificate.write(to: &$0)
        }
    }
}

extension ControlOperation {
    package static let kinds: Set<String> = [
        "space.create", "epoch.rotate", "epoch.share", "invite.create", "invite.revoke", "member.join", "member.accept",
        "member.add", "device.add", "device.remove", "space.list",
    ]

    /// The certificate it carries.
    package var certificate: Certificate? {
        switch self {
        case .create(_, _, let certificate), .join(_, let certificate, _), .addMember(_, let certificate),
            .addDevice(let certificate):
            certificate
        default: nil
        }
    }

    /// The form in which it stands in a body.
    package var operation: Operation {
        switch self {
        case .create(let kind, let role, let certificate):
            Operation("space.create") {
                $0.array(3)
                $0.text(kind.rawValue)
                $0.text(role.rawValue)
                certificate.write(to: &$0)
            }
        case .rotate(let predecessor, let keys, let digests):
            Operation("epoch.rotate") {
                $0.array(3)
                $0.optional(predecessor) { $0.identifier($1) }
                $0.audienceKeys(keys)
                $0.audienceDigests(digests)
            }
        case .share(let epoch, let keys): Operation("epoch.share", on: epoch) { $0.audienceKeys(keys) }
        case .invite(let invite):
            Operation("invite.create", on: invite.epoch) {
                $0.array(5)
                $0.bytes32(invite.signingKey)
                $0.bytes32(invite.agreementKey)
                $0.text(invite.role.rawValue)
                $0.unsigned(invite.expiry)
                $0.audienceKeys(invite.keys)
            }
        case .revokeInvite(let invite): Operation("invite.revoke", on: invite)
        case .join(let invite, let certificate, let proof):
            Operation("member.join", on: invite) {
                $0.array(2)
                certificate.write(to: &$0)
                $0.bytes(proof)
            }
        case .accept(let join): Operation("member.accept", on: join)
        case .addMember(let role, let certificate):
            Operation("member.add") {
                $0.array(2)
                $0.text(role.rawValue)
                certificate.write(to: &$0)
            }
        case .addDevice(let certificate): Operation("device.add") { certificate.write(to: &$0) }
        case .removeDevice(let device): Operation("device.remove") { $0.identifier(device) }
        case .listSpace(let seals): Operation("space.list") { $0.seals(seals) }
        }
    }

    /// Nil for a kind that this version does not know; what is not the one form of an operation is refused.
    package init?(_ operation: Operation) throws(LedgerError) {
        do {
            var reader = CBORReader(operation.payload.span)
            guard let decoded = try Self.decode(operation, &reader) else { return nil }
            try reader.finish()
            guard decoded.operation == operation else { throw CanonError(.unexpectedValue, at: 0) }
            self = decoded
        } catch let error as CanonError {
            throw .malformed("operation \(operation.kind)", error)
        } catch {
            throw LedgerError(.malformed, "The operation \(operation.kind) is damaged.")
        }
    }

    private static func decode(_ operation: Operation, _ reader: inout CBORReader) throws -> ControlOperation? {
        func document() throws(CanonError) -> ChangeID {
            guard let document = operation.document else { throw CanonError(.unexpectedValue, at: 0) }
            return document
        }
        switch operation.kind {
        case "space.create":
            try reader.array(of: 3)
            return .create(try reader.named(), try reader.named(), try Certificate(from: &reader))
        case "epoch.rotate":
            try reader.array(of: 3)
            return .rotate(
                predecessor: try reader.optionalIdentifier(), keys: try reader.audienceKeys(),
                digests: try reader.audienceDigests())
        case "epoch.share": return .share(epoch: try document(), keys: try reader.audienceKeys())
        case "invite.create":
            try reader.array(of: 5)
            return .invite(
                Invite(
                    signingKey: try reader.bytes32(), agreementKey: try reader.bytes32(), role: try reader.named(),
                    expiry: try reader.unsigned(), epoch: try document(), keys: try reader.audienceKeys()))
        case "invite.revoke":
            try reader.array(of: 0)
            return .revokeInvite(try document())
        case "member.join":
            try reader.array(of: 2)
            return .join(
                invite: try document(), try Certificate(from: &reader),
                proof: try reader.signature())
        case "member.accept":
            try reader.array(of: 0)
            return .accept(join: try document())
        case "member.add":
            try reader.array(of: 2)
            return .addMember(try reader.named(), try Certificate(from: &reader))
        case "device.add": return .addDevice(try Certificate(from: &reader))
        case "device.remove": return .removeDevice(try reader.identifier())
        case "space.list": return .listSpace(try reader.seals())
        default: return nil
        }
    }
}

extension CBORWriter {
    fileprivate mutating func audienceKeys(_ keys: [Audience: [SealedKey]]) {
        array(keys.sorted { $0.key.rawValue < $1.key.rawValue }) { writer, entry in
            writer.array(2)
            writer.unsigned(UInt64(entry.key.rawValue))
            writer.seals(entry.value)
        }
    }

    fileprivate mutating func audienceDigests(_ digests: [Audience: Bytes32]) {
        array(digests.sorted { $0.key.rawValue < $1.key.rawValue }) { writer, entry in
            writer.array(2)
            writer.unsigned(UInt64(entry.key.rawValue))
            writer.bytes32(entry.value)
        }
    }
}

extension CBORReader {
    @_lifetime(self: copy self)
    fileprivate mutating func audienceKeys() throws(CanonError) -> [Audience: [SealedKey]] {
        var keys: [Audience: [SealedKey]] = [:]
        for _ in 0..<(try array(limit: Audience.allCases.count)) { keys[try sealedAudience(notIn: keys)] = try seals() }
        return keys
    }

    @_lifetime(self: copy self)
    fileprivate mutating func audienceDigests() throws(CanonError) -> [Audience: Bytes32] {
        var digests: [Audience: Bytes32] = [:]
        for _ in 0..<(try array(limit: Audience.allCases.count)) { digests[try sealedAudience(notIn: digests)] = try bytes32() }
        return digests
    }

    /// The first of a pair: an audience that was not named before.
    @_lifetime(self: copy self)
    private mutating func sealedAudience<Value>(notIn known: [Audience: Value]) throws(CanonError) -> Audience {
        try array(of: 2)
        let start = offset
        guard let audience = Audience(rawValue: UInt8(try unsigned(upTo: 255))), audience.isSealed, known[audience] == nil
        else { throw CanonError(.unexpectedValue, at: start) }
        return audience
    }

    @_lifetime(self: copy self)
    fileprivate mutating func named<Name: RawRepresentable<String>>(_: Name.Type = Name.self) throws(CanonError) -> Name {
        let start = offset
        guard let name = Name(rawValue: try text(limit: LedgerLimits.kind)) else {
            throw CanonError(.unexpectedValue, at: start)
        }
        return name
    }
}
