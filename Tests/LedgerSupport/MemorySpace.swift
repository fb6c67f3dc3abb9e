import Canon
package import Ledger
package import Support

/// One space as one replica has it, in memory: the slow and obvious store.
package struct MemorySpace: History, Sendable {
    package let id: SpaceID
    /// In the order of arrival.
    package private(set) var changes: [Verified<Change>] = []
    package var control = ControlLog()
    private var genealogy = Genealogy([])

    package init(_ id: SpaceID) { self.id = id }

    package var roster: Roster { control.roster }
    package var ids: Set<ChangeID> { Set(changes.map(\.value.id)) }

    package func placement(of change: ChangeID) -> Placement? { genealogy.placement(of: change) }
    package func successors(of previous: ChangeID?, by device: DeviceID) -> [ChangeID] {
        genealogy.successors(of: previous, by: device)
    }
    package func forks(of device: DeviceID) -> Int { genealogy.forks(of: device) }
    package func tips(of device: DeviceID) -> [Stamp] { allTips().filter { $0.device == device } }
    package func allTips() -> [Stamp] { genealogy.tips }

    /// The changes that no other has seen, of those that stand and of removals, which count whether they stand or not.
    package func heads() -> [Stamp] {
        let standing = standing.compactMap(placement) + control.removals.map(\.by)
        return Set(standing.map(\.stamp)).filter { stamp in !standing.contains { $0.past.contains(stamp) } }.sorted()
    }

    /// The changes that stand.
    package var standing: Set<ChangeID> {
        ids.filter { id in placement(of: id).map { control.standing.cause(against: $0) == nil } ?? false }
    }

    /// Admits a change and keeps it; returns whether it is new.
    @discardableResult
    package mutating func take(_ change: Verified<Change>) throws -> Bool {
        let value = change.value
        guard value.space == id else { throw LedgerError(.wrongSpace, "\(value.id) belongs to another space.") }
        switch try Admission.admit(value, history: self, control: &control) {
        case .known:
            learnSignature(of: change)
            return false
        case .admitted:
            changes.append(change)
            let placement = try genealogy.append(value.header, value.id)
            if value.header.audience == .control {
                control.insert(Self.entry(value, placement))
                control.fold()
            }
            try settle()
        case .forked:
            changes.append(change)
            try placeAnew()
        }
        return true
    }

    private static func entry(_ change: Change, _ placement: Placement) -> ControlEntry {
        ControlEntry(
            placement: placement, claimedTime: change.header.claimedTime,
            operations: (try? Admission.controlOperations(of: change)) ?? [])
    }

    private mutating func settle() throws {
        try control.settle(forks: genealogy.forks, logs: genealogy)
    }

    private mutating func placeAnew() throws {
        genealogy = Genealogy(changes.map { (id: $0.value.id, header: $0.value.header) })
        for change in changes { try genealogy.place(change.value.header, change.value.id) }
        let entries = changes.map(\.value).filter { $0.header.audience == .control }
        control = ControlLog(entries.compactMap { change in placement(of: change.id).map { Self.entry(change, $0) } })
        try settle()
    }

    /// A signature that was checked replaces one that was only covered.
    private mutating func learnSignature(of change: Verified<Change>) {
        guard change.isSignatureChecked, let index = changes.firstIndex(where: { $0.value.id == change.value.id }) else { return }
        if !changes[index].isSignatureChecked { changes[index] = change }
    }

    /// Takes whatever `other` has and this replica lacks.
    package mutating func take(from other: MemorySpace) throws {
        for change in other.changes where placement(of: change.value.id) == nil { try take(change) }
    }
}

extension MemorySpace {
    /// A new space with its genesis.
    package static func founded(
        _ kind: SpaceKind = .contract, as role: Role = .client, by device: Device, at time: UInt64 = 0,
        using generator: inout SeededGenerator
    ) throws -> MemorySpace {
        let create = ControlOperation.create(kind, role, device.certificate).operation
        let genesis = try Draft(space: nil, claimedTime: time, operations: [create])
            .sealed(by: device.keys, salt: .random(using: &generator))
        var space = MemorySpace(SpaceID(genesis: genesis.value.id))
        try space.take(genesis)
        return space
    }

    /// Keys for everyone who reads the space, sealed so that they are seen to be and nobody opens them.
    package func rotation(using generator: inout SeededGenerator) -> ControlOperation {
        var keys: [Audience: [SealedKey]] = [:]
        var digests: [Audience: Bytes32] = [:]
        for audience in roster.kind?.sealedAudiences ?? [] {
            keys[audience] = roster.sealingKeys(reading: audience).map {
                SealedKey(recipient: $0, encapsulated: .zero, ciphertext: [])
            }
            digests[audience] = .random(using: &generator)
        }
        return .rotate(predecessor: roster.epochs.last, keys: keys, digests: digests)
    }

