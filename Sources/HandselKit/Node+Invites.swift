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
    /// `joined`, or `waiting` until the space can be fetched and, for an agent or a mediator, both parties have agreed.
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
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        let secret = InviteSecret(using: &generator)
        let (id, invited) = try replica.commit(in: space) { composer in
            let invited = try self.place(role, offeredBy: composer)
            guard let epoch = composer.view.roster.epochs.last else {
                throw HandselError(.refused, "The contract has no keys yet.")
            }
            let key = try secret.agreementKey().publicKey
            // An agent and a mediator get their keys once both parties have let them in.
            let keys = try invited.isParty ? composer.sealedKeys(of: epoch, Audience.sealed, to: [key]) : [:]
            let invite = Invite(
                signingKey: try secret.signingKey().publicKey, agreementKey: key, role: invited, expiry: expiry, epoch: epoch,
                keys: keys)
            return (try composer.write(.invite(invite)), invited)
        }
        let link = InviteLink(space: space, invite: id, secret: secret, addresses: Array(addresses)).text
        try replica.keepInvite(id, to: space, link: link)
        return InviteMade(
            id: id.description, link: link, role: invited.rawValue, expires: expiry, space: space.description,
            title: try replica.contract(space).title)
    }

    /// The place that an invite is for: the other party's, unless it is the agent's or the mediator's that the terms name.
    private nonisolated func place(_ name: String?, offeredBy composer: Composer) throws -> Role {
        let roster = composer.view.roster
        guard roster.kind == .contract, let counterpart = try composer.role().counterpart else {
            throw HandselError(.refused, "Only the client and the freelancer invite to a contract.")
        }
        let role = name == nil ? counterpart : name.flatMap { Role(rawValue: $0) }
        guard let role, role == counterpart || role == .agent || role == .mediator else {
            throw HandselError(
                .refused,
                "You can offer the place of the \(counterpart.rawValue), the agent or the mediator, not \"\(name ?? "")\".")
        }
        guard roster.founder == composer.device else {
            throw HandselError(.refused, "Only the device on which the contract was made invites to it.")
        }
        let holder = roster.person(in: role)
        if role.isParty {
            guard holder == nil else {
                throw HandselError(.refused, "The \(role.rawValue)'s place in this contract is taken already.")
            }
            return role
        }
        let state = try composer.state()
        let terms = [state.current?.terms, state.pending?.terms, state.activeTerms]
        let named = terms.compactMap { $0?.person(serving: role) }
        guard named.contains(where: { $0 != holder }) else {
            throw HandselError(
                .refused,
                holder == nil
                    ? "Name the \(role.rawValue) in the terms first: `handsel contract offer --\(role.rawValue) PERSON`."
                    : "The \(role.rawValue)'s place in this contract is taken already. To replace them, agree on somebody else first: "
                        + "`handsel contract amend --\(role.rawValue) PERSON`.")
        }
        return role
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
        if let roster = try? replica.roster(of: invite.space), try roster.presentRole(of: replica.identity().person) != nil {
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
        let person = try replica.identity().person
        guard roster.presentRole(of: person) != nil else {
            let sentence =
                roster.participants.contains(person)
                ? "You have asked to be let in. Run `handsel sync` once both parties, whose terms must name you, have synced."
                : "The contract has not been fetched yet. Run `handsel sync` once its relay or owner can be reached."
            return JoinResult(state: "waiting", space: space.description, title: nil, sentence: sentence)
        }
        let title = try replica.contract(space).title
        return JoinResult(
            state: "joined", space: space.description, title: title,
            sentence: "You are in. Read the terms with `handsel contract show \"\(title)\"`.")
    }

    /// Joins every space that an invite is held for and whose changes are here; returns those joined or asked to let one in.
    func completeJoins() throws -> [SpaceID] {
        guard let identity = try? replica.identity() else { return [] }
        var joined: [SpaceID] = []
        var refusal: HandselError?
        for held in try replica.heldInvites() {
            let key = try held.secret.signingKey()
            let isOver = try replica.commit(in: held.space) { composer -> Bool in
                let roster = composer.view.roster
                if roster.presentRole(of: identity.person) != nil { return true }
                guard let (id, place) = roster.places.first(where: { $0.value.invite.signingKey == key.publicKey }) else {
                    return false
                }
                if roster.formerPerson(of: replica.device) != nil {
                    refusal = HandselError(
                        .refused,
                        "You were replaced in this contract, and a device that was in it does not come back. "
                            + "`handsel device renew` gives this one a key of its own; then ask for a new link.")
                    return true
                }
                if let reason = roster.reasonAgainst(identity.person, as: place.invite.role) {
                    refusal = HandselError(.refused, "You cannot take up this invite: \(reason).")
                    return true
                }
                // The invite is held until both parties have let an agent or a mediator in, because it keeps the space here.
                let isWaiting = roster.joins.contains { $0.invite == id && $0.person == identity.person }
                if case .claimed = place.state, !place.invite.role.isParty, isWaiting { return false }
                guard place.state == .open, place.invite.expiry >= now else {
                    refusal = HandselError(
                        .refused, "The invite can no longer be used: it was taken, revoked or has expired. Ask for a new one.")
                    return true
                }
                let payload = Invite.joinPayload(space: held.space, invite: id, certificate: identity.certificate)
                try composer.write(.join(invite: id, identity.certificate, proof: try key.sign(payload, for: .join)))
                joined.append(held.space)
                guard place.invite.role.isParty else { return false }
                try composer.share(Audience.sealed, with: identity.certificate.sealingKeys)
                try composer.fold()
                try composer.write([.edit(.name(identity.name))])
                return true
            }
            if isOver { try replica.dropInvite(to: held.space) }
        }
        for space in joined { try listSpace(space) }
        if let refusal { throw refusal }
        return joined
    }

    /// Accepts joins that wait for this device, as it does by itself on its next sync: of the other party, and of the agent and
    /// the mediator whom the terms name.
    func acceptJoins() throws -> Int {
        var count = 0
        for contract in try replica.contracts() {
            guard let space = SpaceID(text: contract.id) else { continue }
            for join in try replica.roster(of: space).joinsAwaitingConsent(of: replica.device) {
                count += try replica.commit(in: space) { try self.accept(join, in: $0) ? 1 : 0 }
            }
            count += try shareKeys(in: space)
        }
        return count
    }

    /// Gives keys to members whom whoever made or shared them left out; returns whether there was one.
    private func shareKeys(in space: SpaceID) throws -> Int {
        let roster = try replica.roster(of: space)
        guard roster.role(of: replica.device)?.isParty == true, let audiences = roster.kind?.sealedAudiences else { return 0 }
        let isWhole = roster.epochs.allSatisfy { epoch in audiences.allSatisfy { roster.keysWithout(epoch, $0).isEmpty } }
        return isWhole ? 0 : try replica.commit(in: space) { try $0.shareMissingKeys() }
    }

    /// Returns whether it was for this device to accept, which an earlier one may have decided.
    private nonisolated func accept(_ join: Roster.Join, in composer: Composer) throws -> Bool {
        guard composer.view.roster.joinsAwaitingConsent(of: composer.device).contains(join),
            let role = composer.view.roster.role(of: join)
        else { return false }
        if !role.isParty, try composer.state().activeTerms?.person(serving: role) != join.person { return false }
        try composer.write(.accept(join: join.id))
        guard !role.isParty else { return true }
        try composer.fold()
        // Whoever had the place before reads nothing that is written from now on.
        try composer.rotateIfRead()
        try composer.shareMissingKeys()
        return true
    }
}
