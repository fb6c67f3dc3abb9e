package import Canon

/// One control change as the roster's fold meets it.
package struct ControlEntry: Sendable {
    package let placement: Placement
    /// The author's claim, in milliseconds; only an invite's expiry is compared with it.
    package let claimedTime: UInt64
    package let operations: [ControlOperation]
    /// The certificates whose signatures hold; checked once, however often the entry is folded.
    let provenCertificates: Set<Certificate>

    package init(placement: Placement, claimedTime: UInt64, operations: [ControlOperation]) {
        self.placement = placement
        self.claimedTime = claimedTime
        self.operations = operations
        provenCertificates = Set(operations.compactMap(\.certificate).filter(\.hasValidSignatures))
    }

    package var id: ChangeID { placement.stamp.change }
    var author: DeviceID { placement.stamp.device }
}

/// Who is in a space, with which devices and roles: a fold of its control changes in their linear order.
package struct Roster: Hashable, Sendable {
    package struct Place: Hashable, Sendable {
        package enum State: Hashable, Sendable {
            case open
            /// Taken by a join that the inviter has not confirmed yet: the first in linear order, which may still change.
            case claimed(by: ChangeID)
            case accepted(join: ChangeID)
            /// Taken back by the inviter, or void because the role was given away through another invite.
            case revoked
        }

        package let invite: Invite
        package internal(set) var state: State
    }

    /// A join that proves its invite, and that has the role if the inviter accepts it.
    package struct Join: Hashable, Sendable {
        package let id: ChangeID
        package let invite: ChangeID
        package let certificate: Certificate
    }

    package internal(set) var space: SpaceID?
    package internal(set) var kind: SpaceKind?
    /// The device that founded the space, which alone gives its other places away.
    ///
    /// Its log is one line. If every device of its person could invite, accept and revoke, one that claims to have seen nothing
    /// could put a revocation or another guest before a join that was settled long ago, and so remove the other party.
    package internal(set) var founder: DeviceID?
    /// Everyone who was ever rightly certified, whether or not their place was settled in favour of another.
    package internal(set) var certificates: [DeviceID: Certificate] = [:]
    package internal(set) var roles: [PersonID: Role] = [:]
    package internal(set) var places: [ChangeID: Place] = [:]
    /// In linear order.
    package internal(set) var joins: [Join] = []
    /// Rotations in linear order; new bodies are sealed under the last.
    package internal(set) var epochs: [ChangeID] = []

    package init() {}

    /// Folds entries, which are in linear order.
    package init(folding entries: some Sequence<ControlEntry>) {
        for entry in entries {
            for operation in entry.operations where reasonToVoid(operation, in: entry) == nil { apply(operation, in: entry) }
        }
    }

    /// The member's person, if `device` belongs to one.
    package func person(of device: DeviceID) -> PersonID? {
        guard let person = certificates[device]?.person, roles[person] != nil else { return nil }
        return person
    }

    package func role(of device: DeviceID) -> Role? { person(of: device).flatMap { roles[$0] } }

    package var devices: Set<DeviceID> { Set(certificates.keys.filter { person(of: $0) != nil }) }

    /// Every X25519 key that reads a sealed audience of this space.
    package var sealingKeys: [Bytes32] {
        Array(Set(devices.compactMap { certificates[$0] }.flatMap(\.sealingKeys))).sorted()
    }

    package func person(in role: Role) -> PersonID? { roles.first { $0.value == role }?.key }

    /// Invites whose link still admits someone, or whose first taker waits to be confirmed.
    package var openInvites: [ChangeID: Place] {
        places.filter { if case .open = $0.value.state { true } else { false } }
    }

    /// Joins that wait for `device` to confirm them.
    package func joinsToAccept(by device: DeviceID) -> [ChangeID] {
        guard device == founder else { return [] }
        return places.values.compactMap { if case .claimed(let join) = $0.state { join } else { nil } }.sorted()
    }
}

extension Roster {
    /// Why an operation has no effect where the fold meets it, in words; nil if it has one.
    package func reasonToVoid(_ operation: ControlOperation, in entry: ControlEntry) -> String? {
        switch operation {
        case .create(let kind, let role, let certificate):
            if self.kind != nil { return "the space was already created" }
            if !kind.roles.contains(role) { return "such a space has no such role" }
            return reasonAgainst(certificate, in: entry, isForAuthor: true)
        case .join(let invite, let certificate, let proof):
            return reasonAgainstJoin(invite, certificate, proof, entry)
        case .addDevice(let certificate):
            // Whether the person has a role may depend on a join that is yet to come, which must not undo what they add meanwhile.
            if !certificates.values.contains(where: { $0.person == certificate.person }) { return "its person is not a member" }
            let isOwnEntrance = certificate.isSignedByPerson && certificate.device == entry.author
            if !isOwnEntrance, certificates[entry.author]?.person != certificate.person {
                return "only a person's own devices add a device"
            }
            return reasonAgainst(certificate, in: entry, isForAuthor: false)
        default: break
        }
        guard let author = person(of: entry.author) else { return "its author is not a member" }
        switch operation {
        case .invite(let invite):
            if entry.author != founder { return "only the device that founded the space invites" }
            if roles[author]?.counterpart != invite.role { return "only the other party's place can be offered" }
            if isGivenAway(invite.role) { return "the other party's place is taken" }
            return epochs.contains(invite.epoch) ? nil : "it names an unknown epoch"
        case .revokeInvite(let invite):
            guard let place = places[invite], entry.author == founder else { return "only the inviter revokes an invite" }
            if case .accepted = place.state { return "the invite was already accepted" }
            return nil
        case .accept(let join):
            guard let place = joins.first(where: { $0.id == join }).flatMap({ places[$0.invite] }), entry.author == founder
            else { return "only the inviter accepts a join" }
            if case .accepted = place.state { return "the invite was already accepted" }
            return place.state == .revoked ? "the invite was revoked" : nil
        case .share(let epoch, _): return epochs.contains(epoch) ? nil : "it names an unknown epoch"
        case .listSpace: return kind == .identity ? nil : "only an identity space lists spaces"
        default: return nil
        }
    }

