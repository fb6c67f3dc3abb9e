package import Canon
import Ledger

// The stored form of a list, in which a slot is named by its number in order:
//
//     [ sequence, [owner of each slot, …], [[slot, value, [[stamp, slot], …], [stamp, …]], …] ]
//
// Items are in the order of the slots they began with, so equal lists have equal bytes.

extension MovableList {
    /// The whole list with deleted items and hidden slots, each value written by `value`.
    package func encode(to writer: inout CBORWriter, _ value: (inout CBORWriter, Value) -> Void) {
        let order = slots.ids
        let numbers = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        writer.array(3)
        slots.encode(to: &writer)
        writer.array(ownersInOrder) { $0.count(numbers[$1] ?? 0) }
        writer.array(order.filter { items[$0] != nil }) { writer, id in
            guard let item = items[id] else { return }
            writer.array(4)
            writer.count(numbers[id] ?? 0)
            item.value.encode(to: &writer, value)
            item.slot.encode(to: &writer) { $0.count(numbers[$1] ?? 0) }
            writer.array(item.presence.additions) { $0.stamp($1) }
        }
    }

    /// Reads what `encode` writes, and sees that the parts fit together.
    @_lifetime(reader: copy reader)
    package init(
        decoding reader: inout CBORReader, _ value: (inout CBORReader) throws(CanonError) -> Value
    ) throws(CanonError) {
        try reader.array(of: 3)
        self.init(slots: try ElementSequence(decoding: &reader, withHidden: true), owners: [], items: [:])
        let start = reader.offset
        let count = try reader.array(limit: reader.source.count)
        // Only then is it safe to look at each slot: the length of a run is a mere number.
        guard count == slots.count else { throw CanonError(.unexpectedValue, at: start) }
        let ids = slots.ids
        for _ in 0..<count { owners.append(ids[try reader.index(below: count)]) }
        for _ in 0..<(try reader.array(limit: count)) {
            try reader.array(of: 4)
            let start = reader.offset
            let id = ids[try reader.index(below: count)]
            let item = Item(
                value: try Register(decoding: &reader, value),
                slot: try Register(decoding: &reader) { (reader: inout CBORReader) throws(CanonError) in
                    ids[try reader.index(below: count)]
                },
                presence: Presence(try reader.stamps()))
            guard items.updateValue(item, forKey: id) == nil, item.value.winner != nil, item.slot.winner != nil else {
                throw CanonError(.unexpectedValue, at: start)
            }
        }
        guard isShownCorrectly() else { throw CanonError(.unexpectedValue, at: start) }
    }

    /// The owner of each slot, in the order of the slots.
    private var ownersInOrder: [ElementID] {
        var result: [ElementID] = []
        for run in slots.runs { result += owners[run.content..<run.content + run.length] }
        return result
    }

    /// Notes which slot shows each item; false if what the sequence shows is anything else.
    private mutating func isShownCorrectly() -> Bool {
        var shown = 0
        for id in items.keys {
            guard let key = shownSlot(of: id) else { continue }
            guard slots.isVisible(key), owners[slots.content(of: key)] == id else { return false }
            items[id]?.shown = key
            shown += 1
        }
        return shown == slots.visibleCount
    }
}

extension CBORReader {
    @_lifetime(self: copy self)
    fileprivate mutating func index(below count: Int) throws(CanonError) -> Int {
        let start = offset
        let index = try self.count()
        guard index < count else { throw CanonError(.outOfRange, at: start) }
        return index
    }

    @_lifetime(self: copy self)
    fileprivate mutating func stamps() throws(CanonError) -> [Stamp] {
        var stamps: [Stamp] = []
        for _ in 0..<(try array(limit: DocumentLimits.concurrentWrites)) { stamps.append(try stamp()) }
        return stamps
    }
}
