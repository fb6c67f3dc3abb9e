/// Text that is not hexadecimal where a test needs bytes.
package struct NotHexadecimal: Error {
    package let text: String
}

/// The bytes that `text` writes in hexadecimal, in either case; spaces are ignored.
package func bytes(hex text: String) throws(NotHexadecimal) -> [UInt8] {
    let digits = text.filter { $0 != " " }.map { $0.isASCII ? $0.hexDigitValue : nil }
    guard digits.count.isMultiple(of: 2) else { throw NotHexadecimal(text: text) }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
        guard let high = digits[index], let low = digits[index + 1] else { throw NotHexadecimal(text: text) }
        bytes.append(UInt8(high << 4 | low))
    }
    return bytes
}

/// The bytes in hexadecimal, lower case.
package func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}
