import Agreement
import Canon
import Ledger
import Replica
import Store

public struct InviteMade: Codable, Hashable, Sendable {
    public let id: String
    public let link: String
    public let role: String
    public let expires: UInt64
    public let space: String
    public let title: String
}

public struct InviteView: Codable, Hashable, Sendable {
    public let id: String
    public let space: String
    public let title: String
    public let role: String
    /// `open`, `claimed`, `accepted`, `revoked` or `expired`.
    public let state: String
    public let expires: UInt64
    /// Nil for a link made on another device.
    public let link: String?
}

public struct JoinResult: Codable, Hashable, Sendable {
    /// `joined`, or `waiting` until the space can be fetched.
    public let state: String
    public let space: String
    public let title: String?
    public let sentence: String
}

extension Node {
    /// Opens a place in a contract for whoever holds the link.
    public func invite(_ ref: String?, role: String?, expiresInHours hours: UInt64 = 14 * 24) throws -> InviteMade {
        let space = try inviteSpace(ref)
        let addresses = try replica.addresses().map(\.url).prefix(InviteLink.addresses)
        let expiry = now + min(hours, 24 * 366) * 3_600_000
        var generator = SystemRandomNumberGenerator()
        let secret = InviteSecret(using: &generator)
        let (id, invited) = try replica.commit(in: space) { composer in
            guard let counterpart = try composer.role().counterpart, role == nil || role == counterpart.rawValue else {
                throw HandselError(.refused, "You can offer the place of the other party only, not \"\(role ?? "")\".")
            }
            let roster = composer.view.roster
            guard roster.founder == composer.device else {
                throw HandselError(.refused, "Only the device on which the contract was made invites to it.")
            }
            guard roster.person(in: counterpart) == nil else {
                throw HandselError(.refused, "The \(counterpart.rawValue)'s place in this contract is taken already.")
            }
            guard let epoch = roster.epochs.last else { throw HandselError(.refused, "The contract has no keys yet.") }
            let key = try secret.agreementKey().publicKey
            let invite = Invite(
                signingKey: try secret.signingKey().publicKey, agreementKey: key, role: counterpart, expiry: expiry, epoch: epoch,
                keys: try composer.sealedKeys(of: epoch, to: [key]))
            return (try composer.write(.invite(invite)), counterpart)
        }
        let link = InviteLink(space: space, invite: id, secret: secret, addresses: Array(addresses)).text
        try replica.keepInvite(id, to: space, link: link)
        return InviteMade(
            id: id.description, link: link, role: invited.rawValue, expires: expiry, space: space.description,
            title: try replica.contract(space).title)
    }

    private func inviteSpace(_ ref: String?) throws -> SpaceID {
        if let ref { return try replica.resolve(ref) }
        let all = try replica.contracts()
        guard all.count == 1, let space = SpaceID(text: all[0].id) else {
            throw HandselError(.usage, "Say which contract the invite is for. `handsel contract list` shows them.")
        }
        return space
    }

    public func invites() throws -> [InviteView] {
        let links = try replica.madeInvites()
        return try replica.contracts().flatMap { contract -> [InviteView] in
            guard let space = SpaceID(text: contract.id) else { return [] }
            return try replica.roster(of: space).places.sorted { $0.key < $1.key }.map { id, place in
                InviteView(
                    id: id.description, space: contract.id, title: contract.title, role: place.invite.role.rawValue,
                    state: Self.state(of: place, now: now), expires: place.invite.expiry, link: links[id])
            }
        }
    }

    private static func state(of place: Roster.Place, now: UInt64) -> String {
        switch place.state {
        case .open: place.invite.expiry < now ? "expired" : "open"
        case .claimed: "claimed"
        case .accepted: "accepted"
        case .revoked: "revoked"
        }
    }

