import Agreement
import Foundation
import XMLCoder

extension PaymentOrder {
    /// The order as a pain.001.001.09 document in UTF-8.
    package func document() throws(BankingError) -> [UInt8] {
        let document = Pain001(initiation: try Pain001.Initiation(self))
        let encoder = XMLEncoder()
        encoder.outputFormatting = .prettyPrinted
        do {
            let data = try encoder.encode(
                document, withRootKey: "Document", rootAttributes: ["xmlns": Pain001.namespace],
                header: XMLHeader(version: 1, encoding: "UTF-8"))
            return Array(data)
        } catch {
            throw BankingError(.badText, "The order \(messageID.quoted) cannot be written as XML: \(error).")
        }
    }
}

extension Pain001.Initiation {
    /// One group for each execution date and currency, in the order of their first payments.
    init(_ order: PaymentOrder) throws(BankingError) {
        var groups: [(key: GroupKey, payments: [PaymentOrder.Payment])] = []
        var indices: [GroupKey: Int] = [:]
        for payment in order.payments {
            let key = GroupKey(payment)
            if let index = indices[key] {
                groups[index].payments.append(payment)
            } else {
                indices[key] = groups.count
                groups.append((key, [payment]))
            }
        }
        header = Pain001.Header(
            messageID: order.messageID, created: order.created.formatted(.iso8601), count: order.payments.count,
            sum: try controlSum(order.payments), initiator: Pain001.Party(name: order.debtor))
        var written: [Pain001.Group] = []
        for (key, payments) in groups {
            written.append(
                Pain001.Group(
                    id: "\(order.messageID)-\(written.count + 1)", isBatchBooked: order.isBatchBooked, count: payments.count,
                    sum: try controlSum(payments),
                    type: key.isSEPA ? Pain001.PaymentType(level: Pain001.ServiceLevel(code: "SEPA")) : nil,
                    executionDate: Pain001.ExecutionDate(day: key.day.text), debtor: Pain001.Party(name: order.debtor),
                    debtorAccount: Pain001.Account(.iban(order.debtorAccount)),
                    debtorAgent: Pain001.Agent(order.debtorAgent), transfers: payments.map(Pain001.Transfer.init)))
        }
        self.groups = written
    }

    private struct GroupKey: Hashable {
        let currency: Currency
        let day: Day
        /// A SEPA transfer is in euro and goes to an IBAN.
        let isSEPA: Bool

        init(_ payment: PaymentOrder.Payment) {
            (currency, day) = (payment.amount.currency, payment.executionDate)
            if case .iban = payment.account { isSEPA = currency.code == "EUR" } else { isSEPA = false }
        }
    }
}

extension Pain001.Transfer {
    fileprivate init(_ payment: PaymentOrder.Payment) {
        id = Pain001.PaymentID(endToEndID: payment.endToEndID)
        amount = Pain001.Amount(
            instructed: Pain001.Amount.Instructed(currency: payment.amount.currency.code, text: payment.amount.decimal))
        agent = payment.agent.map { Pain001.Agent($0) }
        creditor = Pain001.Party(name: payment.creditor)
        account = Pain001.Account(payment.account)
        remittance = payment.remittance.isEmpty ? nil : Pain001.Remittance(text: payment.remittance)
    }
}

extension Pain001.Account {
    fileprivate init(_ account: AccountNumber) {
        switch account {
        case .iban(let iban): id = Number(iban: iban.text, other: nil)
        case .other(let text): id = Number(iban: nil, other: Pain001.Other(id: text))
        }
    }
}

extension Pain001.Agent {
    /// The schema wants an agent even where the bank finds it by the IBAN.
    fileprivate init(_ bic: BIC?) {
        institution = Institution(bic: bic?.text, other: bic == nil ? Pain001.Other(id: "NOTPROVIDED") : nil)
    }
}

/// The sum of all amounts as plain numbers, whatever their currencies.
private func controlSum(_ payments: [PaymentOrder.Payment]) throws(BankingError) -> String {
    let digits = payments.map(\.amount.currency.digits).max() ?? 0
    let sum = payments.reduce(Int128(0)) { sum, payment in
        let missing = digits - payment.amount.currency.digits
        return sum + (0..<missing).reduce(Int128(payment.amount.minor)) { scaled, _ in scaled * 10 }
    }
    let text = String(sum)
    guard text.count <= BankingLimits.controlSumDigits else {
        throw BankingError(.badAmount, "The payments add up to more digits than an order can write; split it.")
    }
    guard digits > 0 else { return text }
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return "\(padded.dropLast(digits)).\(padded.suffix(digits))"
}

extension Money {
    /// Such as `500.00`, without the currency.
    var decimal: String { String(text.dropLast(currency.code.count + 1)) }
}
