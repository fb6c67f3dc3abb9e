import Canon
import Ledger
import Support

/// The agent's bank: what really came in, whoever remembers it.
struct Bank {
    struct Entry {
        let milestone: Int
        let amount: Int64
        let reference: Bytes32
    }

    private(set) var entries: [Bytes32: Entry] = [:]
    private var order: [Bytes32] = []

    mutating func payIn(_ amount: Int64, for milestone: Int, using generator: inout SeededGenerator) -> Bytes32 {
        let reference = Bytes32.random(using: &generator)
        entries[reference] = Entry(milestone: milestone, amount: amount, reference: reference)
        order.append(reference)
        return reference
    }

    func anyEntry(using generator: inout SeededGenerator) -> Entry? { order.isEmpty ? nil : entries[generator.pick(order)] }
}
