package import Canon
import Ledger

/// A set of ten-minute slots, as ranges that rise and do not touch, so that one set has one form.
package struct SlotRanges: Hashable, Sendable {
    package let ranges: [Range<UInt64>]

    package init(_ slots: some Sequence<Slot>) {
        var ranges: [Range<UInt64>] = []
        for number in Set(slots.map(\.number)).sorted() {
            if let last = ranges.last, last.upperBound == number {
                ranges[ranges.count - 1] = last.lowerBound..<number + 1
            } else {
                ranges.append(number..<number + 1)
            }
        }
        self.ranges = ranges
    }

    private init(merged: [Range<UInt64>]) { ranges = merged }

    package var count: Int { ranges.reduce(0) { $0 + $1.count } }
    package var isEmpty: Bool { ranges.isEmpty }
    package var slots: [Slot] { ranges.flatMap { $0.map(Slot.init(number:)) } }
    package var last: Slot? { ranges.last.map { Slot(number: $0.upperBound - 1) } }

    package func contains(_ slot: Slot) -> Bool { ranges.contains { $0.contains(slot.number) } }
    package func isSubset(of other: SlotRanges) -> Bool { union(other) == other }
    /// How many of its slots lie in `range`.
    package func count(in range: Range<UInt64>) -> Int { ranges.reduce(0) { $0 + $1.clamped(to: range).count } }
    package func intersects(_ other: SlotRanges) -> Bool { union(other).count < count + other.count }
    package func union(_ other: SlotRanges) -> SlotRanges {
        var merged: [Range<UInt64>] = []
        var (first, second) = (ranges[...], other.ranges[...])
        while let next = [first.first, second.first].compactMap({ $0 }).min(by: { $0.lowerBound < $1.lowerBound }) {
            if next == first.first { first.removeFirst() } else { second.removeFirst() }
            if let last = merged.last, last.upperBound >= next.lowerBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, next.upperBound)
            } else {
                merged.append(next)
            }
        }
        return SlotRanges(merged: merged)
    }

    package func write(to writer: inout CBORWriter) {
        writer.array(ranges) { writer, range in
            writer.array(2)
            writer.unsigned(range.lowerBound)
            writer.count(range.count)
        }
    }

    package init(from reader: inout CBORReader) throws(CanonError) {
        var ranges: [Range<UInt64>] = []
        var total = 0
        for _ in 0..<(try reader.array(limit: AgreementLimits.ranges)) {
            let start = reader.offset
            try reader.array(of: 2)
            let first = try reader.unsigned(upTo: AgreementLimits.time / Slot.milliseconds)
            let count = try reader.count(upTo: AgreementLimits.invoiceSlots)
            total += count
            guard count > 0, total <= AgreementLimits.invoiceSlots, ranges.last.map({ $0.upperBound < first }) ?? true else {
                throw CanonError(.unexpectedValue, at: start)
            }
            ranges.append(first..<first + UInt64(count))
        }
        self.ranges = ranges
    }
}

/// A week from Monday 00:00 to Sunday 23:59 UTC: the number of such weeks since Monday, 29 December 1969.
package struct Week: Hashable, Comparable, Sendable {
    package static let slots: UInt64 = 7 * 24 * 6
    /// Slots from that Monday to the beginning of 1970.
    private static let offset: UInt64 = 3 * 24 * 6

    package let number: UInt64

    package init(number: UInt64) { self.number = number }
    package init(containing slot: Slot) { number = (slot.number + Self.offset) / Self.slots }

    /// The slots of the week that lie in or after 1970.
    package var range: Range<UInt64> {
        let end = (number + 1) * Self.slots - Self.offset
        return (end < Self.slots ? 0 : end - Self.slots)..<end
    }

    /// Milliseconds since 1970 UTC at which it is over.
    package var end: UInt64 { range.upperBound * Slot.milliseconds }

    package static func < (first: Week, second: Week) -> Bool { first.number < second.number }
}

/// A week's bill: which slots, what they come to, and a digest of their diary entries.
package struct Invoice: Hashable, Sendable {
    package let week: Week
    /// Slots of the week, and late ones of weeks before it.
    package let slots: SlotRanges
    /// Over the billed entries as the diary had them; see `digest`.
    package let entries: Bytes32
    package let amount: Int64

    package init(week: Week, slots: SlotRanges, entries: Bytes32, amount: Int64) {
        self.week = week
        self.slots = slots
        self.entries = entries
        self.amount = amount
    }

    /// What a number of slots costs: rate × slots / 6, rounded once, half to even.
    package static func amount(of slots: Int, rate: Int64) -> Int64 { (rate * Int64(slots)).divided(by: 6) }

    /// SHA-256 over the billed entries in order, each with its slot and device.
    package static func digest(_ entries: [(key: SlotKey, entry: DiaryEntry)]) -> Bytes32 {
        Derivation.sha256(
            CBORWriter.encode { writer in
                writer.array(entries) { writer, item in
                    writer.array(5)
                    writer.unsigned(item.key.slot.number)
                    writer.identifier(item.key.device)
                    writer.unsigned(item.entry.activity)
                    writer.boolean(item.entry.isManual)
                    writer.optional(item.entry.memo) { $0.bytes32($1) }
                }
            })
    }
}

extension Int64 {
    /// Half to even.
    package func divided(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        let twice = remainder * 2
        return twice > divisor || (twice == divisor && !quotient.isMultiple(of: 2)) ? quotient + 1 : quotient
    }
}
