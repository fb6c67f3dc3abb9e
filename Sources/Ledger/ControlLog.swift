/// The control changes of one space, from which rosters are folded: the present one and those at points in the past.
package struct ControlLog: Sendable {
    private var entries: [ControlEntry]
    private var placements: [ChangeID: Placement]
    private var cache: [ChangeID: Roster] = [:]
    /// What all entries come to, whether or not they stand.
    package private(set) var claimed: Roster
    package private(set) var standing = Standing()
    /// What those come to that stand.
    package private(set) var roster: Roster

    package init(_ entries: [ControlEntry] = []) {
        self.entries = entries.sorted { $0.placement.stamp < $1.placement.stamp }
        placements = Dictionary(entries.map { ($0.id, $0.placement) }) { first, _ in first }
        claimed = Roster(folding: self.entries)
        roster = claimed
    }

    /// Takes note of which changes stand; of those that do not, removals count all the same.
    package mutating func settle(_ standing: Standing) {
        guard standing != self.standing else { return }
        self.standing = standing
        fold()
    }

    private mutating func fold() {
        claimed = Roster(folding: entries)
        roster = standing.isEmpty ? claimed : Roster(folding: entries.map(standingPart))
    }

    package mutating func insert(_ entry: ControlEntry) {
        let index = entries.firstIndex { entry.placement.stamp < $0.placement.stamp } ?? entries.endIndex
        let isLast = index == entries.endIndex
        entries.insert(entry, at: index)
        placements[entry.id] = entry.placement
        guard isLast else { return fold() }
        claimed.fold(entry)
        if standing.isEmpty { roster = claimed } else { roster.fold(standingPart(of: entry)) }
    }

    /// Of an entry that does not stand, its removals count all the same.
    private func standingPart(of entry: ControlEntry) -> ControlEntry {
        standing.cause(against: entry.placement) == nil ? entry : entry.removalsAlone
    }

    /// Whether more than one change tried to key the space; which of them count may change with each entry.
    package var isRekeyed: Bool {
        entries.count { entry in entry.operations.contains { if case .rotate = $0 { true } else { false } } } > 1
    }

    package func placement(of change: ChangeID) -> Placement? { placements[change] }

    /// What a new change names as its membership: the last control change that stands and whose roster admits its author, and never one older
    /// than `previous`, the one that the author's last change named.
    package mutating func membership(after previous: ChangeID?, where admits: (Roster) -> Bool) -> ChangeID? {
        let older = previous.flatMap { placements[$0] }
        for entry in entries.reversed() where older?.hasSeen(entry.placement) != true {
            guard standing.cause(against: entry.placement) == nil else { continue }
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
