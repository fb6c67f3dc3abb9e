import Canon

/// Where an admitted change stands in its space.
package struct Placement: Hashable, Sendable {
    package let stamp: Stamp
    /// All before the change, without the change itself.
    package let past: VersionVector
    /// The membership change it names.
    package let membership: ChangeID?

    package init(stamp: Stamp, past: VersionVector, membership: ChangeID?) {
        self.stamp = stamp
        self.past = past
        self.membership = membership
    }

    package func hasSeen(_ other: Placement) -> Bool { past.contains(device: other.stamp.device, seq: other.stamp.seq) }
}

/// What admission asks of a store about one space.
package protocol History {
    func placement(of change: ChangeID) throws -> Placement?
    /// The last change of each branch of a device's log: one, unless the device forked.
    func tips(of device: DeviceID) throws -> [Stamp]
}

/// The control changes of one space, from which rosters are folded: the present one and those at points in the past.
package struct ControlLog: Sendable {
    private var entries: [ControlEntry]
    private var placements: [ChangeID: Placement]
    private var cache: [ChangeID: Roster] = [:]
    package private(set) var roster: Roster

    package init(_ entries: [ControlEntry] = []) {
        self.entries = entries.sorted { $0.placement.stamp < $1.placement.stamp }
        placements = Dictionary(entries.map { ($0.id, $0.placement) }) { first, _ in first }
        roster = Roster(folding: self.entries)
    }

    package mutating func insert(_ entry: ControlEntry) {
        let index = entries.firstIndex { entry.placement.stamp < $0.placement.stamp } ?? entries.endIndex
        entries.insert(entry, at: index)
        placements[entry.id] = entry.placement
        roster = Roster(folding: entries)
    }

    package func placement(of change: ChangeID) -> Placement? { placements[change] }

    /// What a new change names as its membership: the last control change whose roster admits its author, and never one older
    /// than `previous`, the one that the author's last change named.
    package mutating func membership(after previous: ChangeID?, where admits: (Roster) -> Bool) -> ChangeID? {
        let older = previous.flatMap { placements[$0] }
        for entry in entries.reversed() where older?.hasSeen(entry.placement) != true {
            if let roster = roster(at: entry.id), admits(roster) { return entry.id }
        }
        return previous
    }

    /// The roster as the author of `change` knew it once it had seen that change.
    package mutating func roster(at change: ChangeID) -> Roster? {
        if let known = cache[change] { return known }
        guard let end = placements[change] else { return nil }
        let roster = Roster(folding: entries.filter { $0.id == change || end.hasSeen($0.placement) })
        cache[change] = roster
        return roster
    }
}

