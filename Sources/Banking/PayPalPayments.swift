package import Agreement

/// A file of payments for PayPal's Payouts: one row for each, without a header.
package struct PayPalPayments: Hashable, Sendable {
    package let payments: [Payment]

    package init(_ payments: [Payment]) throws(BankingError) {
        guard (1...BankingLimits.payPalPayments).contains(payments.count) else {
            throw BankingError(
                .missing, "A PayPal file takes 1 to \(BankingLimits.payPalPayments) payments, not \(payments.count); split it.")
        }
        guard Set(payments.map(\.amount.currency)).count == 1 else {
            throw BankingError(.unsupportedCurrency, "A PayPal file takes one currency; write one file for each.")
        }
        var ids: Set<String> = []
        for payment in payments where !ids.insert(payment.id).inserted {
            throw BankingError(.duplicate, "Two payments have the identifier \(payment.id.quoted); each needs one of its own.")
        }
        self.payments = payments
    }

    /// The file as comma-separated values, RFC 4180, in UTF-8.
    package func file() -> [UInt8] {
        let rows = payments.map { payment in
            [payment.recipient, payment.decimal, payment.amount.currency.code, payment.id, payment.note]
                .map(Self.field).joined(separator: ",") + "\r\n"
        }
        return Array(rows.joined().utf8)
    }

    private static func field(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
        // Of scalars, since a mark over a quotation mark makes another character of it.
        return "\"\(text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined())\""
    }
}

extension PayPalPayments {
    /// One payment of a PayPal file.
    package struct Payment: Hashable, Sendable {
        /// An email address, or the 13 capital letters and digits of a PayPal account.
        package let recipient: String
        package let amount: Money
        /// Comes back in PayPal's report.
        package let id: String
        /// As the recipient reads it; empty for none.
        package let note: String
        fileprivate let decimal: String

        package init(recipient: String, amount: Money, id: String, note: String = "") throws(BankingError) {
            guard Self.isAddress(recipient) || Self.isAccount(recipient), !beginsFormula(recipient) else {
                throw BankingError(
                    .badRecipient, "PayPal cannot pay to \(recipient.quoted); give an email address or a PayPal account number.")
            }
            guard (1...BankingLimits.payPalID).contains(id.utf8.count), !beginsFormula(id),
                id.utf8.allSatisfy({ $0.isASCIIDigit || ($0 & 0xdf).isASCIICapital || "-._".utf8.contains($0) })
            else {
                throw BankingError(
                    .badText,
                    "The identifier \(id.quoted) has to be 1 to \(BankingLimits.payPalID) letters, digits, points, dashes or "
                        + "underscores, and not to begin with a dash.")
            }
            // A spreadsheet that opens the file takes such a text for a formula and computes it.
            let note = beginsFormula(note) ? "'\(note)" : note
            guard note.count <= BankingLimits.payPalNote else {
                throw BankingError(
                    .badText, "The note \(note.quoted) has \(note.count) characters; \(BankingLimits.payPalNote) are the most.")
            }
            self.recipient = recipient
            self.amount = amount
            self.id = id
            self.note = note
            decimal = try Self.decimal(amount)
        }

        /// PayPal's currencies, and those of them that it pays in whole units only.
        private static let currencies: Set<String> = [
            "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY", "MXN", "MYR", "NOK", "NZD",
            "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD",
        ]
        private static let wholeCurrencies: Set<String> = ["HUF", "JPY", "TWD"]

        private static func decimal(_ amount: Money) throws(BankingError) -> String {
            let code = amount.currency.code
            guard currencies.contains(code) else {
                throw BankingError(.unsupportedCurrency, "PayPal does not pay in \(code); choose another currency or method.")
            }
            guard amount.minor > 0, amount.minor <= AgreementLimits.amount else {
                throw BankingError(.badAmount, "\(amount.text) cannot be paid; an amount has to be more than nothing.")
            }
            guard wholeCurrencies.contains(code), amount.currency.digits > 0 else { return amount.decimal }
            let parts = amount.decimal.split(separator: ".")
            guard parts[1].allSatisfy({ $0 == "0" }) else {
                throw BankingError(.badAmount, "PayPal pays whole amounts of \(code) only, and not \(amount.text).")
            }
            return String(parts[0])
        }

        private static func isAddress(_ text: String) -> Bool {
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            return text.count <= BankingLimits.payPalRecipient && parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
                && text.unicodeScalars.allSatisfy {
                    !$0.properties.isWhitespace && $0.value > 0x20 && $0.value != 0x7f && $0 != ","
                }
        }

        private static func isAccount(_ text: String) -> Bool {
            text.utf8.count == 13 && text.utf8.allSatisfy { $0.isASCIIDigit || $0.isASCIICapital }
        }
    }
}

/// Whether a spreadsheet would take `text` for a formula; some do so for the wide forms of the signs as well.
private func beginsFormula(_ text: String) -> Bool {
    text.unicodeScalars.first.map { "=+-@\t\r\n＝＋－＠".unicodeScalars.contains($0) } ?? false
}
