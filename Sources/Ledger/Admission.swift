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

    package func hasSeen(_ other: Placement) -> Bool { past.contains(other.stamp) }
}

/// What admission asks of a store about one space.
package protocol History {
    func placement(of change: ChangeID) throws -> Placement?
    /// The changes of a device that directly follow `previous` in its log, or begin the log if that is nil.
    ///
    /// More than one prove that the device forked: each begins a branch.
    func successors(of previous: ChangeID?, by device: DeviceID) throws -> [ChangeID]
    /// In how many places a device has signed several changes.
    func forks(of device: DeviceID) throws -> Int
}

/// Whether a verified change may enter the store: its place in the graph, and its author's membership.
package enum Admission {
    package enum Outcome: Sendable {
        case known
        case admitted(Placement)
        /// Its device has signed another change in the same place: all that follows either of them has to be placed anew, by `place`.
        case forked(Placement)
    }

    package static func admit(_ change: Change, history: some History, control: inout ControlLog) throws -> Outcome {
        let header = change.header
        let successors = try history.successors(of: header.previous, by: header.device)
        if successors.contains(change.id), try history.placement(of: change.id) != nil { return .known }
        let siblings = successors.filter { $0 != change.id }
        guard siblings.count < LedgerLimits.branches else {
            throw LedgerError(
                .forked,
                "\(header.device) signed more than \(LedgerLimits.branches) different changes with number \(header.seq); \(change.id) is refused."
            )
        }
        // One fork proves as much as a thousand, and each makes all that follow it more to remember.
        guard try siblings.count != 1 || history.forks(of: header.device) < LedgerLimits.forks else {
            throw LedgerError(
                .forked,
                "\(header.device) signed different changes in more than \(LedgerLimits.forks) places; \(change.id) is refused.")
        }
        let placement = try place(header, change.id, isBranch: !siblings.isEmpty, history: history)
        try checkAuthor(change, placement, history: history, control: &control)
        return siblings.isEmpty ? .admitted(placement) : .forked(placement)
    }

    /// Where a change stands after those that it names; `isBranch` if its device signed another one in the same place.
    package static func place(
        _ header: Header, _ id: ChangeID, isBranch: Bool, history: some History
    ) throws -> Placement {
        let previous = try header.previous.map { try placement(of: $0, before: id, history) }
        guard previous.map({ $0.stamp.device == header.device && $0.stamp.seq + 1 == header.seq }) ?? (header.seq == 0) else {
            throw LedgerError(.wrongPosition, "\(id) does not continue the log of \(header.device) where it says.")
        }
        var past = VersionVector()
        var lamport: UInt64 = 0
        for dependency in header.dependencies {
            let seen = try placement(of: dependency, before: id, history)
            guard seen.stamp.device != header.device || !header.parents.contains(dependency) else {
                throw LedgerError(.wrongPosition, "\(id) names a change of its own device as another head.")
            }
            past.merge(seen.past)
            past.insert(seen.stamp)
            lamport = max(lamport, seen.stamp.lamport)
        }
        let log = LogID(header.device, branch: isBranch ? id : previous?.stamp.log.branch)
        return Placement(
            stamp: Stamp(lamport: lamport + 1, log: log, seq: header.seq, change: id), past: past, membership: header.membership)
    }

    private static func placement(of dependency: ChangeID, before change: ChangeID, _ history: some History) throws -> Placement {
        if let placement = try history.placement(of: dependency) { return placement }
        throw LedgerError(.missingDependency, "\(change) builds on \(dependency), which is missing. Sync again to fetch it.")
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