    public func revokeInvite(_ id: String) throws -> InviteView {
        let prefix = id.hasPrefix(ChangeID.prefix + "_") ? id : ChangeID.prefix + "_" + id
        let found = try invites().filter { !id.isEmpty && $0.id.hasPrefix(prefix) }
        guard found.count == 1, let space = SpaceID(text: found[0].space), let invite = ChangeID(text: found[0].id) else {
            throw HandselError(
                found.isEmpty ? .notFound : .ambiguous,
                "\"\(id)\" names \(found.isEmpty ? "no invite" : "more than one invite"). `handsel invite list` shows them.")
        }
        guard found[0].state != "accepted" else {
            throw HandselError(.refused, "The invite was used and accepted, so it cannot be revoked.")
        }
        try replica.commit(in: space) { composer in
            guard composer.view.roster.founder == composer.device else {
                throw HandselError(.refused, "Only the device that made an invite revokes it.")
            }
            try composer.write(.revokeInvite(invite))
        }
        return try invites().first { $0.id == found[0].id } ?? found[0]
    }

    /// Takes up an invite: fetches the space if it can be reached, joins it, and sends the join back.
    public func join(_ link: String, progress: @Sendable (String) -> Void = { _ in }) async throws -> JoinResult {
        _ = try replica.identity()
        let invite = try InviteLink(parsing: link)
        if let roster = try? replica.roster(of: invite.space), try roster.roles[replica.identity().person] != nil {
            throw HandselError(.refused, "You are a member of this contract already.")
        }
        try replica.holdInvite(invite.secret, to: invite.space, link: link)
        for address in invite.addresses where (try? replica.addresses().contains { $0.url == address }) == false {
            let isRelay = address.hasPrefix("handsel-relay:")
            _ = try? addAddress(address, name: nil, isRelay: isRelay)
        }
        if try completeJoins().isEmpty {
            for address in invite.addresses { _ = try await sync(with: address, progress: progress) }
        }
        return try joinResult(invite.space)
    }

    private func joinResult(_ space: SpaceID) throws -> JoinResult {
        let roster = try replica.roster(of: space)
        guard try roster.roles[replica.identity().person] != nil else {
            let sentence = "The contract has not been fetched yet. Run `handsel sync` once its relay or owner can be reached."
            return JoinResult(state: "waiting", space: space.description, title: nil, sentence: sentence)
        }
        let title = try replica.contract(space).title
        return JoinResult(
            state: "joined", space: space.description, title: title,
            sentence: "You are in. Read the terms with `handsel contract show \"\(title)\"`.")
    }

    /// Joins every space that an invite is held for and whose changes are here; returns those joined.
    func completeJoins() throws -> [SpaceID] {
        guard let identity = try? replica.identity() else { return [] }
        var joined: [SpaceID] = []
        var refusal: HandselError?
        for held in try replica.heldInvites() {
            let key = try held.secret.signingKey()
            let isOver = try replica.commit(in: held.space) { composer -> Bool in
                let roster = composer.view.roster
                if roster.roles[identity.person] != nil { return true }
                guard let (id, place) = roster.places.first(where: { $0.value.invite.signingKey == key.publicKey }) else {
                    return false
                }
                guard place.state == .open, place.invite.expiry >= now else {
                    refusal = HandselError(
                        .refused, "The invite can no longer be used: it was taken, revoked or has expired. Ask for a new one.")
                    return true
                }
                let payload = Invite.joinPayload(space: held.space, invite: id, certificate: identity.certificate)
                try composer.write(.join(invite: id, identity.certificate, proof: try key.sign(payload, for: .join)))
                try composer.write(
                    .share(
                        epoch: place.invite.epoch,
                        keys: try composer.sealedKeys(of: place.invite.epoch, to: identity.certificate.sealingKeys)))
                try composer.fold()
                try composer.write([.edit(.name(identity.name))])
                joined.append(held.space)
                return true
            }
            if isOver { try replica.dropInvite(to: held.space) }
        }
        for space in joined { try listSpace(space) }
        if let refusal { throw refusal }
        return joined
    }

    /// Confirms joins to invites of one's own, as the inviter's device does by itself on its next sync.
    func acceptJoins() throws -> Int {
        var count = 0
        for contract in try replica.contracts() {
            guard let space = SpaceID(text: contract.id) else { continue }
            for join in try replica.roster(of: space).joinsToAccept(by: replica.device) {
                try replica.commit(in: space) { _ = try $0.write(.accept(join: join)) }
                count += 1
            }
        }
        return count
    }
}
