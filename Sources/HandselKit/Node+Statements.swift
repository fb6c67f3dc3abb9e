import Agreement
import Banking
import Canon
import Foundation
import Ledger
import Replica
import Store

/// The agent's bank: statements read, and books proven against them.
extension Node {
    /// What a payment's words may stand for.
    private enum Target {
        case deposit(SpaceID, milestone: Int)
        case payout(SpaceID, ChangeID)
        case refund
    }

    /// All of them by their references; one file is looked through with one of these.
    private struct Targets {
        private var all: [String: [(reference: PaymentReference, target: Target)]] = [:]
        private var lengths: Set<Int> = []

        mutating func add(_ reference: PaymentReference, _ target: Target) {
            all[reference.text, default: []].append((reference, target))
            lengths.insert(reference.text.count)
        }

        /// Those whose references a statement's words name, however they were spaced and spelt.
        func named(in words: String) -> [(reference: PaymentReference, target: Target)] {
            let text = Array(words.uppercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) })
            var found: Set<String> = []
            for length in lengths where length <= text.count {
                for start in 0...(text.count - length) {
                    let part = String(text[start..<(start + length)])
                    if all[part] != nil { found.insert(part) }
                }
            }
            return found.flatMap { all[$0, default: []] }
        }
    }

    /// Reads a camt.053 file.
    ///
    /// A payment that carries a reference becomes its receipt, once; what does not match is listed.
    public func importStatement(from path: String) throws -> StatementReport {
        _ = try requireMandates()
        guard let data = FileManager.default.contents(atPath: path) else {
            throw HandselError(.notFound, "\"\(path)\" is not a file that can be read. Check its name and permissions.")
        }
        let statements = try BankStatement.statements(in: [UInt8](data))
        for mandate in try mandates() where mandate.isServing { try note(mandate.space) }
        var lines: [StatementReport.Line] = []
        let targets = try targets()
        var known = Dictionary(uniqueKeysWithValues: try replica.bankEntries().map { ($0.id, $0.use) })
        for statement in statements {
            try replica.note(
                BankBalance(
                    account: statement.account.description, currency: statement.currency.code, statement: statement.id,
                    opening: statement.opening?.minor, closing: statement.closing?.minor))
            for transaction in statement.transactions {
                lines.append(try take(transaction, of: statement, for: targets, &known))
            }
        }
        try creditAccounts()
        return StatementReport(
            statements: statements.count, lines: lines, unbooked: statements.reduce(0) { $0 + $1.unbookedEntries },
            inconsistent: statements.filter { $0.isConsistent == false }.map(\.id))
    }

    private func take(
        _ transaction: BankTransaction, of statement: BankStatement, for targets: Targets, _ known: inout [String: BankEntry.Use]
    ) throws -> StatementReport.Line {
        let isCredit = transaction.direction == .credit
        let words = [transaction.endToEndID, transaction.creditorReference, transaction.remittance].compactMap { $0 }
            .joined(separator: " ")
        func line(_ use: String, _ sentence: String) -> StatementReport.Line {
            StatementReport.Line(
                day: transaction.bookingDate.text,
                amount: MoneyView(
                    minor: isCredit ? transaction.amount.minor : -transaction.amount.minor,
                    currency: transaction.amount.currency.code),
                counterparty: transaction.counterparty, text: words, use: use, sentence: sentence)
        }
        func keep(_ use: BankEntry.Use, _ reference: String?) throws {
            try replica.note(
                BankEntry(
                    id: transaction.id, account: statement.account.description, day: transaction.bookingDate.text,
                    isCredit: isCredit, minor: transaction.amount.minor, currency: transaction.amount.currency.code,
                    counterparty: transaction.counterparty, iban: transaction.counterpartyAccount?.description, text: words,
                    use: use, reference: reference))
            known[transaction.id] = use
        }
        if let use = known[transaction.id], use != .unmatched { return line("known", "Read before, as \(use.rawValue).") }
        let found = targets.named(in: words)
        guard found.count == 1, let match = found.first else {
            try keep(.unmatched, nil)
            return line(
                "unmatched",
                found.isEmpty ? "It names nothing that is known." : "It names more than one thing, so nothing is guessed.")
        }
        do {
            let (use, sentence) = try apply(transaction, to: match.target)
            try keep(use, match.reference.text)
            return line(use.rawValue, sentence)
        } catch {
            try keep(.unmatched, match.reference.text)
            return line("unmatched", HandselError.from(error).description)
        }
    }

    /// Everything that a payment could carry the reference of.
    private func targets() throws -> Targets {
        var targets = Targets()
        for mandate in try mandates() {
            for milestone in mandate.state.milestones {
                let number = milestone.terms.number
                let deposit = PaymentReference(depositFor: number, of: mandate.space)
                targets.add(deposit, .deposit(mandate.space, milestone: number))
            }
        }
        for order in try replica.bankOrders() where order.kind == .refund {
            targets.add(PaymentReference(text: order.reference), .refund)
        }
        for account in try servedAccounts() {
            for payout in account.state.payouts {
                targets.add(PaymentReference(payout: payout.id), .payout(account.space, payout.id))
            }
        }
        return targets
    }

    private func apply(_ transaction: BankTransaction, to target: Target) throws -> (BankEntry.Use, String) {
        let digest = Derivation.sha256(Array("handsel/bank/1\(transaction.id)".utf8))
        let amount = transaction.amount
        let isCredit = transaction.direction == .credit
        func refusal(_ sentence: String) -> HandselError { HandselError(.refused, sentence) }
        switch target {
        case .deposit(let space, let number):
            if !isCredit, transaction.isReversal {
                throw refusal(
                    "The bank has taken a deposit back. Nothing is signed for that: settle it by hand with the parties.")
            }
            guard isCredit, !transaction.isReversal else { throw refusal("It carries a deposit's reference but is not one.") }
            return try replica.commit(in: space) { composer in
                let state = try composer.state()
                guard let milestone = state.milestone(number), state.activeTerms?.currency == amount.currency else {
                    throw refusal("It came in another currency than the contract's.")
                }
                try composer.sign(self.funding(milestone, to: milestone.totals.funded + amount.minor, digest))
                return (.funding, "A receipt for \(milestone.terms.title) is signed.")
            }
        case .payout(let space, let id):
            return try replica.commit(in: space) { composer in
                let account = try composer.account()
                guard let payout = account.payouts.first(where: { $0.id == id }), payout.amount == amount.minor,
                    payout.currency == amount.currency
                else { throw refusal("It carries a payout's reference but another amount.") }
                let time = max(self.replica.store.clock(), account.agentTime)
                guard isCredit else {
                    try composer.sign(.settled(request: id, time: time, reference: digest))
                    return (.payout, "The payout is settled.")
                }
                try composer.sign(.failed(request: id, time: time, reason: "The bank sent it back."))
                return (.payout, "The payout came back; the amount is in the freelancer's balance again.")
            }
        case .refund:
            guard !isCredit else { throw refusal("A refund came back. Look at it, and send it another way.") }
            return (.refund, "The refund is settled.")
        }
    }
}

