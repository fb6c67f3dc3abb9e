import Canon
import Ledger

// The stored form of a sequence:
//
//     [ [device, …], [[change, device, seq], …], [flags, change, start, count, (change, index)?, (change, index)?, …] ]
//
// Devices and changes are numbered in the order of their first appearance and runs are as long as they can be, so that equal
// sequences have equal bytes. `flags` is visible + 2 · (left + 3 · right) with the forms of the two origins.

/// How an origin is written: the first form that fits.
enum OriginForm: UInt64 {
    case none
    /// A left origin that lies just before; a right origin that the run just before has too. Neither is written.
    case asBefore
    case explicit

    init(of key: ElementKey, before: ElementKey) {
        self = key == .none ? .none : key == before ? .asBefore : .explicit
    }
}

extension ElementSequence {
    func encode(to writer: inout CBORWriter) {
        let runs = longestRuns
        let order = FirstAppearances(runs.lazy.map(\.first.change))
        let devices = FirstAppearances(order.values.lazy.map { changes[$0].device })
        writer.array(3)
        writer.array(devices.values) { $0.identifier($1) }
        writer.array(order.values) { writer, number in
            let change = changes[number]
            writer.array(3)
            writer.identifier(change.id)
            writer.unsigned(devices[change.device])
            writer.unsigned(change.seq)
        }
        writer.array(numbers(for: runs, order)) { $0.unsigned($1) }
    }

    /// The runs as they would be if nothing had ever been cut.
    private var longestRuns: [ElementRun] {
        var result: [ElementRun] = []
        for run in runs {
            if let last = result.indices.last, result[last].isContinued(by: run) {
                result[last].count += run.count
            } else {
                result.append(run)
            }
        }
        return result
    }

    private func numbers(for runs: [ElementRun], _ order: FirstAppearances<Int32>) -> [UInt64] {
        var numbers: [UInt64] = []
        numbers.reserveCapacity(6 * runs.count)
        var before = ElementKey.none
        var rightBefore = ElementKey.none
        for run in runs {
            let left = OriginForm(of: run.left, before: before)
            let right = OriginForm(of: run.right, before: rightBefore)
            numbers.append((run.isVisible ? 1 : 0) + 2 * (left.rawValue + 3 * right.rawValue))
            numbers += [order[run.first.change], UInt64(run.first.index), UInt64(run.count)]
            if left == .explicit { numbers += [order[run.left.change], UInt64(run.left.index)] }
            if right == .explicit { numbers += [order[run.right.change], UInt64(run.right.index)] }
            before = run.last
            rightBefore = run.right
        }
        return numbers
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
