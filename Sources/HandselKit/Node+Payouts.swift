import Agreement
import Banking
import Canon
import Foundation
import Ledger
import Replica
import Store

/// The account that payouts leave from, as a bank wants it in an order.
public struct PayerAccount: Sendable {
    public let name: String
    public let iban: String
    public let bic: String?

    public init(name: String, iban: String, bic: String?) {
        self.name = name
        self.iban = iban
        self.bic = bic
    }
}

/// The agent's payments: to freelancers as they asked, and back to clients.
///
/// A payment is noted, then signed as sent, then put into a file that is kept, then written: whatever stops a run, the next one goes
/// on where it stopped, and none is ordered twice.
extension Node {
    /// Orders every payment that can be made now, and writes the files that tell the bank and PayPal so.
    ///
    /// Bank payments go into pain.001 files, PayPal's into a CSV for each currency; others are listed, to be made by hand.
    public func writePayouts(to directory: String, from payer: PayerAccount?, executing day: String) throws -> PayoutReport {
        _ = try requireMandates()
        let writer = try PaymentWriter(payer: payer, day: day, time: now)
        try creditAccounts()
        try finishOrders()
        var waiting: [String] = []
        for due in try payoutsDue(&waiting) + refundsDue(&waiting) {
            if let reason = try writer.reasonToRefuse(due.order) ?? order(due) {
                waiting.append("\(due.order.sentence): \(reason)")
            }
        }
        let open = try replica.bankOrders(.open).filter { order in
            guard let reason = writer.lacks(order) else { return true }
            waiting.append("\(order.sentence): \(reason)")
            return false
        }
        let byHand = open.filter { $0.method == .other }
        try replica.keep(try writer.files(for: open), byHand: byHand)
        return try report(try replica.unwrittenFiles(), to: directory, byHand: byHand, waiting: waiting)
    }

    /// Writes the files of the last run once more, and orders nothing.
    public func writePayoutsAgain(to directory: String) throws -> PayoutReport {
        _ = try requireMandates()
        let files = try replica.lastFiles()
        guard !files.isEmpty else {
            throw HandselError(.notFound, "No payment was ordered by a file yet. `handsel agent payouts --to DIRECTORY` does.")
        }
        return try report(files, to: directory, byHand: [], waiting: [])
    }

    private func report(
        _ files: [BankFile], to directory: String, byHand: [BankOrder], waiting: [String]
    ) throws -> PayoutReport {
        let folder = URL(fileURLWithPath: directory)
        for file in files {
            do {
                try Self.write(file, to: folder)
            } catch {
                throw HandselError(
                    .refused,
                    "The payments are ordered, but \(file.name) cannot be written to \(folder.path). "
                        + "`handsel agent payouts --to ANOTHER` writes the files.")
            }
            try replica.noteWritten(file)
        }
        let orders = try files.flatMap { try replica.bankOrders(.file($0.name)) } + byHand
        return PayoutReport(
            files: files.map { folder.appendingPathComponent($0.name).path },
            lines: orders.map {
                PayoutReport.Line(
                    kind: $0.kind.rawValue, to: $0.name, destination: $0.destination,
                    amount: MoneyView(minor: $0.amount.minor, currency: $0.amount.currency.code), reference: $0.reference)
            }, waiting: waiting)
    }

    /// Never over another file; the same one may be there from a run that was stopped.
    private static func write(_ file: BankFile, to folder: URL) throws {
        let (url, data) = (folder.appendingPathComponent(file.name), Data(file.bytes))
        guard FileManager.default.contents(atPath: url.path) != data else { return }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try data.write(to: url, options: .withoutOverwriting)
    }

    /// A payment that can be ordered now, and what was ordered for the same thing before.
    private struct Due {
        let order: BankOrder
        var before: Int64 = 0
        /// The account of a payout's request.
        var account: SpaceID?
    }

    /// Notes a payment and signs it as sent; returns why it was not ordered.
    private func order(_ due: Due) throws -> String? {
        guard try replica.note(due.order, after: due.before) else { return "Another command has just ordered it." }
        return try due.account.flatMap { try send(due.order, in: $0) }
    }

