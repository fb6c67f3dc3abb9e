import Foundation

/// The encodings that banks write their files in.
enum XMLEncoding {
    /// The document in UTF-8.
    ///
    /// The parser is given nothing else, since it ends the process over a comment that is not well-encoded.
    static func utf8(of bytes: [UInt8]) throws(BankingError) -> [UInt8] {
        if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) { return try decoded(bytes, .utf16) }
        switch declared(in: bytes)?.uppercased() {
        case nil, "UTF-8", "US-ASCII":
            // Zeros would make the parser guess at an encoding of wider units.
            guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else { throw notText }
            return bytes
        case "ISO-8859-1": return try decoded(bytes, .isoLatin1)
        case "WINDOWS-1252": return try decoded(bytes, .windowsCP1252)
        case let name?:
            throw BankingError(
                .damaged, "The file is written in \(name.quoted), which Handsel does not read; get it in UTF-8 from the bank.")
        }
    }

    private static var notText: BankingError {
        BankingError(.damaged, "The file is not the text that it says it is; get it from the bank once more.")
    }

    /// The text without its XML declaration, which does not hold for it in UTF-8.
    private static func decoded(_ bytes: [UInt8], _ encoding: String.Encoding) throws(BankingError) -> [UInt8] {
        guard let text = String(bytes: bytes, encoding: encoding), !text.utf8.contains(0) else { throw notText }
        guard let declaration = declaration(in: text[...]) else { return Array(text.utf8) }
        return Array(text[declaration.endIndex...].dropFirst(2).utf8)
    }

    private static func declared(in bytes: [UInt8]) -> String? {
        // Longer than any declaration.
        let head = String(decoding: bytes.prefix(256).drop { $0 >= 0x80 }, as: UTF8.self)
        guard let declaration = declaration(in: head[...]), let name = declaration.firstRange(of: "encoding") else { return nil }
        return declaration[name.upperBound...].split { " \t\r\n='\"".contains($0) }.first.map(String.init)
    }

    private static func declaration(in text: Substring) -> Substring? {
        guard text.hasPrefix("<?xml"), let end = text.firstRange(of: "?>") else { return nil }
        return text[..<end.lowerBound]
    }
}
