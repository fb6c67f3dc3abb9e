import Canon
package import Ledger
package import Support

/// One space as one replica has it, in memory: the slow and obvious store.
package struct MemorySpace: History, Sendable {
    package let id: SpaceID
    /// In the order of arrival.
    package private(set) var changes: [Verified<Change>] = []
    package var control = ControlLog()
    private var placements: [ChangeID: Placement] = [:]
    private var logs: [DeviceID: [Stamp]] = [:]

    package init(_ id: SpaceID) { self.id = id }

    package var roster: Roster { control.roster }
    package var ids: Set<ChangeID> { Set(placements.keys) }

    package func placement(of change: ChangeID) -> Placement? { placements[change] }
    package func tips(of device: DeviceID) -> [Stamp] { logs[device]?.last.map { [$0] } ?? [] }
    package func allTips() -> [Stamp] { logs.keys.sorted().flatMap(tips) }

    /// The changes that no other has seen.
    package func heads() -> [Stamp] {
        allTips().filter { tip in !placements.values.contains { $0.past.contains(device: tip.device, seq: tip.seq) } }
    }

    /// Admits a change and keeps it; returns whether it is new.
    @discardableResult
    package mutating func take(_ change: Verified<Change>) throws -> Bool {
        let value = change.value
        guard value.space == id else { throw LedgerError(.wrongSpace, "\(value.id) belongs to another space.") }
        guard case .admitted(let placement) = try Admission.admit(value, history: self, control: &control) else {
            learnSignature(of: change)
            return false
        }
        changes.append(change)
        placements[value.id] = placement
        logs[value.header.device, default: []].append(placement.stamp)
        if value.header.audience == .control {
            let operations = (try? Admission.controlOperations(of: value)) ?? []
            control.insert(
                ControlEntry(placement: placement, claimedTime: value.header.claimedTime, operations: operations))
        }
        return true
    }

    /// A signature that was checked replaces one that was only covered.
    private mutating func learnSignature(of change: Verified<Change>) {
        guard change.isSignatureChecked, let index = changes.firstIndex(where: { $0.value.id == change.value.id }) else { return }
        if !changes[index].isSignatureChecked { changes[index] = change }
    }

    /// Takes whatever `other` has and this replica lacks.
    package mutating func take(from other: MemorySpace) throws {
        for change in other.changes where placements[change.value.id] == nil { try take(change) }
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
        let named = tip.flatMap { placements[$0.change] }?.membership
        let membership =
            control.membership(after: named) { $0.person(of: device) != nil } ?? control.membership(after: nil) { _ in true }
        return Draft(
            space: id, seq: tip.map { $0.seq + 1 } ?? 0, previous: tip?.change,
            parents: heads().map(\.change).filter { placements[$0]?.stamp.device != device }, membership: membership,
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
