package import Ledger

/// A set in which adding wins over a concurrent removal (an observed-remove set).
package struct ObservedRemoveSet<Element: Hashable> {
    /// The elements that are in the set, each with the additions that keep it there.
    package private(set) var presences: [Element: Presence]

    /// A set with these elements; presences without additions are dropped, since they say nothing.
    package init(_ presences: [Element: Presence] = [:]) { self.presences = presences.filter(\.value.isPresent) }

    package var elements: some Collection<Element> { presences.keys }

    package func contains(_ element: Element) -> Bool { presences[element] != nil }

    package mutating func add(_ element: Element, at moment: Moment) {
        presences[element, default: Presence()].add(at: moment)
    }

    package mutating func remove(_ element: Element, at moment: Moment) {
        guard var presence = presences[element] else { return }
        presence.remove(at: moment)
        presences[element] = presence.isPresent ? presence : nil
    }
}

extension ObservedRemoveSet: Sendable where Element: Sendable {}
extension ObservedRemoveSet: Equatable {}
