import Canon

/// Which operations have an effect where the fold meets them, and which.
extension Roster {
    /// Why an operation has no effect where the fold meets it, in words; nil if it has one.
    package func reasonToVoid(_ operation: ControlOperation, in entry: ControlEntry) -> String? {
        switch operation {
        case .create(let kind, let role, let certificate):
            if self.kind != nil { return "the space was already created" }
            if !kind.founders.contains(role) { return "such a space is not founded in that role" }
            return reasonAgainst(certificate, in: entry, isForAuthor: true)
        case .join(let invite, let certificate, let proof):
            return reasonAgainstJoin(invite, certificate, proof, entry)
        case .addDevice(let certificate):
            // Whether the person has a role may depend on a join that is yet to come, which must not undo what they add meanwhile.
            if !certificates.values.contains(where: { $0.person == certificate.person }) { return "its person is not a member" }
            if former.contains(certificate.person), unseenReplacements(of: certificate.person, entry).isEmpty {
                return "its person was replaced"
            }
            let isOwnEntrance = certificate.isSignedByPerson && certificate.device == entry.author
            if !isOwnEntrance, certificates[entry.author]?.person != certificate.person {
                return "only a person's own devices add a device"
            }
            return reasonAgainst(certificate, in: entry, isForAuthor: false)
        default: break
        }
        // Whether what a device signed without knowing of its removal stands is not for this fold to say.
        guard let author = author(of: entry.author) else { return "its author is not a member" }
        if removals.contains(where: { $0.device == entry.author && entry.placement.hasSeen($0.by) }) {
            return "its author's device had been removed"
        }
        switch operation {
        case .rotate(_, let keys, let digests):
            return canRekey(author) ? reasonAgainstKeys(keys, digests) : "only whoever reads all of a space gives it new keys"
        case .invite(let invite): return reasonAgainst(invite, by: author, in: entry)
        case .revokeInvite(let invite):
            guard let place = places[invite], isFounding(entry) else { return "only the inviter revokes an invite" }
            if case .accepted = place.state { return "the invite was already accepted" }
            return nil
        case .accept(let join): return reasonAgainstAccepting(join, by: author, in: entry)
        case .addMember(let role, let certificate): return reasonAgainstAdding(role, certificate, in: entry)
        case .share(let epoch, _): return epochs.contains(epoch) ? nil : "it names an unknown epoch"
        case .listSpace: return kind == .identity ? nil : "only an identity space lists spaces"
        case .removeDevice(let device):
            if certificates[device]?.person != author { return "only a person's own devices remove a device" }
            guard let entrance = entrances[device], device == entry.author || entry.placement.past.contains(entrance) else {
                return "its author did not know the device"
            }
            return nil
        default: return nil
        }
    }

    /// Whoever makes keys knows them, so nobody makes those of an audience that they do not read.
    package func canRekey(_ person: PersonID) -> Bool {
        guard let kind, let role = roles[person] else { return false }
        return Set(kind.audiences(readBy: role)).isSuperset(of: kind.sealedAudiences)
    }

    /// Keys that leave a member out would hide from them what binds them.
    private func reasonAgainstKeys(_ keys: [Audience: [SealedKey]], _ digests: [Audience: Bytes32]) -> String? {
        for audience in kind?.sealedAudiences ?? [] {
            let recipients = Set(keys[audience, default: []].map(\.recipient))
            if !recipients.isSuperset(of: sealingKeys(reading: audience)) { return "it leaves out somebody who reads the space" }
            if digests[audience] == nil { return "it does not say which keys it gives" }
        }
        return nil
    }

    private func reasonAgainst(_ certificate: Certificate, in entry: ControlEntry, isForAuthor: Bool) -> String? {
        if isForAuthor, certificate.device != entry.author { return "its certificate is for another device" }
        // Counted for each person, so that nobody can crowd out the other party with devices that come first in linear order.
        let own = certificates.values.filter { $0.person == certificate.person }.map(\.device)
        if own.count >= LedgerLimits.devices, !own.contains(certificate.device) {
            return "its person has as many devices as one may have"
        }
        if isRemoved(certificate.device) { return "its device was removed, and never comes back" }
        // A device that changed hands would take along what it signed before.
        if let known = certificates[certificate.device], known.person != certificate.person {
            return "its device already belongs to another person"
        }
        let isIssuerKnown =
            certificate.isSignedByPerson || certificates[DeviceID(certificate.issuer)]?.person == certificate.person
        return isIssuerKnown && entry.provenCertificates.contains(certificate) ? nil : "its certificate is not valid"
    }