    /// Whether a join to any of a role's invites was accepted.
    private func isGivenAway(_ role: Role) -> Bool {
        places.values.contains { if case .accepted = $0.state { $0.invite.role == role } else { false } }
    }

    private func reasonAgainst(_ certificate: Certificate, in entry: ControlEntry, isForAuthor: Bool) -> String? {
        if isForAuthor, certificate.device != entry.author { return "its certificate is for another device" }
        // Counted for each person, so that nobody can crowd out the other party with devices that come first in linear order.
        let own = certificates.values.filter { $0.person == certificate.person }.map(\.device)
        if own.count >= LedgerLimits.devices, !own.contains(certificate.device) {
            return "its person has as many devices as one may have"
        }
        // A device that changed hands would take along what it signed before.
        if let known = certificates[certificate.device], known.person != certificate.person {
            return "its device already belongs to another person"
        }
        let isIssuerKnown =
            certificate.isSignedByPerson || certificates[DeviceID(certificate.issuer)]?.person == certificate.person
        return isIssuerKnown && entry.provenCertificates.contains(certificate) ? nil : "its certificate is not valid"
    }

    private func reasonAgainstJoin(
        _ invite: ChangeID, _ certificate: Certificate, _ proof: [UInt8], _ entry: ControlEntry
    ) -> String? {
        guard let space, let place = places[invite] else { return "there is no such invite" }
        if place.state == .revoked { return "the invite was revoked" }
        if case .accepted = place.state { return "the invite was already used" }
        if entry.claimedTime > place.invite.expiry { return "the invite had expired" }
        if founder.flatMap({ certificates[$0] })?.person == certificate.person { return "its person is already a member" }
        let payload = Invite.joinPayload(space: space, invite: invite, certificate: certificate)
        guard SignaturePurpose.join.isValid(proof, over: payload, by: place.invite.signingKey) else {
            return "it does not prove the invite"
        }
        return reasonAgainst(certificate, in: entry, isForAuthor: true)
    }

    private mutating func apply(_ operation: ControlOperation, in entry: ControlEntry) {
        switch operation {
        case .create(let kind, let role, let certificate):
            space = SpaceID(genesis: entry.id)
            self.kind = kind
            founder = entry.author
            certificates[certificate.device] = certificate
            roles[certificate.person] = role
        case .rotate: epochs.append(entry.id)
        case .share, .listSpace: break
        case .invite(let invite): places[entry.id] = Place(invite: invite, state: .open)
        case .revokeInvite(let invite):
            places[invite]?.state = .revoked
            settle(invite)
        case .join(let invite, let certificate, _):
            joins.append(Join(id: entry.id, invite: invite, certificate: certificate))
            certificates[certificate.device] = certificate
            settle(invite)
        case .accept(let join):
            guard let invite = joins.first(where: { $0.id == join })?.invite, let role = places[invite]?.invite.role else {
                return
            }
            for (other, place) in places where place.invite.role == role { places[other]?.state = .revoked }
            places[invite]?.state = .accepted(join: join)
            settle(invite)
        case .addDevice(let certificate): certificates[certificate.device] = certificate
        }
    }

    /// Gives an invite's role to the join that was accepted, or until then to the first whose invite still stands.
    private mutating func settle(_ invite: ChangeID) {
        guard let role = places[invite]?.invite.role else { return }
        let rivals = joins.filter { places[$0.invite]?.invite.role == role }
        for rival in rivals { roles[rival.certificate.person] = nil }
        let winner =
            rivals.first { places[$0.invite]?.state == .accepted(join: $0.id) }
            ?? rivals.first { places[$0.invite]?.state != .revoked }
        for (id, place) in places where place.invite.role == role {
            if case .claimed = place.state { places[id]?.state = .open }
        }
        guard let winner else { return }
        roles[winner.certificate.person] = role
        if places[winner.invite]?.state == .open { places[winner.invite]?.state = .claimed(by: winner.id) }
    }
}
