package import Agreement

/// One statement of an account, as a camt.053 file carries it.
package struct BankStatement: Hashable, Sendable {
    /// The bank's identification of the statement.
    package let id: String
    package let account: AccountNumber
    package let currency: Currency
    package let balances: [Balance]
    /// Booked transactions, in the file's order.
    package let transactions: [BankTransaction]
    /// Entries that are pending or for information only; they are no transactions yet.
    package let unbookedEntries: Int

    /// A balance at a moment that its code tells.
    package struct Balance: Hashable, Sendable {
        /// Such as `OPBD`, `PRCD` or `CLBD`, or what the bank calls it.
        package let code: String
        /// Negative if the account is overdrawn.
        package let amount: Money
        package let day: Day?
    }

    package var opening: Money? { balance("OPBD") ?? balance("PRCD") }

    package var closing: Money? { balance("CLBD") }

    /// Whether the opening balance and the transactions make the closing balance; nil if either balance is absent.
    package var isConsistent: Bool? {
        guard let opening, let closing else { return nil }
        guard transactions.allSatisfy({ $0.amount.currency == currency }) else { return false }
        // Wider than an amount, so that no number of transactions overflows it.
        return transactions.reduce(Int128(opening.minor)) { $0 + $1.signedMinor } == Int128(closing.minor)
    }

    private func balance(_ code: String) -> Money? {
        balances.first { $0.code == code && $0.amount.currency == currency }?.amount
    }
}

/// One booked movement on an account.
package struct BankTransaction: Hashable, Sendable {
    package enum Direction: String, Sendable {
        case credit, debit
    }

    /// The same whenever a file is read, and different for every transaction; one in a repeated statement has the same again.
    package internal(set) var id: String
    package let direction: Direction
    /// What was booked, never negative.
    package let amount: Money
    /// The movement undoes an earlier one in the other direction.
    package let isReversal: Bool
    package let bookingDate: Day
    package let valueDate: Day
    /// The reference that whoever ordered the payment gave it.
    package let endToEndID: String?
    /// The reference that the account's bank gave it.
    package let servicerReference: String?
    /// A structured reference, such as `RF18539007547034`.
    package let creditorReference: String?
    /// Empty if there is none.
    package let remittance: String
    package let counterparty: String?
    package let counterpartyAccount: AccountNumber?

    var signedMinor: Int128 { direction == .credit ? Int128(amount.minor) : -Int128(amount.minor) }
}
