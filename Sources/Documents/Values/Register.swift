package import Ledger

/// A value that the last writer wins, keeping what concurrent writers wrote.
///
/// It holds the maximal writes: those that no other write had seen. They are the same in every order of delivery, because
/// a write always arrives after all that it had seen.
package struct Register<Value> {
    /// One write that no later write has seen.
    package struct Entry {
        package let stamp: Stamp
        package let value: Value

        package init(stamp: Stamp, value: Value) {
            self.stamp = stamp
            self.value = value
        }
    }

    /// The maximal writes in the order of their stamps; more than one only after concurrent writes.
    package private(set) var entries: [Entry]

    /// A register with these maximal writes, such as the rows of a store, in any order.
    package init(_ entries: [Entry] = []) {
        self.entries = entries.sorted { $0.stamp < $1.stamp }
    }

    /// The write that counts: the one with the greatest stamp.
    package var winner: Entry? { entries.last }

    /// The value that counts; nil before the first write.
    package var value: Value? { winner?.value }

    /// Writes concurrent with the winner and with each other, which people may want to know of.
    package var losers: ArraySlice<Entry> { entries.dropLast() }

    package mutating func write(_ value: Value, at moment: Moment) {
        let entry = Entry(stamp: moment.stamp, value: value)
        // Mostly there is one write, which whoever writes next has seen.
        if entries.count == 1, moment.hasSeen(entries[0].stamp) {
            entries[0] = entry
            return
        }
        entries.removeAll { moment.hasSeen($0.stamp) }
        let place = entries.firstIndex { moment.stamp < $0.stamp } ?? entries.endIndex
        entries.insert(entry, at: place)
    }
}

extension Register: Sendable where Value: Sendable {}
extension Register.Entry: Sendable where Value: Sendable {}
extension Register: Equatable where Value: Equatable {}
extension Register.Entry: Equatable where Value: Equatable {}
extension Register: Hashable where Value: Hashable {}
extension Register.Entry: Hashable where Value: Hashable {}
