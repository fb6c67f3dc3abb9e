/// How keys and ids are written for people: a prefix, an underscore, Crockford base32 in lower case.
///
/// The last characters are a checksum over prefix and bytes, so that a mistyped key is refused rather than
/// taken for another one. `O` reads as `0`, `I` and `L` as `1`; hyphens are ignored.
package enum TextForm {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    /// Bytes of the checksum, a CRC-32 (ISO 3309).
    private static let checksumLength = 4

    package static func encode(prefix: String, _ bytes: [UInt8]) -> String {
        prefix + "_" + base32(bytes + checksum(prefix, bytes))
    }

    /// The bytes that `text` stands for; nil unless it is ASCII with this prefix and the right checksum.
    package static func decode(prefix: String, _ text: String) -> [UInt8]? {
        let marker = Array("\(prefix)_".utf8)
        let written = text.utf8.map(lowercased)
        guard written.starts(with: marker), let all = bytes(fromBase32: written.dropFirst(marker.count)) else { return nil }
        guard all.count > checksumLength else { return nil }
        let bytes = Array(all.dropLast(checksumLength))
        return Array(all.suffix(checksumLength)) == checksum(prefix, bytes) ? bytes : nil
    }

    package static func base32(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var held = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            held += 8
            while held >= 5 {
                held -= 5
                text.append(alphabet[Int(bits >> UInt32(held)) & 31])
            }
        }
        if held > 0 { text.append(alphabet[Int(bits << UInt32(5 - held)) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for a character outside the alphabet, and for padding bits that are not zero.
    package static func bytes(fromBase32 text: some StringProtocol) -> [UInt8]? { bytes(fromBase32: Array(text.utf8)) }

    private static func bytes(fromBase32 text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var held = 0
        for character in text where character != UInt8(ascii: "-") {
            let read: UInt8 =
                switch lowercased(character) {
                case UInt8(ascii: "o"): UInt8(ascii: "0")
                case UInt8(ascii: "i"), UInt8(ascii: "l"): UInt8(ascii: "1")
                case let other: other
                }
            guard let value = alphabet.firstIndex(of: read) else { return nil }
            bits = bits << 5 | UInt32(value)
            held += 5
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            }
            bits &= (1 << UInt32(held)) - 1
        }
        return held < 5 && bits == 0 ? bytes : nil
    }

    /// Only ASCII: Unicode's lower case also turns characters from elsewhere, such as the Kelvin sign, into letters.
    private static func lowercased(_ character: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(character) ? character | 0x20 : character
    }

    private static func checksum(_ prefix: String, _ bytes: [UInt8]) -> [UInt8] {
        var crc: UInt32 = .max
        for byte in Array(prefix.utf8) + bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
        }
        return withUnsafeBytes(of: (~crc).bigEndian, Array.init)
    }
}
