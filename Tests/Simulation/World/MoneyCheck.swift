import Agreement
import Canon
import Foundation
import GRDB
import Ledger
import Replica
import Store

/// Money by plain bookkeeping: from the bank's entries and the acts that count, against what the replica says.
struct MoneyCheck {
    private(set) var faults: [String] = []
    private var lines: [Int: Totals] = [:]
    private var used: Set<Bytes32> = []
    private var acts: [Act] = []
    /// What was paid for invoices.
    private var paid: Int64 = 0
    /// Whether the agent has signed on one line.
    ///
    /// Of two, the later in linear order takes nothing back, and a deposit that only one of them knew is to be booked again.
    private let isOneLine: Bool

    init(_ replica: Replica, space: SpaceID, bank: Bank, isOneLine: Bool) throws {
        self.isOneLine = isOneLine
        acts = try replica.store.read { db in
            let sql = """
                SELECT * FROM act WHERE space = ? AND reason IS NULL ORDER BY lamport, device, change, ordinal
                """
            return try Row.fetchAll(db, sql: sql, arguments: [space.data]).compactMap(Self.act)
        }
        for act in acts {
            if case .receipt(let receipt) = act { book(receipt, bank) }
        }
        let state = try replica.state(of: space)
        for milestone in state.milestones {
            let number = milestone.terms.number
            let totals = milestone.totals
            if totals.funded != totals.released + totals.refunded + totals.held || totals.held < 0 {
                faults.append("milestone \(number) does not add up: \(totals)")
            }
            if let line = lines[number], line != totals {
                faults.append("milestone \(number) has other totals than its last receipt")
            }
            if state.activeTerms?.agent != nil, lines[number] == nil, totals != Totals() {
                faults.append("milestone \(number) moved without a receipt")
            }
        }
        if state.activeTerms?.agent == nil, state.held != 0 { faults.append("money is held where there is no agent") }
    }

    private static func act(_ row: Row) throws -> Act? {
        let payload: Data = row["payload"]
        let document: Data? = row["document"]
        let operation = Ledger.Operation(row["kind"], on: document.flatMap { ChangeID(bytes: $0) }, payload: Array(payload))
        if case .act(let act)? = try Assertion(operation) { return act }
        return nil
    }

    private mutating func book(_ receipt: EscrowReceipt, _ bank: Bank) {
        let (number, new) = (receipt.milestone, receipt.totals)
        let old = lines[number] ?? Totals()
        if zip(old.all, new.all).contains(where: { $0 > $1 }) {
            guard isOneLine else { return }
            faults.append("a total of milestone \(number) fell")
        }
        lines[number] = new
        if new.held < 0 || new.returned > new.released { faults.append("more left milestone \(number) than came in") }
        let moved = zip(old.all, new.all).map { $1 - $0 }
        switch receipt.basis {
        case .funding:
            guard let reference = receipt.reference, let entry = bank.entries[reference] else {
                return faults.append("a deposit on milestone \(number) never came in")
            }
            if !used.insert(reference).inserted, isOneLine { faults.append("a deposit on milestone \(number) counts twice") }
            if isOneLine ? entry.amount != moved[0] : entry.amount < moved[0] { faults.append("a deposit is not what came in") }
            if entry.milestone != number { faults.append("a deposit came in for something else") }
        case .release:
            require(new.released, number, "released") { if case .release(number, let total) = $0 { total } else { nil } }
        case .refund: require(new.refunded, number, "refunded") { if case .refund(number, let total) = $0 { total } else { nil } }
        case .giveBack:
            require(new.returned, number, "given back") { if case .giveBack(number, let total) = $0 { total } else { nil } }
        case .invoice:
            let billed = acts.reduce(Int64(0)) { sum, act in
                if case .invoice(let invoice) = act { sum + invoice.amount } else { sum }
            }
            paid += moved[1]
            if paid > billed { faults.append("more was paid for hours than was billed") }
        default: break
        }
    }

    private mutating func require(_ total: Int64, _ number: Int, _ word: String, _ consent: (Act) -> Int64?) {
        if total > acts.compactMap(consent).max() ?? 0 {
            faults.append("milestone \(number): more was \(word) than anybody agreed to")
        }
    }
}
