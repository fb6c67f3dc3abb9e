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

    private init(_ entry: ControlEntry, operations: [ControlOperation]) {
        placement = entry.placement
        claimedTime = entry.claimedTime
        self.operations = operations
        provenCertificates = []
    }

    package var id: ChangeID { placement.stamp.change }
    var author: DeviceID { placement.stamp.device }

    /// What is left of an entry that does not stand: a device is removed by whoever could do so, else two could undo one another.
    var removalsAlone: ControlEntry {
        ControlEntry(self, operations: operations.filter { if case .removeDevice = $0 { true } else { false } })
    }
}

/// Who is in a space, with which devices and roles: a fold of its control changes in their linear order.
package struct Roster: Hashable, Sendable {
    package struct Place: Hashable, Sendable {
        package enum State: Hashable, Sendable {
            case open
            /// Taken by a join that is not confirmed yet: the first in linear order, which may still change.
            case claimed(by: ChangeID)
            case accepted(join: ChangeID)
            /// Taken back by the inviter, or void because the role was given away through another invite.
            case revoked
        }

        package let invite: Invite
        package internal(set) var state: State
        var isAccepted: Bool { if case .accepted = state { true } else { false } }
    }

    /// A join that proves its invite, and that has the role if it is accepted.
    package struct Join: Hashable, Sendable {
        package let id: ChangeID
        package let invite: ChangeID
        package let certificate: Certificate
        package var person: PersonID { certificate.person }
    }

    /// A device that was removed from the space, and where.
    package struct Removal: Hashable, Sendable {
        package let device: DeviceID
        package let by: Placement
        /// Whether somebody else was let in to its person's place, rather than another device of theirs removing it.
        package let isReplacement: Bool
    }

    /// Where somebody else was let in to a person's place.
    struct Replacement: Hashable, Sendable {
        let person: PersonID
        let by: Placement
    }

    /// Devices that held a right one after the other, each from the removal of the one before.
    struct Succession: Hashable, Sendable {
        private struct Holder: Hashable, Sendable {
            let device: DeviceID
            let since: Stamp?
        }

        private var holders: [Holder] = []

        var last: DeviceID? { holders.last?.device }

        mutating func pass(to device: DeviceID, since: Stamp?) { holders.append(Holder(device: device, since: since)) }

        /// Who held it as far as somebody with this past could know.
        func holder(knownAt past: VersionVector) -> DeviceID? {
            holders.last { $0.since.map(past.contains) ?? true }?.device
        }
    }

    package internal(set) var space: SpaceID?
    package internal(set) var kind: SpaceKind?
    /// The device that founded the space, or whoever of its person's has removed it: it alone gives the other places away.
    ///
    /// Its log is one line. If every device of its person could invite, accept and revoke, one that claims to have seen nothing
    /// could put a revocation or another guest before a join that was settled long ago, and so remove the other party.
    var founding = Succession()
    /// Everyone who was ever rightly certified, whether or not their place was settled in favour of another.
    package internal(set) var certificates: [DeviceID: Certificate] = [:]
    /// Whoever was replaced keeps the role in which they signed before.
    package internal(set) var roles: [PersonID: Role] = [:]
    /// Those of `roles` that no join competes for: the founder's, and what the founding device gave away.
    package internal(set) var settled: [PersonID: Role] = [:]
    package internal(set) var places: [ChangeID: Place] = [:]
    /// In linear order.
    package internal(set) var joins: [Join] = []
    /// Where the party that did not found the space agreed to an agent or a mediator, by join.
    package internal(set) var consents: [ChangeID: [Stamp]] = [:]
    /// The device with which an agent or a mediator came in, or whoever of theirs has removed it.
    var serving: [PersonID: Succession] = [:]
    /// In linear order; a device that was removed never comes back.
    package internal(set) var removals: [Removal] = []
    /// In linear order.
    var replacements: [Replacement] = []
    /// Agents and mediators whose place somebody else has now.
    package internal(set) var former: Set<PersonID> = []
    /// Where each device came in.
    var entrances: [DeviceID: Stamp] = [:]
    /// Rotations in linear order; new bodies are sealed under the last.
    package internal(set) var epochs: [ChangeID] = []
    /// The digests of each epoch's keys.
    var epochDigests: [ChangeID: [Audience: Bytes32]] = [:]
    /// To whom they were sealed.
    var epochRecipients: [ChangeID: [Audience: Set<Bytes32>]] = [:]

    package init() {}

    /// Folds entries, which are in linear order.
    package init(folding entries: some Sequence<ControlEntry>) {
        for entry in entries { fold(entry) }
    }

    /// Folds the entry that comes next.
    mutating func fold(_ entry: ControlEntry) {
        for operation in entry.operations where reasonToVoid(operation, in: entry) == nil { apply(operation, in: entry) }
    }

    /// The member's person, if `device` belongs to one now.
    package func person(of device: DeviceID) -> PersonID? { isRemoved(device) ? nil : author(of: device) }

    /// The member's person, if `device` belongs to one or did so until it was removed.
    package func author(of device: DeviceID) -> PersonID? {
        guard let person = certificates[device]?.person, roles[person] != nil else { return nil }
        return person
    }

    package func isRemoved(_ device: DeviceID) -> Bool { removals.contains { $0.device == device } }

    /// The role of whoever signed with a device, removed since or not.
    package func role(of device: DeviceID) -> Role? { author(of: device).flatMap { roles[$0] } }

    /// The role that a person has now; nil for whoever was replaced.
    package func presentRole(of person: PersonID) -> Role? { former.contains(person) ? nil : roles[person] }

    /// The person of a device who was replaced, unless they removed the device themselves.
    package func formerPerson(of device: DeviceID) -> PersonID? {
        guard let person = author(of: device), former.contains(person) else { return nil }
        return removals.contains { $0.device == device && !$0.isReplacement } ? nil : person
    }

    package var founder: DeviceID? { founding.last }

    package var devices: Set<DeviceID> { Set(certificates.keys.filter { person(of: $0) != nil }) }

    /// Every X25519 key that reads what is meant for an audience here; every member reads the unsealed ones.
    package func sealingKeys(reading audience: Audience) -> [Bytes32] { entitledKeys(reading: audience).sorted() }

    func entitledKeys(reading audience: Audience) -> Set<Bytes32> {
        entitledKeys { person in
            guard let role = presentRole(of: person) else { return false }
            return !audience.isSealed || kind?.audiences(readBy: role).contains(audience) == true
        }
    }

    /// Whether a key is the one that an epoch's rotation announced for an audience.
    package func isAnnounced(_ key: Bytes32, of epoch: ChangeID, _ audience: Audience) -> Bool {
        epochDigests[epoch]?[audience] == Derivation.epochKeyDigest(key)
    }

    /// The keys that were given an epoch's key of an audience.
    func recipients(of epoch: ChangeID, _ audience: Audience) -> Set<Bytes32> { epochRecipients[epoch]?[audience] ?? [] }

    /// The keys that ought to read an epoch of an audience and were never given its key.
    package func keysWithout(_ epoch: ChangeID, _ audience: Audience) -> [Bytes32] {
        let given = recipients(of: epoch, audience)
        return sealingKeys(reading: audience).filter { !given.contains($0) }
    }

    /// The X25519 keys of all devices of a person.
    package func sealingKeys(of person: PersonID) -> [Bytes32] { entitledKeys { $0 == person }.sorted() }

    /// A removed device reads nothing more; its person's recovery code does, even if they are left without a device.
    private func entitledKeys(where isEntitled: (PersonID) -> Bool) -> Set<Bytes32> {
        let entitled = certificates.values.filter { isEntitled($0.person) }
        let devices = entitled.filter { !isRemoved($0.device) }.flatMap(\.sealingKeys)
        return Set(devices + entitled.filter(\.isSignedByPerson).map(\.recoveryKey))
    }

    package func person(in role: Role) -> PersonID? { roles.first { $0.value == role && !former.contains($0.key) }?.key }

    /// The one device whose acts count as the agent's or the mediator's, because its log is one line; nil for others.
    package func device(in role: Role) -> DeviceID? { person(in: role).flatMap { serving[$0]?.last } }

    /// Invites whose link still admits someone, or whose first taker waits to be confirmed.
    package var openInvites: [ChangeID: Place] {
        places.filter { if case .open = $0.value.state { true } else { false } }
    }

    /// The role for which a join was made.
    package func role(of join: Join) -> Role? { places[join.invite]?.invite.role }

    /// Joins that wait for this device to accept them, in linear order.
    ///
    /// The founding device accepts the other party. An agent or a mediator is first agreed to by any device of the other party,
    /// and then accepted by the founding device.
    package func joinsAwaitingConsent(of device: DeviceID) -> [Join] {
        guard device == founder || isSettledCounterpart(person(of: device)) else { return [] }
        return joins.filter { join in
            guard let place = places[join.invite], case .claimed(let first) = place.state,
                reasonAgainst(join.person, as: place.invite.role) == nil
            else { return false }
            if place.invite.role.isParty { return device == founder && join.id == first }
            return (device == founder) == (consents[join.id] != nil)
        }
    }

    /// Members, and those who wait to become the agent or the mediator: until then they only fetch the space.
    package var participants: Set<PersonID> {
        let waiting = joins.filter { join in
            guard let place = places[join.invite], case .claimed = place.state else { return false }
            return !place.invite.role.isParty
        }
        return Set(roles.keys).subtracting(former).union(waiting.map(\.person))
    }

    func isSettledCounterpart(_ person: PersonID?) -> Bool {
        guard let person, let founder = founder.flatMap({ certificates[$0] })?.person else { return false }
        return settled[person] != nil && settled[person] == settled[founder]?.counterpart
    }
}
