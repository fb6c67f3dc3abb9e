/// Why a bank file could not be read or written.
package struct BankingError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case tooLarge, damaged, wrongDocument, missing
        case badAmount, badDate, badAccount, badText, badRecipient
        case duplicate, unsupportedCurrency
    }

    package let code: Code
    /// A sentence for people: what happened, to what, and where it helps what to do.
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    package static func == (first: BankingError, second: BankingError) -> Bool { first.code == second.code }
}

extension String {
    /// Its beginning in quotation marks, for a sentence about it.
    var quoted: String { "\"\(prefix(60))\(count > 60 ? "…" : "")\"" }
}
