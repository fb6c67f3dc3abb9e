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
extension Node {
    /// A payment that can be ordered now.
    private struct Due {
        let order: BankOrder
        let kind: PayoutMethod.Kind
        let to: String
        let destination: String
        let bic: String?
        let amount: Money
        /// The account and the request in it, for a payout.
        let request: (space: SpaceID, id: ChangeID)?
    }

    /// Credits every freelancer's account with what their contracts have released.
    func creditAccounts() throws {
        for account in try replica.accounts() {
            let roster = try replica.roster(of: account)
            guard roster.signingRole(of: replica.device) == .agent, let freelancer = roster.person(in: .freelancer) else {
                continue
            }
            let due = try mandates().filter { try replica.roster(of: $0.space).person(in: .freelancer) == freelancer }
            try replica.commit(in: account) { composer in
                try self.noteAccount(composer)
                for mandate in due { try self.credit(mandate, in: composer) }
                try self.startScheduled(composer)
            }
        }
    }

    private nonisolated func noteAccount(_ composer: Composer) throws {
        let account = try composer.account()
        var new = account.methods.filter { $0.seen == nil }.map(\.change)
        if let schedule = account.scheduleChange, account.periodStart == nil { new.append(schedule) }
        guard !new.isEmpty else { return }
        try composer.sign(AccountAct.seen(time: max(replica.store.clock(), account.agentTime), new))
    }

    private nonisolated func credit(_ mandate: Mandate, in composer: Composer) throws {
        guard let currency = mandate.state.activeTerms?.currency else { return }
        for milestone in mandate.state.milestones {
            let account = try composer.account()
            let number = milestone.terms.number
            let total = milestone.totals.released - milestone.totals.returned
            let known = account.credits.first { $0.contract == mandate.space && $0.milestone == number }?.total ?? 0
            guard total != known else { continue }
            let time = max(replica.store.clock(), account.agentTime)
            try composer.sign(
                .credit(contract: mandate.space, milestone: number, total: total, currency: currency, time: time))
        }
    }

    /// Begins the payouts that a freelancer's schedule makes due, one in each currency.
    private nonisolated func startScheduled(_ composer: Composer) throws {
        let account = try composer.account()
        let time = max(replica.store.clock(), account.agentTime)
        guard let due = account.nextScheduled, time >= due else { return }
        for currency in account.currencies where account.balance(in: currency) > 0 {
            let act = AccountAct.scheduled(amount: account.balance(in: currency), currency: currency, time: time)
            if try composer.account().reasonToRefuse(act, by: .agent) == nil { try composer.sign(act) }
        }
    }