    /// Signs that a payout that is noted was sent; one that cannot be is forgotten, and the reason returned.
    private func send(_ order: BankOrder, in space: SpaceID) throws -> String? {
        guard let request = ChangeID(bytes: order.item) else { return nil }
        do {
            try replica.commit(in: space) { composer in
                let time = max(self.replica.store.clock(), try composer.account().agentTime)
                try composer.sign(.sent(request: request, time: time))
            }
            return nil
        } catch {
            let payout = try replica.account(space).payouts.first { $0.id == request }
            // Another command may have been faster; what is signed stays ordered.
            guard let payout, [.requested, .withdrawn].contains(payout.status) else { return nil }
            try replica.forget(order: order.reference)
            return HandselError.from(error).description
        }
    }

    /// Signs payouts that an earlier run noted and did not come to sign, or forgets them.
    private func finishOrders() throws {
        let open = try replica.bankOrders(.open).filter { $0.kind == .payout }
        guard !open.isEmpty else { return }
        for account in try servedAccounts() {
            for payout in account.state.payouts where [.requested, .withdrawn].contains(payout.status) {
                for order in open where order.item == payout.id.bytes { _ = try send(order, in: account.space) }
            }
        }
    }

    private func payoutsDue(_ waiting: inout [String]) throws -> [Due] {
        var due: [Due] = []
        for account in try servedAccounts() {
            for payout in account.state.payouts where payout.status == .requested {
                let order = BankOrder(
                    reference: PaymentReference(payout: payout.id).text, kind: .payout, item: payout.id.bytes,
                    method: payout.method.kind, name: payout.method.holder, destination: payout.method.destination,
                    bic: payout.method.bic, amount: Money(minor: payout.amount, currency: payout.currency))
                let act = AccountAct.sent(request: payout.id, time: max(now, account.state.agentTime))
                if let reason = account.state.reasonToRefuse(act, by: .agent) {
                    waiting.append("\(order.sentence): \(reason)")
                } else {
                    due.append(Due(order: order, account: account.space))
                }
            }
        }
        return due
    }

    /// What goes back to clients, to the accounts that it came from.
    private func refundsDue(_ waiting: inout [String]) throws -> [Due] {
        let orders = Dictionary(grouping: try replica.bankOrders().filter { $0.kind == .refund }, by: \.item)
        let entries = Dictionary(grouping: try replica.bankEntries().filter { $0.use == .funding }, by: \.reference)
        var due: [Due] = []
        for mandate in try mandates() {
            guard let currency = mandate.state.activeTerms?.currency else { continue }
            for milestone in mandate.state.milestones {
                let number = milestone.terms.number
                let item = mandate.space.bytes + Derivation.bigEndian(UInt64(number))
                var ordered = orders[item, default: []].reduce(0) { $0 + $1.amount.minor }
                var missing = mandate.totals(milestone).refunded + mandate.totals(milestone).returned - ordered
                guard missing > 0 else { continue }
                let deposits = entries[PaymentReference(depositFor: number, of: mandate.space).text, default: []]
                for origin in Self.origins(of: deposits, less: orders[item, default: []]) where missing > 0 {
                    let amount = min(missing, origin.rest)
                    let reference = PaymentReference(refundOf: ordered + amount, on: number, of: mandate.space).text
                    let order = BankOrder(
                        reference: reference, kind: .refund, item: item, method: .bank, name: origin.name,
                        destination: origin.account, bic: nil, amount: Money(minor: amount, currency: currency))
                    due.append(Due(order: order, before: ordered))
                    ordered += amount
                    missing -= amount
                }
                guard missing > 0 else { continue }
                let amount = Money(minor: missing, currency: currency).text
                waiting.append("\(amount) back to the client of \(mandate.title): no account is known; send it by hand.")
            }
        }
        return due
    }

    /// Accounts that deposits came from with what has not gone back to each, most first: anybody may have used the reference.
    private static func origins(
        of deposits: [BankEntry], less orders: [BankOrder]
    ) -> [(account: String, name: String, rest: Int64)] {
        Dictionary(grouping: deposits.filter { $0.iban != nil }, by: { $0.iban ?? "" }).map { account, entries in
            let came = entries.reduce(0) { $0 + $1.minor }
            let back = orders.filter { $0.destination == account }.reduce(0) { $0 + $1.amount.minor }
            return (account, entries.first?.counterparty ?? "Client", came - back)
        }.filter { $0.rest > 0 }.sorted { ($1.rest, $0.account) < ($0.rest, $1.account) }
    }
}