/// Whether a verified change may enter the store: its place in the graph, and its author's membership.
package enum Admission {
    package enum Outcome: Sendable {
        case known
        case admitted(Placement)
    }

    package static func admit(_ change: Change, history: some History, control: inout ControlLog) throws -> Outcome {
        if try history.placement(of: change.id) != nil { return .known }
        let placement = try place(change, history: history)
        try checkAuthor(change, placement, history: history, control: &control)
        return .admitted(placement)
    }

    private static func place(_ change: Change, history: some History) throws -> Placement {
        let header = change.header
        let tips = try history.tips(of: header.device)
        guard !tips.contains(where: { $0.seq >= header.seq }) else {
            throw LedgerError(
                .forked,
                "\(header.device) signed two different changes with number \(header.seq); the second, \(change.id), is refused.")
        }
        guard
            tips.isEmpty
                ? header.previous == nil : tips.contains(where: { $0.change == header.previous && $0.seq + 1 == header.seq })
        else {
            throw LedgerError(
                .missingDependency, "\(change.id) continues a log whose earlier part is missing. Sync again to fetch it.")
        }
        var past = VersionVector()
        var lamport: UInt64 = 0
        for id in header.dependencies {
            guard let dependency = try history.placement(of: id) else {
                throw LedgerError(.missingDependency, "\(change.id) builds on \(id), which is missing. Sync again to fetch it.")
            }
            guard dependency.stamp.device != header.device || !header.parents.contains(id) else {
                throw LedgerError(.wrongPosition, "\(change.id) names a change of its own device as another head.")
            }
            past.merge(dependency.past)
            past.insert(device: dependency.stamp.device, seq: dependency.stamp.seq)
            lamport = max(lamport, dependency.stamp.lamport)
        }
        let stamp = Stamp(lamport: lamport + 1, device: header.device, seq: header.seq, change: change.id)
        return Placement(stamp: stamp, past: past, membership: header.membership)
    }

    private static func checkAuthor(
        _ change: Change, _ placement: Placement, history: some History, control: inout ControlLog
    ) throws {
        guard !change.header.isGenesis else { return try checkGenesis(change) }
        guard let membership = change.header.membership, let named = control.placement(of: membership), placement.hasSeen(named)
        else { throw LedgerError(.staleMembership, "\(change.id) names a membership change that is not in its past.") }
        if let previous = try change.header.previous.flatMap({ try history.placement(of: $0) })?.membership,
            let older = control.placement(of: previous), older.hasSeen(named)
        {
            throw LedgerError(.staleMembership, "\(change.id) names an older membership than its author had already seen.")
        }
        if let epoch = change.header.epoch {
            guard let keyed = control.placement(of: epoch), placement.hasSeen(keyed) else {
                throw LedgerError(.unknownEpoch, "\(change.id) is sealed under an epoch that is not in its past.")
            }
        }
        guard let roster = control.roster(at: membership) else {
            throw LedgerError(.staleMembership, "\(change.id) names a membership change that is not known.")
        }
        if roster.person(of: change.header.device) != nil { return }
        try checkEntrance(change, placement, roster)
    }

    private static func checkGenesis(_ change: Change) throws {
        let operations = try controlOperations(of: change)
        guard operations.count == 1, case .create(_, _, let certificate)? = operations.first,
            Roster(folding: [entry(change, operations)]).person(of: change.header.device) == certificate.person
        else { throw LedgerError(.malformed, "The genesis \(change.id) does not found a space for its own author.") }
    }

    /// A device that is no member yet may write exactly the change that makes it one.
    private static func checkEntrance(_ change: Change, _ placement: Placement, _ roster: Roster) throws {
        let refusal = LedgerError(.notAMember, "\(change.id) is by \(change.header.device), which is not a member of its space.")
        guard change.header.audience == .control, let first = try controlOperations(of: change).first else { throw refusal }
        switch first {
        case .join, .addDevice:
            let entry = ControlEntry(placement: placement, claimedTime: change.header.claimedTime, operations: [first])
            if let reason = roster.reasonToVoid(first, in: entry) {
                throw LedgerError(.badInvite, "\(change.id) does not admit \(change.header.device): \(reason).")
            }
        default: throw refusal
        }
    }

    private static func entry(_ change: Change, _ operations: [ControlOperation]) -> ControlEntry {
        let stamp = Stamp(lamport: 1, device: change.header.device, seq: change.header.seq, change: change.id)
        return ControlEntry(
            placement: Placement(stamp: stamp, past: VersionVector(), membership: nil), claimedTime: change.header.claimedTime,
            operations: operations)
    }

    /// The operations of a control change that this version knows; an unknown one quarantines them all.
    package static func controlOperations(of change: Change) throws(LedgerError) -> [ControlOperation] {
        let plaintext = try change.open(changeKey: change.header.salt)
        let operations: [Operation]
        do { operations = try Body.decode(plaintext) } catch { throw LedgerError.malformed("body of \(change.id)", error) }
        var known: [ControlOperation] = []
        for operation in operations {
            guard let control = try ControlOperation(operation) else { return [] }
            known.append(control)
        }
        return known
    }
}