    private func reasonAgainst(_ invite: Invite, by author: PersonID, in entry: ControlEntry) -> String? {
        if !isFounding(entry) { return "only the device that founded the space invites" }
        if kind != .contract || settled[author] == invite.role || !SpaceKind.contract.roles.contains(invite.role) {
            return "only another's place in a contract can be offered"
        }
        if invite.role.isParty, settled.values.contains(invite.role) { return "the \(invite.role.rawValue)'s place is taken" }
        // Whoever holds the link reads what its keys open, and both parties have yet to agree to them.
        if !invite.role.isParty, !invite.keys.isEmpty { return "an invite for the \(invite.role.rawValue) carries no keys" }
        return epochs.contains(invite.epoch) ? nil : "it names an unknown epoch"
    }

    private func reasonAgainstJoin(
        _ invite: ChangeID, _ certificate: Certificate, _ proof: [UInt8], _ entry: ControlEntry
    ) -> String? {
        guard let space, let place = places[invite] else { return "there is no such invite" }
        if place.state == .revoked { return "the invite was revoked" }
        if case .accepted = place.state { return "the invite was already used" }
        if entry.claimedTime > place.invite.expiry { return "the invite had expired" }
        if let reason = reasonAgainst(certificate.person, as: place.invite.role) { return reason }
        let payload = Invite.joinPayload(space: space, invite: invite, certificate: certificate)
        guard SignaturePurpose.join.isValid(proof, over: payload, by: place.invite.signingKey) else {
            return "it does not prove the invite"
        }
        return reasonAgainst(certificate, in: entry, isForAuthor: true)
    }

    private func reasonAgainstAccepting(_ id: ChangeID, by author: PersonID, in entry: ControlEntry) -> String? {
        guard let join = joins.first(where: { $0.id == id }), let place = places[join.invite] else {
            return "there is no such join"
        }
        if case .accepted = place.state { return "the invite was already accepted" }
        if place.state == .revoked { return "the invite was revoked" }
        if let reason = reasonAgainst(join.person, as: place.invite.role) { return reason }
        if place.invite.role.isParty { return isFounding(entry) ? nil : "only the inviter accepts a join" }
        if !isFounding(entry) {
            return isSettledCounterpart(author) ? nil : "only the other party agrees to the \(place.invite.role.rawValue)"
        }
        // In its past, not only before it in linear order: what the other party signs later cannot change what is settled.
        let hasConsent = consents[id, default: []].contains(where: entry.placement.past.contains)
        return hasConsent ? nil : "the other party has not agreed to the \(place.invite.role.rawValue) yet"
    }

    /// Why a person may not take a place; a person has one role in a space, so that what they signed in it stays theirs.
    package func reasonAgainst(_ person: PersonID, as role: Role) -> String? {
        guard let own = settled[person] else { return nil }
        if !former.contains(person) { return "its person is already a member" }
        return own == role ? nil : "its person was the \(own.rawValue) before, and comes back as that or not at all"
    }

    /// Where a person was replaced without the author of an entry knowing.
    private func unseenReplacements(of person: PersonID, _ entry: ControlEntry) -> [Replacement] {
        replacements.filter { $0.person == person && !entry.placement.hasSeen($0.by) }
    }

    private func reasonAgainstAdding(_ role: Role, _ certificate: Certificate, in entry: ControlEntry) -> String? {
        if kind != .account { return "only an account takes in a member without an invite" }
        if !isFounding(entry) { return "only the device that founded the space adds a member" }
        if role != .agent { return "only the agent is added" }
        if settled.values.contains(role) { return "the agent's place is taken" }
        if settled[certificate.person] != nil { return "its person is already a member" }
        return reasonAgainst(certificate, in: entry, isForAuthor: false)
    }

