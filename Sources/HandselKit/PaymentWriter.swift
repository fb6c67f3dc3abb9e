import Agreement
import Banking
import Canon
import Foundation
import Ledger
import Replica

/// Turns ordered payments into the files that banks and PayPal take.
struct PaymentWriter {
    /// The payer's account; nil where none was named, which leaves bank payments waiting.
    private let payer: (name: String, iban: IBAN, bic: BIC?)?
    private let day: Day
    private let created: Date

    init(payer: PayerAccount?, day text: String, time: UInt64) throws {
        guard let day = Day(text: text) else { throw HandselError(.usage, "\"\(text)\" is not a day. Write it as 2026-12-15.") }
        self.payer = try payer.map { ($0.name, try IBAN($0.iban), try $0.bic.map { try BIC($0) }) }
        self.day = day
        created = Date(timeIntervalSince1970: Double(time / 1_000))
    }

    /// Why a payment cannot be written now.
    func lacks(_ order: BankOrder) -> String? {
        order.method == .bank && payer == nil ? "name the account it leaves from with --name and --iban." : nil
    }

    /// Why a payment cannot be ordered, judged by itself so that it stops no other.
    func reasonToRefuse(_ order: BankOrder) -> String? {
        if let reason = lacks(order) { return reason }
        do {
            _ = try files(for: [order])
            return nil
        } catch {
            return HandselError.from(error).description
        }
    }

    /// The files for all payments but those by hand.
    func files(for orders: [BankOrder]) throws -> [(file: BankFile, orders: [BankOrder])] {
        let paypal = Dictionary(grouping: orders.filter { $0.method == .paypal }, by: \.amount.currency)
        return try Self.split(orders.filter { $0.method == .bank }, most: BankingLimits.payments, paymentOrder)
            + paypal.sorted { $0.key.code < $1.key.code }.flatMap { currency, orders in
                try Self.split(orders, most: BankingLimits.payPalPayments) { try payPalFile($0, currency) }
            }
    }

    private static func split(
        _ orders: [BankOrder], most: Int, _ file: ([BankOrder]) throws -> BankFile
    ) throws -> [(file: BankFile, orders: [BankOrder])] {
        try stride(from: 0, to: orders.count, by: most).map { start in
            let part = Array(orders[start..<min(start + most, orders.count)])
            return (try file(part), part)
        }
    }

    private func paymentOrder(_ orders: [BankOrder]) throws -> BankFile {
        guard let payer else { throw HandselError(.usage, "Name the account that the money leaves from.") }
        let id = Self.digest(orders)
        let payments = try orders.map { order in
            // A freelancer's account was checked where it was named, but by their program and not by this one.
            let account: AccountNumber =
                order.kind == .payout ? .iban(try IBAN(order.destination)) : AccountNumber(order.destination)
            return try PaymentOrder.Payment(
                endToEndID: order.reference, amount: order.amount, executionDate: day, creditor: order.name, account: account,
                agent: try order.bic.map { try BIC($0) }, remittance: order.reference)
        }
        let document = try PaymentOrder(
            messageID: id, created: created, debtor: payer.name, debtorAccount: payer.iban, debtorAgent: payer.bic,
            payments: payments)
        return BankFile(name: "pain.001-\(id).xml", bytes: try document.document())
    }

    private func payPalFile(_ orders: [BankOrder], _ currency: Currency) throws -> BankFile {
        let payments = try orders.map {
            try PayPalPayments.Payment(recipient: $0.destination, amount: $0.amount, id: $0.reference)
        }
        return BankFile(name: "paypal-\(currency.code)-\(Self.digest(orders)).csv", bytes: try PayPalPayments(payments).file())
    }

    /// Names a file by its payments, so that a bank takes the same one once only.
    private static func digest(_ orders: [BankOrder]) -> String {
        let digest = Derivation.sha256(Array(orders.map(\.reference).joined(separator: " ").utf8))
        return "HS" + TextForm.base32(digest.bytes.prefix(15)).uppercased()
    }
}

extension BankOrder {
    /// Such as `150.00 EUR to Ada Freelancer`.
    var sentence: String { "\(amount.text) to \(name)" }
}

extension Node {
    /// Where a payout method leads, as it is kept; refused with a sentence if nothing can be paid there.
    static func checked(_ kind: PayoutMethod.Kind, _ destination: String, bic: String?) throws -> (String, bic: String?) {
        let bic = try bic.map { try BIC($0.uppercased()).text }
        switch kind {
        case .bank: return (try IBAN(destination).text, bic)
        case .paypal:
            guard let euro = Currency(code: "EUR") else { return (destination, bic) }
            // The smallest payment there is shows whether PayPal can pay there at all.
            _ = try PayPalPayments.Payment(recipient: destination, amount: Money(minor: 1, currency: euro), id: "CHECK")
            return (destination, bic)
        case .other: return (destination, bic)
        }
    }
}