extension Node {
    /// Proves to the minor unit, for each currency, that the bank holds what the signed receipts say it has to.
    public func reconcile() throws -> [Reconciliation] {
        let mandates = try requireMandates()
        let entries = try replica.bankEntries()
        let accounts = try servedAccounts().map(\.state)
        let codes = Set(mandates.compactMap { $0.state.activeTerms?.currency.code } + entries.map(\.currency))
        return try codes.sorted().map { code in
            let totals = mandates.filter { $0.state.activeTerms?.currency.code == code }.reduce(Totals()) { $0 + $1.totals }
            let own = entries.filter { $0.currency == code }
            func sum(_ use: BankEntry.Use, isCredit: Bool) -> Int64 {
                own.filter { $0.use == use && $0.isCredit == isCredit }.reduce(0) { $0 + $1.minor }
            }
            let banked = sum(.funding, isCredit: true)
            let settled = accounts.flatMap(\.payouts).filter { $0.status == .settled && $0.currency.code == code }
                .reduce(0) { $0 + $1.amount }
            let opening = try self.opening(code)
            let lines: [(String, Int64)] = [
                ("in the account before the first statement", opening),
                ("held on milestones", totals.held),
                ("released to freelancers, less given back", totals.released - totals.returned),
                ("refunded and given back to clients", totals.refunded + totals.returned),
                ("paid out to freelancers, as the bank shows", -settled),
                ("sent back to clients, as the bank shows", -sum(.refund, isCredit: false)),
                ("confirmed by hand, so not in the bank", banked - totals.funded),
                ("unmatched payments in", sum(.unmatched, isCredit: true)),
                ("unmatched payments out", -sum(.unmatched, isCredit: false)),
            ]
            let expected = lines.reduce(0) { $0 + $1.1 }
            let statement = try self.closing(code)
            let shown = lines.filter { $0.1 != 0 }.map {
                Reconciliation.Line(name: $0.0, amount: MoneyView(minor: $0.1, currency: code))
            }
            return Reconciliation(
                currency: code, books: shown, expected: MoneyView(minor: expected, currency: code),
                statement: statement.map { MoneyView(minor: $0, currency: code) },
                difference: statement.map { MoneyView(minor: $0 - expected, currency: code) },
                agrees: statement.map { $0 == expected } ?? (banked == 0),
                unmatched: own.filter { $0.use == .unmatched }.map {
                    let amount = MoneyView(minor: $0.isCredit ? $0.minor : -$0.minor, currency: code).text
                    return "\($0.day)  \(amount)  \($0.counterparty ?? "")  \($0.text)"
                })
        }
    }

    /// What the accounts held before the first statement read of each.
    private func opening(_ code: String) throws -> Int64 {
        let own = try replica.bankBalances().filter { $0.currency == code }
        return Dictionary(grouping: own, by: \.account).values.reduce(0) { $0 + ($1.first?.opening ?? 0) }
    }

    /// What the last statement read of each account says.
    private func closing(_ code: String) throws -> Int64? {
        let own = try replica.bankBalances().filter { $0.currency == code }
        let last = Dictionary(grouping: own, by: \.account).values.compactMap { $0.last?.closing }
        return last.isEmpty ? nil : last.reduce(0, +)
    }
}