    mutating func apply(_ operation: ControlOperation, in entry: ControlEntry) {
        switch operation {
        case .create(let kind, let role, let certificate):
            space = SpaceID(genesis: entry.id)
            self.kind = kind
            founding.pass(to: entry.author, since: nil)
            admit(certificate, entry)
            settled[certificate.person] = role
        case .rotate(_, let keys, let digests):
            epochs.append(entry.id)
            epochDigests[entry.id] = digests
            noteRecipients(of: keys, entry.id)
        case .share(let epoch, let keys): noteRecipients(of: keys, epoch)
        case .listSpace: break
        case .invite(let invite): places[entry.id] = Place(invite: invite, state: .open)
        case .revokeInvite(let invite): places[invite]?.state = .revoked
        case .join(let invite, let certificate, _):
            joins.append(Join(id: entry.id, invite: invite, certificate: certificate))
            admit(certificate, entry)
        case .accept(let id):
            guard isFounding(entry) else {
                consents[id, default: []].append(entry.placement.stamp)
                break
            }
            guard let join = joins.first(where: { $0.id == id }), let role = role(of: join) else { break }
            for (other, place) in places where place.invite.role == role && !place.isAccepted { places[other]?.state = .revoked }
            places[join.invite]?.state = .accepted(join: id)
            if let before = person(in: role), before != join.person { replace(before, entry) }
            settle(join.certificate, as: role, entry)
        case .addMember(let role, let certificate):
            admit(certificate, entry)
            settle(certificate, as: role, entry)
        case .addDevice(let certificate):
            admit(certificate, entry)
            // Whoever replaced its person removed it too.
            removals += unseenReplacements(of: certificate.person, entry).map {
                Removal(device: certificate.device, by: $0.by, isReplacement: true)
            }
            // Whoever comes back by the recovery code after all devices were removed takes over from them.
            if certificate.isSignedByPerson { succeed(to: certificate.person, with: certificate.device, entry) }
        case .removeDevice(let device):
            removals.append(Removal(device: device, by: entry.placement, isReplacement: false))
            if device != entry.author, let person = author(of: device) { succeed(to: person, with: entry.author, entry) }
        }
        assignClaims()
    }

    private mutating func admit(_ certificate: Certificate, _ entry: ControlEntry) {
        certificates[certificate.device] = certificate
        if entrances[certificate.device] == nil { entrances[certificate.device] = entry.placement.stamp }
    }

    /// What a removed device of a person alone could do, another of theirs can do from now on.
    private mutating func succeed(to person: PersonID, with device: DeviceID, _ entry: ControlEntry) {
        func isOver(_ succession: Succession?) -> Bool {
            guard let last = succession?.last, certificates[last]?.person == person else { return false }
            return removals.contains { $0.device == last && !$0.isReplacement }
        }
        if isOver(founding) { founding.pass(to: device, since: entry.placement.stamp) }
        if isOver(serving[person]) { serving[person]?.pass(to: device, since: entry.placement.stamp) }
    }

    /// Whoever had the place is out with all their devices.
    private mutating func replace(_ person: PersonID, _ entry: ControlEntry) {
        former.insert(person)
        replacements.append(Replacement(person: person, by: entry.placement))
        let devices = certificates.values.filter { $0.person == person }.map(\.device).sorted()
        removals += devices.map { Removal(device: $0, by: entry.placement, isReplacement: true) }
    }

    /// Whether an entry's author was the founding device, as far as they could know.
    func isFounding(_ entry: ControlEntry) -> Bool { founding.holder(knownAt: entry.placement.past) == entry.author }

    private mutating func noteRecipients(of keys: [Audience: [SealedKey]], _ epoch: ChangeID) {
        for (audience, seals) in keys {
            epochRecipients[epoch, default: [:]][audience, default: []].formUnion(seals.map(\.recipient))
        }
    }

    private mutating func settle(_ certificate: Certificate, as role: Role, _ entry: ControlEntry) {
        let isReturning = former.remove(certificate.person) != nil
        settled[certificate.person] = role
        guard !role.isParty else { return }
        let since = isReturning ? entry.placement.stamp : nil
        serving[certificate.person, default: Succession()].pass(to: certificate.device, since: since)
    }

    /// Gives each place that is not settled to the first join whose invite stands; a party has the role at once.
    private mutating func assignClaims() {
        roles = settled
        for (id, place) in places {
            if case .claimed = place.state { places[id]?.state = .open }
        }
        for role in kind?.roles ?? [] {
            let first = joins.first { join in
                self.role(of: join) == role && places[join.invite]?.state == .open && reasonAgainst(join.person, as: role) == nil
            }
            guard let first else { continue }
            places[first.invite]?.state = .claimed(by: first.id)
            if role.isParty { roles[first.person] = role }
        }
    }
}