    /// Writes the files that order every payment that can be made now, and signs that they are under way.
    ///
    /// Bank payments go into `pain.001.xml`, PayPal's into a CSV for each currency; other methods are listed.
    public func writePayouts(to directory: String, from payer: PayerAccount?, executing day: String) throws -> PayoutReport {
        _ = try requireMandates()
        try creditAccounts()
        var waiting: [String] = []
        let due = try payoutsDue(&waiting) + refundsDue(&waiting)
        let folder = URL(fileURLWithPath: directory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var files: [(name: String, bytes: [UInt8])] = []
        let bank = due.filter { $0.kind == .bank }
        var paid = due.filter { $0.kind != .bank }
        if !bank.isEmpty, let payer {
            files.append(("pain.001.xml", try Self.paymentOrder(bank, payer, day, at: now).document()))
            paid += bank
        } else {
            waiting += bank.map { "\($0.amount.text) to \($0.to): name the account it leaves from with --name and --iban." }
        }
        for (currency, rows) in Dictionary(grouping: due.filter { $0.kind == .paypal }, by: \.amount.currency.code) {
            let payments = try rows.map {
                try PayPalPayments.Payment(recipient: $0.destination, amount: $0.amount, id: $0.order.reference)
            }
            files.append(("paypal-\(currency).csv", try PayPalPayments(payments).file()))
        }
        for file in files {
            try Data(file.bytes).write(to: folder.appendingPathComponent(file.name), options: .withoutOverwriting)
        }
        for payment in paid { try order(payment) }
        return PayoutReport(
            files: files.map { folder.appendingPathComponent($0.name).path },
            lines: paid.map {
                PayoutReport.Line(
                    kind: $0.order.kind.rawValue, to: $0.to, destination: $0.destination,
                    amount: MoneyView(minor: $0.amount.minor, currency: $0.amount.currency.code), reference: $0.order.reference)
            }, waiting: waiting)
    }

    private static func paymentOrder(_ due: [Due], _ payer: PayerAccount, _ day: String, at time: UInt64) throws -> PaymentOrder {
        guard let day = Day(text: day) else { throw HandselError(.usage, "\"\(day)\" is not a day. Write it as 2026-12-15.") }
        return try PaymentOrder(
            messageID: "HANDSEL\(time)", created: Date(timeIntervalSince1970: Double(time / 1_000)), debtor: payer.name,
            debtorAccount: try IBAN(payer.iban), debtorAgent: try payer.bic.map { try BIC($0) },
            payments: try due.map {
                try PaymentOrder.Payment(
                    endToEndID: $0.order.reference, amount: $0.amount, executionDate: day, creditor: $0.to,
                    account: AccountNumber($0.destination), agent: try $0.bic.map { try BIC($0) }, remittance: $0.order.reference)
            })
    }

    private func order(_ payment: Due) throws {
        if let request = payment.request {
            try replica.commit(in: request.space) { composer in
                let time = max(self.replica.store.clock(), try composer.account().agentTime)
                try composer.sign(.sent(request: request.id, time: time))
            }
        }
        try replica.note(payment.order)
    }

    private func payoutsDue(_ waiting: inout [String]) throws -> [Due] {
        var due: [Due] = []
        for space in try replica.accounts() where try replica.roster(of: space).signingRole(of: replica.device) == .agent {
            let account = try replica.account(space)
            for payout in account.payouts where payout.status == .requested {
                let amount = Money(minor: payout.amount, currency: payout.currency)
                if let reason = account.reasonToRefuse(.sent(request: payout.id, time: max(now, account.agentTime)), by: .agent) {
                    waiting.append("\(amount.text) to \(payout.method.holder): \(reason)")
                    continue
                }
                let reference = PaymentReference(payout: payout.id).text
                due.append(
                    Due(
                        order: BankOrder(
                            reference: reference, kind: .payout, item: payout.id.bytes, minor: payout.amount,
                            currency: payout.currency.code),
                        kind: payout.method.kind, to: payout.method.holder, destination: payout.method.destination,
                        bic: payout.method.bic, amount: amount, request: (space, payout.id)))
            }
        }
        return due
    }

    /// What goes back to clients: to the account that their last deposit came from.
    private func refundsDue(_ waiting: inout [String]) throws -> [Due] {
        let orders = try replica.bankOrders().filter { $0.kind == .refund }
        let entries = try replica.bankEntries()
        var due: [Due] = []
        for mandate in try mandates() {
            guard let currency = mandate.state.activeTerms?.currency else { continue }
            for milestone in mandate.state.milestones {
                let number = milestone.terms.number
                let item = mandate.space.bytes + Derivation.bigEndian(UInt64(number))
                let total = milestone.totals.refunded + milestone.totals.returned
                let missing = total - orders.filter { $0.item == item }.reduce(0) { $0 + $1.minor }
                guard missing > 0 else { continue }
                let amount = Money(minor: missing, currency: currency)
                let deposit = PaymentReference(depositFor: number, of: mandate.space).text
                guard let from = entries.last(where: { $0.reference == deposit && $0.use == .funding && $0.iban != nil }),
                    let account = from.iban
                else {
                    waiting.append("\(amount.text) back to the client of \(mandate.title): no account is known; send it by hand.")
                    continue
                }
                let reference = PaymentReference(refundOf: total, on: number, of: mandate.space).text
                due.append(
                    Due(
                        order: BankOrder(
                            reference: reference, kind: .refund, item: item, minor: missing, currency: currency.code),
                        kind: .bank, to: from.counterparty ?? "Client", destination: account, bic: nil, amount: amount,
                        request: nil))
            }
        }
        return due
    }

    /// Payouts that wait for the agent, for its inbox.
    func waitingPayouts() throws -> [DutyView] {
        try replica.accounts().flatMap { space -> [DutyView] in
            guard try replica.roster(of: space).signingRole(of: replica.device) == .agent else { return [] }
            let account = try replica.account(space)
            return account.payouts.filter { $0.status == .requested }.map { payout in
                DutyView(
                    contract: space.description, title: "Account of \(payout.method.holder)", milestone: nil, kind: "payout",
                    sentence: "A payout to \(payout.method.name) is asked for.",
                    amount: MoneyView(minor: payout.amount, currency: payout.currency.code),
                    reference: PaymentReference(payout: payout.id).text,
                    due: account.method(payout.method.name).flatMap { account.usableFrom($0) })
            }
        }
    }
}
