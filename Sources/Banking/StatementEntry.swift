import Agreement

/// A booked entry of a statement, without its details.
struct StatementEntry {
    let direction: BankTransaction.Direction
    let amount: Money
    let isReversal: Bool
    let bookingDate: Day
    let valueDate: Day
    /// The reference that the account's bank gave it.
    let servicerReference: String?
    /// What the statement calls it, which may be no more than a number within the statement.
    let reference: String?

    init(_ element: Element) throws(BankingError) {
        direction = try element.direction(of: "an entry")
        amount = try element.amount("Amt", of: "an entry")
        isReversal = element.texts("RvslInd").contains { $0 == "true" || $0 == "1" }
        let (booked, valued) = (try element.day("BookgDt"), try element.day("ValDt"))
        guard let bookingDate = booked ?? valued, let valueDate = valued ?? booked else {
            throw BankingError(.missing, "An entry of \(amount.text) has neither a booking date nor a value date.")
        }
        (self.bookingDate, self.valueDate) = (bookingDate, valueDate)
        servicerReference = element.references("AcctSvcrRef").first
        reference = element.references("NtryRef").first
    }

    /// The direction and amount of one of several payments; nil if the file does not say what was booked for it.
    func part(_ detail: Element) throws(BankingError) -> (direction: BankTransaction.Direction, amount: Money)? {
        let amounts = detail.all("Amt") + detail.all("AmtDtls", "TxAmt", "Amt") + detail.all("AmtDtls", "InstdAmt", "Amt")
        // Amounts in other currencies are what was ordered, not what was booked.
        guard let booked = amounts.first(where: { $0.attributes["Ccy"] == amount.currency.code }) else { return nil }
        let hasDirection = !detail.texts("CdtDbtInd").isEmpty
        return (hasDirection ? try detail.direction(of: "a transaction") : direction, try booked.amount(of: "a transaction"))
    }
}

/// Makes identities that are the same whenever a file is read, and different for every transaction in it.
struct IdentitySource {
    private var account = ""
    private var ordinalsInFile: [String: Int] = [:]
    private var ordinalsInStatement: [String: Int] = [:]

    mutating func beginStatement(of account: AccountNumber) {
        self.account = account.description
        ordinalsInStatement = [:]
    }

    mutating func identity(of transaction: BankTransaction, entry: StatementEntry, index: Int) -> String {
        var fields = [account, entry.bookingDate.text, transaction.direction.rawValue, transaction.amount.text]
        guard let reference = transaction.servicerReference else {
            fields += [
                entry.reference ?? "", transaction.endToEndID ?? "", transaction.creditorReference ?? "",
                transaction.remittance, transaction.counterparty ?? "", transaction.counterpartyAccount?.description ?? "",
            ]
            // Two payments without a bank's reference may be equal in everything, even across a statement's pages.
            return Self.numbered(Self.joined(fields), &ordinalsInFile)
        }
        // A bank may repeat a statement in a file, but gives an entry of one statement once.
        fields += [entry.servicerReference ?? "", reference, "\(index)"]
        return Self.numbered(Self.joined(fields), &ordinalsInStatement)
    }

    private static func numbered(_ text: String, _ ordinals: inout [String: Int]) -> String {
        let ordinal = ordinals[text, default: 0]
        ordinals[text] = ordinal + 1
        return "\(text) \(ordinal)"
    }

    /// Each field after its length, so that no two lists of fields give the same text.
    private static func joined(_ fields: [String]) -> String {
        fields.map { "\($0.utf8.count):\($0)" }.joined(separator: " ")
    }
}

extension Element {
    /// The texts at the end of a path that refer to something: banks write a few words where they have no reference.
    func references(_ path: String...) -> [String] {
        texts(path).filter { !["NOTPROVIDED", "NONREF"].contains($0.uppercased()) }
    }

    /// What the element says of itself.
    func direction(of what: String) throws(BankingError) -> BankTransaction.Direction {
        switch texts("CdtDbtInd").first {
        case "CRDT": return .credit
        case "DBIT": return .debit
        case let other:
            throw BankingError(
                .missing,
                "The file does not say whether \(what) is a credit or a debit\(other.map { ", but \($0.quoted)" } ?? "").")
        }
    }

    func amount(_ name: String, of what: String) throws(BankingError) -> Money {
        guard let element = first(name) else { throw BankingError(.missing, "The amount of \(what) is missing.") }
        return try element.amount(of: what)
    }

    /// The element's text in the currency of its attribute.
    func amount(of what: String) throws(BankingError) -> Money {
        guard let code = attributes["Ccy"] else {
            throw BankingError(.missing, "The amount \(text.quoted) of \(what) has no currency.")
        }
        let currency = try Self.currency(code)
        // Zeros beyond the currency's digits are no part of the amount.
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        var written = text
        if parts.count == 2 {
            let significant = parts[1].prefix(currency.digits)
            let rest = parts[1].dropFirst(currency.digits)
            if !rest.isEmpty, rest.allSatisfy({ $0 == "0" }) {
                written = significant.isEmpty ? String(parts[0]) : "\(parts[0]).\(significant)"
            }
        }
        guard let money = Money(text: written, currency: currency) else {
            throw BankingError(
                .badAmount,
                "The amount \(text.quoted) of \(what) is not one in \(code): it has to be positive, with at most "
                    + "\(currency.digits) digits after the point.")
        }
        return money
    }

    static func currency(_ code: String) throws(BankingError) -> Currency {
        guard let currency = Currency(code: code) else {
            throw BankingError(.badAmount, "\(code.quoted) is not a currency code of three capital letters.")
        }
        return currency
    }

    /// The day of a date, or of a date and time, in the element of that name; nil if there is none.
    func day(_ name: String) throws(BankingError) -> Day? {
        guard let text = (texts(name, "Dt") + texts(name, "DtTm")).first else { return nil }
        guard let day = Day(text: String(text.prefix(10))) else {
            throw BankingError(.badDate, "\(text.quoted) is not a date of the form 2026-12-15.")
        }
        return day
    }
}
