import Canon
import Ledger

// The stored form of a sequence:
//
//     [ [device, …], [[change, device, seq], …], [run, run, …] ]
//
// without brackets around a run. Devices and changes are numbered in the order of their first appearance, and runs are as long
// as they can be, so that equal sequences have equal bytes. A run is one of
//
//     visible, cuts, count
//     2 + visible + 2 · (left + 3 · right), change, start, count, (change, index)?, (change, index)?
//
// The first goes on with a run that something was inserted into, or part of which was deleted: with the one whose end is
// number `cuts`, counted back from the latest, of the ends with which nothing has gone on yet. Whatever lies between the two
// is complete, and its ends do not count from then on. The second says where its elements hang. `left` and `right` are the
// forms of the two origins. A change is counted back from the latest new one, 0 being the next new one; `start` is how
// far it lies behind the end of the run before, if that is of the same change, or behind 0; the index of an origin lies that
// far behind `start`.

/// How the two origins of a run are written: each in the first form that fits.
struct OriginForms: Equatable {
    enum Left: UInt64 {
        /// What lies just before.
        case before
        case start
        case explicit
    }

    enum Right: UInt64 {
        /// The element that its change has after the left origin.
        case afterLeft
        /// That of the run just before.
        case asBefore
        case end
        case explicit
    }

    let left: Left
    let right: Right

    init(of run: ElementRun, after before: ElementRun?) {
        left = run.left == .none ? .start : run.left == before?.last ? .before : .explicit
        right =
            run.right == .none
            ? .end
            : run.left != .none && run.right == run.left.advanced(by: 1)
                ? .afterLeft : run.right == before?.right ? .asBefore : .explicit
    }

    init?(rawValue: UInt64) {
        guard let left = Left(rawValue: rawValue % 3), let right = Right(rawValue: rawValue / 3) else { return nil }
        (self.left, self.right) = (left, right)
    }

    var rawValue: UInt64 { left.rawValue + 3 * right.rawValue }

    /// From where the start of a run of `change` is counted.
    static func expectedIndex(in change: Int32, after before: ElementRun?) -> UInt32 {
        guard let before, before.first.change == change else { return 0 }
        return before.first.index + before.count
    }
}

/// The ends of runs with which nothing has gone on yet.
struct OpenEnds {
    /// How many of the latest ends a run may go on with; with an older one it is written in full.
    static let reach = 24

    struct End {
        /// The element that would come next.
        let next: ElementKey
        let right: ElementKey
        let run: Int
    }

    private(set) var ends: [End] = []

    mutating func append(_ run: ElementRun, number: Int) {
        ends.append(End(next: run.first.advanced(by: run.length), right: run.right, run: number))
    }

    /// Takes the end number `cuts`, counted back from the latest, and all that came after it.
    mutating func take(_ cuts: Int) -> End? {
        guard cuts < min(Self.reach, ends.count) else { return nil }
        let end = ends[ends.count - 1 - cuts]
        for _ in 0...cuts { ends.removeLast() }
        return end
    }

    /// The number of the end with which `run` goes on, unless it is a left child.
    func cuts(before run: ElementRun) -> Int? {
        guard run.left == run.first.advanced(by: -1) else { return nil }
        for cuts in 0..<min(Self.reach, ends.count) {
            let end = ends[ends.count - 1 - cuts]
            if end.next == run.first, end.right == run.right { return cuts }
        }
        return nil
    }
}

extension ElementSequence {
    func encode(to writer: inout CBORWriter) {
        var body = RunWriter(changes: changes.entries.count)
        var pending: ElementRun?
        for run in runs {
            if let last = pending, last.isContinued(by: run) {
                pending?.count += run.count
            } else {
                if let pending { body.write(pending) }
                pending = run
            }
        }
        if let pending { body.write(pending) }
        let devices = FirstAppearances(body.order.lazy.map { changes[$0].device })
        writer.array(3)
        writer.array(devices.values) { $0.identifier($1) }
        writer.array(body.order) { writer, number in
            let change = changes[number]
            writer.array(3)
            writer.identifier(change.id)
            writer.unsigned(devices[change.device])
            writer.unsigned(change.seq)
        }
        writer.array(body.items)
        writer.raw(body.writer.bytes)
    }
}

/// Writes runs in order.
private struct RunWriter {
    private(set) var writer = CBORWriter()
    private(set) var items = 0
    /// The changes in the order of their first appearance, and the place of each in it.
    private(set) var order: [Int32] = []
    private var places: [Int]
    private var open = OpenEnds()
    private var before: ElementRun?

    init(changes: Int) { places = Array(repeating: -1, count: changes) }

    mutating func write(_ run: ElementRun) {
        let visible: UInt64 = run.isVisible ? 1 : 0
        if run.side == .right, let cuts = open.cuts(before: run) {
            _ = open.take(cuts)
            number(visible)
            number(UInt64(cuts))
            number(UInt64(run.count))
        } else {
            let forms = OriginForms(of: run, after: before)
            number(2 + visible + 2 * forms.rawValue)
            change(run.first.change)
            number(Int64(run.first.index) - Int64(OriginForms.expectedIndex(in: run.first.change, after: before)))
            number(UInt64(run.count))
            if forms.left == .explicit { origin(run.left, of: run) }
            if forms.right == .explicit { origin(run.right, of: run) }
        }
        open.append(run, number: 0)
        before = run
    }

    private mutating func origin(_ key: ElementKey, of run: ElementRun) {
        change(key.change)
        number(Int64(run.first.index) - Int64(key.index))
    }

    private mutating func change(_ change: Int32) {
        if places[Int(change)] < 0 {
            places[Int(change)] = order.count
            order.append(change)
            number(UInt64(0))
        } else {
            number(UInt64(order.count - places[Int(change)]))
        }
    }

    private mutating func number(_ value: UInt64) {
        writer.unsigned(value)
        items += 1
    }

    private mutating func number(_ value: Int64) {
        writer.integer(value)
        items += 1
    }
}

/// The different values of a list, numbered in the order of their first appearance.
private struct FirstAppearances<Value: Hashable> {
    private(set) var values: [Value] = []
    private var numbers: [Value: UInt64] = [:]

    init(_ list: some Sequence<Value>) {
        for value in list where numbers[value] == nil {
            numbers[value] = UInt64(values.count)
            values.append(value)
        }
    }

    subscript(value: Value) -> UInt64 { numbers[value] ?? 0 }
}
