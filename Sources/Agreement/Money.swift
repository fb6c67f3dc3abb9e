package import Canon

/// An ISO 4217 currency code, such as `EUR`.
package struct Currency: Hashable, Sendable {
    package let code: String

    /// Nil unless the code is three capital letters.
    package init?(code: String) {
        guard code.utf8.count == 3, code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
            return nil
        }
        self.code = code
    }

    /// Digits after the decimal point: ISO 4217's exceptions to two.
    package var digits: Int {
        switch code {
        case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF": 0
        case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
        default: 2
        }
    }
}

/// An amount in a currency's minor unit.
package struct Money: Hashable, Sendable {
    package let minor: Int64
    package let currency: Currency

    package init(minor: Int64, currency: Currency) {
        self.minor = minor
        self.currency = currency
    }

    /// Reads `500`, `500.00` or `0.5`; nil for more digits than the currency has, for a sign, and above the limit.
    package init?(text: String, currency: Currency) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? parts[1] : ""
        guard let whole = parts.first, !whole.isEmpty, parts.count == 1 || !fraction.isEmpty, fraction.count <= currency.digits,
            (whole + fraction).utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let minor = Int64(whole + fraction + String(repeating: "0", count: currency.digits - fraction.count)),
            minor <= AgreementLimits.amount
        else { return nil }
        self.init(minor: minor, currency: currency)
    }

    /// Such as `500.00 EUR`.
    package var text: String {
        guard currency.digits > 0 else { return "\(minor) \(currency.code)" }
        let digits = String(minor.magnitude)
        let padded = String(repeating: "0", count: max(0, currency.digits + 1 - digits.count)) + digits
        return "\(minor < 0 ? "-" : "")\(padded.dropLast(currency.digits)).\(padded.suffix(currency.digits)) \(currency.code)"
    }
}

/// A calendar day without a time zone, written `2026-12-15`.
package struct Day: Hashable, Comparable, Sendable {
    package let text: String

    package static func < (first: Day, second: Day) -> Bool { first.text < second.text }

    /// Nil unless it is a day of the Gregorian calendar.
    package init?(text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 10, parts.count == 3, parts[0].count == 4, parts[1].count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), (1...12).contains(month), day >= 1
        else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[month - 1] else { return nil }
        self.text = text
    }
}

extension CBORReader {
    /// A value read from a text, which has to be one that `parse` takes.
    @_lifetime(self: copy self)
    package mutating func parsed<Value>(limit: Int, _ parse: (String) -> Value?) throws(CanonError) -> Value {
        let start = offset
        guard let value = parse(try text(limit: limit)) else { throw CanonError(.unexpectedValue, at: start) }
        return value
    }
}
