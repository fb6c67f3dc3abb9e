import Canon

/// Sixteen random bytes from which keys are derived: what links carry, and codes that people write down or read across.
enum CodeSecret {
    static let length = 16

    static func random(using generator: inout some RandomNumberGenerator) -> [UInt8] {
        Array(Bytes32.random(using: &generator).bytes.prefix(length))
    }

    /// Reads the written form, in which hyphens, case and the letters O, I and L do not matter; nil if it is not whole.
    static func read(_ text: String, prefix: String) -> [UInt8]? {
        TextForm.decode(prefix: prefix, text.filter { !$0.isWhitespace }).flatMap { $0.count == length ? $0 : nil }
    }

    /// In groups of five, with hyphens between them.
    static func written(_ secret: [UInt8], prefix: String) -> String {
        let encoded = Array(TextForm.encode(prefix: prefix, secret).dropFirst(prefix.count + 1))
        let groups = stride(from: 0, to: encoded.count, by: 5).map { String(encoded[$0..<min($0 + 5, encoded.count)]) }
        return prefix + "_" + groups.joined(separator: "-")
    }
}
