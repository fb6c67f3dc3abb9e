package import Agreement
package import Foundation

/// An order to a bank to make payments from one account.
///
/// Its texts are in the characters that every SEPA bank takes, so what a bank returns compares equal to them.
package struct PaymentOrder: Hashable, Sendable {
    /// What the order is called; a bank refuses one that it has seen.
    package let messageID: String
    package let created: Date
    package let debtor: String
    package let debtorAccount: IBAN
    package let debtorAgent: BIC?
    /// Whether the bank books all payments as one; nil leaves it to what was agreed with the bank.
    package let isBatchBooked: Bool?
    package let payments: [Payment]

    package init(
        messageID: String, created: Date, debtor: String, debtorAccount: IBAN, debtorAgent: BIC? = nil,
        isBatchBooked: Bool? = nil, payments: [Payment]
    ) throws(BankingError) {
        guard (1...BankingLimits.payments).contains(payments.count) else {
            throw BankingError(
                .missing, "An order takes 1 to \(BankingLimits.payments) payments, not \(payments.count); split it.")
        }
        var references: Set<String> = []
        for payment in payments where !references.insert(payment.endToEndID).inserted {
            throw BankingError(
                .duplicate, "Two payments have the reference \(payment.endToEndID.quoted); each needs one of its own.")
        }
        self.messageID = try Self.checked(
            SEPAText.reference(messageID), limit: BankingLimits.messageID, "identifier of an order")
        self.created = created
        self.debtor = try Self.checked(SEPAText.text(debtor), limit: BankingLimits.name, "name of the payer")
        self.debtorAccount = debtorAccount
        self.debtorAgent = debtorAgent
        self.isBatchBooked = isBatchBooked
        self.payments = payments
    }

    /// One payment of an order.
    package struct Payment: Hashable, Sendable {
        /// The reference that the payment carries to its creditor and back on statements.
        package let endToEndID: String
        package let amount: Money
        package let executionDate: Day
        package let creditor: String
        package let account: AccountNumber
        package let agent: BIC?
        /// Empty for none.
        package let remittance: String

        package init(
            endToEndID: String, amount: Money, executionDate: Day, creditor: String, account: AccountNumber, agent: BIC? = nil,
            remittance: String = ""
        ) throws(BankingError) {
            guard amount.minor > 0, amount.minor <= AgreementLimits.amount else {
                throw BankingError(.badAmount, "\(amount.text) cannot be paid; an amount has to be more than nothing.")
            }
            self.endToEndID = try PaymentOrder.checked(
                SEPAText.reference(endToEndID), limit: BankingLimits.reference, "reference of a payment")
            self.amount = amount
            self.executionDate = executionDate
            self.creditor = try PaymentOrder.checked(
                SEPAText.text(creditor), limit: BankingLimits.name, "name of a payee")
            self.account =
                switch account {
                case .iban: account
                case .other(let text):
                    .other(try PaymentOrder.checked(SEPAText.text(text), limit: BankingLimits.account, "account of a payee"))
                }
            self.agent = agent
            let remittance = SEPAText.text(remittance)
            self.remittance =
                remittance.isEmpty
                ? "" : try PaymentOrder.checked(remittance, limit: BankingLimits.remittance, "text of a payment")
        }
    }

    /// Refuses rather than shortens: a shortened reference matches nothing.
    fileprivate static func checked(_ text: String, limit: Int, _ what: String) throws(BankingError) -> String {
        guard (1...limit).contains(text.count) else {
            throw BankingError(
                .badText, "The \(what) takes 1 to \(limit) characters; \(text.quoted) has \(text.count).")
        }
        return text
    }
}
