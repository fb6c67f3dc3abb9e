import Ledger

/// The changes that inserted elements into one sequence, and the leaf in which each element lies.
struct ChangeTable: Sendable {
    struct Entry: Sendable {
        let id: ChangeID
        let device: DeviceID
        let seq: UInt64
        /// How many elements it inserted.
        var count: UInt32 = 0
        /// The leaf of the elements before the first segment; most changes have no segment.
        var firstLeaf = 0
        var segments: [Segment] = []
    }

    /// The elements from `start` up to the next segment lie in `leaf`.
    struct Segment: Sendable {
        var start: UInt32
        var leaf: Int
    }

    private(set) var entries: [Entry] = []
    private var numbers: [ChangeID: Int32] = [:]

    subscript(number: Int32) -> Entry { entries[Int(number)] }

    func number(of change: ChangeID) -> Int32? {
        // Typing names the newest change again and again.
        if let last = entries.last, last.id == change { return Int32(entries.count - 1) }
        return numbers[change]
    }

    /// Adds a change that is not there yet.
    mutating func add(_ change: ChangeID, device: DeviceID, seq: UInt64) -> Int32 {
        let number = Int32(entries.count)
        entries.append(Entry(id: change, device: device, seq: seq))
        numbers[change] = number
        return number
    }

    /// Forgets the elements of a change from `count` on.
    mutating func truncate(_ number: Int32, to count: UInt32) {
        entries[Int(number)].count = count
        entries[Int(number)].segments.removeAll { $0.start >= count }
    }

    /// Numbers `count` further elements of a change.
    mutating func extend(_ number: Int32, by count: UInt32) { entries[Int(number)].count += count }

    func has(_ key: ElementKey) -> Bool { key.index < entries[Int(key.change)].count }

    mutating func forgetLeaves() {
        for index in entries.indices { entries[index].segments = [] }
    }

    /// Notes the leaf of the elements from `first` on; later ones of the change follow.
    mutating func append(_ first: ElementKey, in leaf: Int) { entries[Int(first.change)].append(first.index, in: leaf) }

    func leaf(of key: ElementKey) -> Int { entries[Int(key.change)].leaf(of: key.index) }

    /// Notes that elements, which are numbered already, lie in `leaf`.
    mutating func assign(_ first: ElementKey, count: UInt32, to leaf: Int) {
        entries[Int(first.change)].assign(first.index, count: count, to: leaf)
    }

    func isOrdered(_ first: ElementKey, before second: ElementKey) -> Bool {
        first.change == second.change ? first.index < second.index : self[first.change].id < self[second.change].id
    }
}

extension ChangeTable.Entry {
    /// Whether the change at `moment` is this one or had seen it, for which the Lamport time does not count.
    func isSeen(at moment: Moment) -> Bool {
        id == moment.stamp.change || moment.hasSeen(Stamp(lamport: 0, device: device, seq: seq, change: id))
    }

    func leaf(of index: UInt32) -> Int {
        let place = firstSegment(from: UInt64(index) + 1)
        return place == 0 ? firstLeaf : segments[place - 1].leaf
    }

    /// The first segment that starts at `index` or later.
    private func firstSegment(from index: UInt64) -> Int {
        var low = 0
        var high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if UInt64(segments[middle].start) < index { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func append(_ start: UInt32, in leaf: Int) {
        if start == 0 {
            firstLeaf = leaf
        } else if segments.last?.leaf ?? firstLeaf != leaf {
            segments.append(ChangeTable.Segment(start: start, leaf: leaf))
        }
    }

    mutating func assign(_ start: UInt32, count assigned: UInt32, to leaf: Int) {
        // Typing goes on at the end of where its change is.
        if let last = segments.last, last.leaf == leaf, last.start <= start { return }
        let end = start + assigned
        let following = end < count ? self.leaf(of: end) : leaf
        let low = firstSegment(from: UInt64(start))
        let preceding = low == 0 ? firstLeaf : segments[low - 1].leaf
        let high = firstSegment(from: UInt64(end) + 1)
        if start == 0 { firstLeaf = leaf }
        let startsSegment = start > 0 && preceding != leaf
        if !startsSegment, following == leaf, low == high { return }
        var replacement: [ChangeTable.Segment] = []
        if startsSegment { replacement.append(ChangeTable.Segment(start: start, leaf: leaf)) }
        if following != leaf { replacement.append(ChangeTable.Segment(start: end, leaf: following)) }
        segments.replaceSubrange(low..<high, with: replacement)
    }
}
