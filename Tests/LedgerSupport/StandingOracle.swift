package import Ledger

/// Which changes stand, by the rule as it is written, over whole pasts.
///
/// A change at or after a fork, or that did not come before the removal of its device, stands if it is in the past of a change by
/// another person whose own past holds no proof of that fork or removal.
package struct StandingOracle {
    package private(set) var standing: Set<ChangeID> = []

    /// The changes a change has in its past, by their places in `changes`.
    private struct Past {
        private var words: [UInt64]
        init(count: Int) { words = Array(repeating: 0, count: count / 64 + 1) }
        func contains(_ place: Int) -> Bool { words[place / 64] & 1 << UInt64(place % 64) != 0 }
        mutating func insert(_ place: Int) { words[place / 64] |= 1 << UInt64(place % 64) }
        mutating func formUnion(_ other: Past) { for index in words.indices { words[index] |= other.words[index] } }
    }

    private struct Branching: Hashable {
        let device: DeviceID
        let previous: ChangeID?
    }

    package init(_ space: MemorySpace) {
        self.init(space.changes.map { ($0.value.id, $0.value.header) }, control: space.control)
    }

    /// `changes` are all there are, each after those that it names; `control` has their control changes.
    package init(_ changes: [(id: ChangeID, header: Header)], control: ControlLog) {
        let roster = control.claimed
        let places = Dictionary(uniqueKeysWithValues: changes.enumerated().map { ($1.id, $0) })
        var pasts: [Past] = []
        for change in changes {
            var past = Past(count: changes.count)
            for place in change.header.dependencies.compactMap({ places[$0] }) {
                past.formUnion(pasts[place])
                past.insert(place)
            }
            pasts.append(past)
        }
        let people = changes.map { roster.author(of: $0.header.device) }
        /// What others than the author's person have in their pasts who do not know.
        func acknowledged(_ device: DeviceID, _ isKnown: (Past) -> Bool) -> Past {
            let person = roster.author(of: device)
            var union = Past(count: changes.count)
            for (place, other) in people.enumerated() where other != nil && other != person && !isKnown(pasts[place]) {
                union.formUnion(pasts[place])
            }
            return union
        }
        var falls = Set<Int>()
        let branchings = Dictionary(grouping: changes.indices) {
            Branching(device: changes[$0].header.device, previous: changes[$0].header.previous)
        }
        for (branching, twins) in branchings where twins.count > 1 {
            let union = acknowledged(branching.device) { past in twins.count(where: past.contains) > 1 }
            for place in changes.indices where changes[place].header.device == branching.device && !union.contains(place) {
                if twins.contains(where: { $0 == place || pasts[place].contains($0) }) { falls.insert(place) }
            }
        }
        for removal in control.removals + control.roster.removals.filter(\.isReplacement) {
            guard let by = places[removal.by.stamp.change] else { continue }
            let union = acknowledged(removal.device) { $0.contains(by) }
            for place in changes.indices where changes[place].header.device == removal.device {
                if !pasts[by].contains(place), !union.contains(place) { falls.insert(place) }
            }
        }
        standing = Set(changes.indices.filter { !falls.contains($0) }.map { changes[$0].id })
    }
}
