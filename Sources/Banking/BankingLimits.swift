/// Limits of bank files.
package enum BankingLimits {
    /// Bytes of a statement file.
    package static let statementFile = 16 * 1_024 * 1_024
    /// Elements of a statement file.
    package static let elements = 1_000_000
    /// Characters of a reference: ISO 20022's Max35Text.
    package static let reference = 35
    /// Characters of a message identifier, which leaves room for the number of a group.
    package static let messageID = 28
    /// Characters of an account number that is not an IBAN: ISO 20022's Max34Text.
    package static let account = 34
    /// Characters of a name: ISO 20022's Max140Text.
    package static let name = 140
    /// Characters of a remittance text: ISO 20022's Max140Text.
    package static let remittance = 140
    /// Payments of one order.
    package static let payments = 10_000
    /// The digits of a control sum.
    static let controlSumDigits = 18
    /// Payments of one PayPal file.
    package static let payPalPayments = 5_000
    /// Characters of PayPal's customer identifier.
    package static let payPalID = 30
    /// Characters of an address that PayPal pays to.
    package static let payPalRecipient = 127
    /// Characters of a note to the recipient.
    package static let payPalNote = 4_000
}