    /// What `device` would write next, after everything that is here.
    package mutating func draft(
        by device: DeviceID, _ audience: Audience = .control, epoch: Draft.Epoch? = nil, at time: UInt64 = 0,
        _ operations: [Operation] = [], blobs: [BlobID] = []
    ) -> Draft {
        let tip = tips(of: device).last
        let named = tip.flatMap { placement(of: $0.change) }?.membership
        let membership =
            control.membership(after: named) { $0.person(of: device) != nil } ?? control.membership(after: nil) { _ in true }
        return Draft(
            space: id, seq: tip.map { $0.seq + 1 } ?? 0, previous: tip?.change,
            parents: heads().filter { $0.device != device }.map(\.change), membership: membership,
            audience: audience, epoch: epoch, claimedTime: time, operations: operations, blobs: blobs)
    }

    /// Signs what `draft` prepares, and takes it.
    @discardableResult
    package mutating func write(
        by device: Device, _ audience: Audience = .control, epoch: Draft.Epoch? = nil, at time: UInt64 = 0,
        _ operations: [Operation], blobs: [BlobID] = [], using generator: inout SeededGenerator
    ) throws -> Change {
        let draft = draft(by: device.id, audience, epoch: epoch, at: time, operations, blobs: blobs)
        let change = try draft.sealed(by: device.keys, salt: .random(using: &generator))
        try take(change)
        return change.value
    }

    @discardableResult
    package mutating func write(
        by device: Device, at time: UInt64 = 0, _ operation: ControlOperation, using generator: inout SeededGenerator
    ) throws -> Change {
        try write(by: device, at: time, [operation.operation], using: &generator)
    }
}

extension MemorySpace {
    /// A contract space that has been keyed, with an open place and whoever is to take it.
    package struct Contract: Sendable {
        package var space: MemorySpace
        package let client: Person
        package let freelancer: Person
        /// The client's first device.
        package let desk: Device
        /// The freelancer's first device.
        package let bench: Device
        package let link: Link
        package let epoch: Draft.Epoch
        package let invite: ChangeID
    }

    /// The client founds, keys and invites; nobody has joined yet.
    package static func contract(using generator: inout SeededGenerator) throws -> Contract {
        let client = try Person(using: &generator)
        let freelancer = try Person(using: &generator)
        let desk = try client.device(using: &generator)
        let bench = try freelancer.device(using: &generator)
        return try contract(between: client, at: desk, and: freelancer, at: bench, using: &generator)
    }

    package static func contract(
        between client: Person, at desk: Device, and freelancer: Person, at bench: Device,
        using generator: inout SeededGenerator
    ) throws -> Contract {
        let link = Link(using: &generator)
        var space = try founded(by: desk, using: &generator)
        let rotation = try space.write(by: desk, space.rotation(using: &generator), using: &generator)
        let invite = try space.write(by: desk, link.invitation(epoch: rotation.id), using: &generator)
        return Contract(
            space: space, client: client, freelancer: freelancer, desk: desk, bench: bench, link: link,
            epoch: Draft.Epoch(id: rotation.id, key: .random(using: &generator)), invite: invite.id)
    }
}

extension MemorySpace.Contract {
    /// The freelancer joins with their first device.
    @discardableResult
    package mutating func join(using generator: inout SeededGenerator) throws -> Change {
        let join = try link.join(invite, in: space.id, by: bench)
        return try space.write(by: bench, join, using: &generator)
    }

    /// The freelancer joins, and the client accepts.
    package mutating func settle(using generator: inout SeededGenerator) throws {
        let join = try join(using: &generator)
        try space.write(by: desk, .accept(join: join.id), using: &generator)
    }

    /// Someone joins as agent or mediator by a link of their own, and nobody has agreed yet; returns the join.
    package mutating func apply(_ device: Device, as role: Role, using generator: inout SeededGenerator) throws -> ChangeID {
        let link = Link(using: &generator)
        let invite = try space.write(by: desk, link.invitation(as: role, epoch: epoch.id), using: &generator)
        return try space.write(by: device, link.join(invite.id, in: space.id, by: device), using: &generator).id
    }

    /// Someone joins as agent or mediator, and both parties agree.
    @discardableResult
    package mutating func appoint(_ device: Device, as role: Role, using generator: inout SeededGenerator) throws -> ChangeID {
        let join = try apply(device, as: role, using: &generator)
        for party in [bench, desk] { try space.write(by: party, .accept(join: join), using: &generator) }
        return join
    }
}
