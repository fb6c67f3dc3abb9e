package import Ledger

/// Whether something is there, when adding wins over a concurrent removal.
///
/// A removal takes back only the additions that its author had seen. Additions seen by a later addition are forgotten at once:
/// whoever has seen the later one has seen them too, so no removal can tell the difference.
package struct Presence: Hashable, Sendable {
    /// The additions that no later addition or removal has seen, in the order of their stamps.
    package private(set) var additions: [Stamp]

    package init(_ additions: [Stamp] = []) { self.additions = additions.sorted() }

    package var isPresent: Bool { !additions.isEmpty }

    package mutating func add(at moment: Moment) {
        remove(at: moment)
        let place = additions.firstIndex { moment.stamp < $0 } ?? additions.endIndex
        additions.insert(moment.stamp, at: place)
    }

    package mutating func remove(at moment: Moment) {
        additions.removeAll { moment.hasSeen($0) }
    }
}
