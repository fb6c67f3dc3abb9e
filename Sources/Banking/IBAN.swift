/// An international bank account number, ISO 13616, whose checksum is right.
package struct IBAN: Hashable, Sendable, CustomStringConvertible {
    /// Capital letters and digits without spaces.
    package let text: String

    /// Reads the form with or without spaces, in either case.
    package init(_ text: String) throws(BankingError) {
        let compact = text.filter { $0 != " " }.uppercased()
        let bytes = Array(compact.utf8)
        // Some letters outside ASCII have capitals within it.
        guard text.utf8.allSatisfy({ $0 < 0x80 }), (15...34).contains(bytes.count),
            bytes.allSatisfy({ $0.isASCIIDigit || $0.isASCIICapital }),
            bytes.prefix(2).allSatisfy(\.isASCIICapital), bytes[2...3].allSatisfy(\.isASCIIDigit)
        else {
            throw BankingError(
                .badAccount,
                "\(text.quoted) is not an IBAN: it takes two letters, two digits and 11 to 30 letters or digits.")
        }
        guard Self.remainder(of: bytes[4...] + bytes[..<4]) == 1 else {
            throw BankingError(.badAccount, "The IBAN \(compact) fails its checksum; check it for a mistyped character.")
        }
        self.text = compact
    }

    /// In groups of four, as people read it.
    package var grouped: String {
        var groups: [Substring] = []
        var rest = text[...]
        while !rest.isEmpty {
            groups.append(rest.prefix(4))
            rest = rest.dropFirst(4)
        }
        return groups.joined(separator: " ")
    }

    package var description: String { text }

    /// The number modulo 97, with letters as 10 to 35.
    private static func remainder(of bytes: some Sequence<UInt8>) -> Int {
        bytes.reduce(0) { remainder, byte in
            byte.isASCIIDigit
                ? (remainder * 10 + Int(byte - UInt8(ascii: "0"))) % 97
                : (remainder * 100 + Int(byte - UInt8(ascii: "A")) + 10) % 97
        }
    }
}

/// What a bank calls an account: an IBAN, or another number.
package enum AccountNumber: Hashable, Sendable, CustomStringConvertible {
    case iban(IBAN)
    case other(String)

    /// An IBAN if `text` is one, else the text as it is.
    package init(_ text: String) {
        if let iban = try? IBAN(text) { self = .iban(iban) } else { self = .other(text) }
    }

    package var description: String {
        switch self {
        case .iban(let iban): iban.text
        case .other(let text): text
        }
    }
}

/// A business identifier code of a bank, ISO 9362.
package struct BIC: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) throws(BankingError) {
        let bytes = Array(text.utf8)
        guard bytes.count == 8 || bytes.count == 11, bytes.allSatisfy({ $0.isASCIIDigit || $0.isASCIICapital }),
            bytes[4...5].allSatisfy(\.isASCIICapital)
        else {
            throw BankingError(.badAccount, "\(text.quoted) is not a BIC: it takes 8 or 11 capital letters and digits.")
        }
        self.text = text
    }

    package var description: String { text }
}

extension UInt8 {
    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isASCIICapital: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
}
