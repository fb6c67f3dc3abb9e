package import Canon

/// The control changes of one space, from which rosters are folded: the present one and those at points in the past.
package struct ControlLog: Sendable {
    private var entries: [ControlEntry]
    private var placements: [ChangeID: Placement]
    /// Some rosters of the past: few, since each may be as large as the log is long.
    private var cache: [ChangeID: Roster] = [:]
    private static let cached = 64
    /// How many of the entries are folded; those after them have been placed since.
    private var foldedCount: Int
    /// What all entries come to, whether or not they stand.
    package private(set) var claimed: Roster
    package private(set) var standing = Standing()
    private var ignorance = Ignorance()
    /// What those come to that stand.
    package private(set) var roster: Roster { didSet { entitledKeys = [:] } }
    /// The keys that ought to read what is meant for each audience now, as far as somebody asked.
    private var entitledKeys: [Audience: Set<Bytes32>] = [:]

    package init(_ entries: [ControlEntry] = []) {
        self.entries = entries.sorted { $0.placement.stamp < $1.placement.stamp }
        placements = Dictionary(entries.map { ($0.id, $0.placement) }) { first, _ in first }
        claimed = Roster(folding: self.entries)
        roster = claimed
        foldedCount = entries.count
    }

    /// Devices that another of their person's removed: these removals count whether they stand or not.
    package var removals: [Roster.Removal] { claimed.removals.filter { !$0.isReplacement } }

    /// Works out which changes stand, from everything there is of the space; `forks` are the changes in each place that has several.
    ///
    /// Who replaces an agent or a mediator is itself let in by a change that has to stand. What those sign who were replaced does
    /// not bear on that, so that two steps suffice.
    package mutating func settle(forks: [[Stamp]], logs: some Logs) throws {
        guard !forks.isEmpty || !claimed.removals.isEmpty else { return adopt(Standing()) }
        let first = try Standing(forks: forks, removals: removals, roster: claimed, logs: logs, ignorance: &ignorance)
        let replacements = (first == standing ? roster : folded(under: first)).removals.filter(\.isReplacement)
        if replacements.isEmpty { return adopt(first) }
        adopt(try Standing(forks: forks, removals: removals + replacements, roster: claimed, logs: logs, ignorance: &ignorance))
    }

    private mutating func adopt(_ standing: Standing) {
        guard standing != self.standing else { return }
        self.standing = standing
        foldedCount = 0
        fold()
    }

    /// Keys that were given an epoch's key and ought not to read what is written from now on.
    package mutating func strangers(to epoch: ChangeID, _ audience: Audience) -> Set<Bytes32> {
        roster.recipients(of: epoch, audience).subtracting(entitledKeys(reading: audience))
    }

    /// Whether everyone who ought to read an epoch of an audience was given its key, and nobody else.
    package mutating func isUpToDate(_ epoch: ChangeID, _ audience: Audience) -> Bool {
        roster.recipients(of: epoch, audience) == entitledKeys(reading: audience)
    }

    /// Each message asks, and the answer is the same until the roster changes.
    private mutating func entitledKeys(reading audience: Audience) -> Set<Bytes32> {
        if let known = entitledKeys[audience] { return known }
        let keys = roster.entitledKeys(reading: audience)
        entitledKeys[audience] = keys
        return keys
    }

    /// Works out what the entries come to of which some were placed since.
    package mutating func fold() {
        if foldedCount == 0 { (claimed, roster) = (Roster(), Roster()) }
        for entry in entries[foldedCount...] {
            claimed.fold(entry)
            if !standing.isEmpty { roster.fold(standingPart(of: entry, under: standing)) }
        }
        if standing.isEmpty { roster = claimed }
        foldedCount = entries.count
    }

    /// What those entries come to that stand.
    private func folded(under standing: Standing) -> Roster {
        if standing.isEmpty { return claimed }
        return Roster(folding: entries.map { standingPart(of: $0, under: standing) })
    }

    /// Of an entry that does not stand, a person's removals of their own devices count all the same.
    private func standingPart(of entry: ControlEntry, under standing: Standing) -> ControlEntry {
        standing.cause(against: entry.placement) == nil ? entry : entry.removalsAlone
    }

    /// Places an entry; what all come to then, `fold` has to work out, once for however many were placed.
    package mutating func insert(_ entry: ControlEntry) {
        placements[entry.id] = entry.placement
        let index = entries.lastIndex { $0.placement.stamp < entry.placement.stamp }.map { $0 + 1 } ?? 0
        entries.insert(entry, at: index)
        if index < foldedCount { foldedCount = 0 }
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
        let roster =
            rosterGrown(by: change, end)
            ?? Roster(folding: entries.filter { $0.id == change || end.hasSeen($0.placement) })
        if cache.count >= Self.cached { cache = [:] }
        cache[change] = roster
        return roster
    }

    /// The roster at a change that has seen nothing but the one it names and what that had seen; nil for another.
    ///
    /// So a long line of control changes is folded once, and not once for each of them.
    private func rosterGrown(by change: ChangeID, _ end: Placement) -> Roster? {
        guard let named = end.membership, var roster = cache[named], let before = placements[named],
            let entry = entries.last(where: { $0.id == change })
        else { return nil }
        var past = before.past
        past.insert(before.stamp)
        let isNext =
            past == end.past
            || end.hasSeen(before)
                && entries.allSatisfy { other in
                    other.id == change || other.id == named || end.hasSeen(other.placement) == before.hasSeen(other.placement)
                }
        guard isNext else { return nil }
        roster.fold(entry)
        return roster
    }
}
