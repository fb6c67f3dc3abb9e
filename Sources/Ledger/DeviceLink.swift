import Canon

/// The secret by which a further device of a person comes in: the keys of a device that exists for that alone.
///
/// Whoever has it can act for the person until it was used or taken back, so it is used at once, and the device it stands for removed.
package struct DeviceLink: Sendable {
    package static let prefix = "link"
    private static let length = 16
    private let secret: [UInt8]

    package init(using generator: inout some RandomNumberGenerator) {
        secret = Array(Bytes32.random(using: &generator).bytes.prefix(Self.length))
    }

    /// Reads the written form, in which hyphens, case and the letters O, I and L do not matter.
    package init(text: String) throws(LedgerError) {
        let compact = text.filter { !$0.isWhitespace }
        guard let bytes = TextForm.decode(prefix: Self.prefix, compact), bytes.count == Self.length else {
            throw LedgerError(
                .badCode,
                "This is not the code of a new device: its checksum does not match. Look for a mistyped or missing character.")
        }
        secret = bytes
    }

    /// In groups of five, to be read across.
    package var text: String { TextForm.grouped(prefix: Self.prefix, secret) }

    package func keys() throws(LedgerError) -> DeviceKeys {
        try DeviceKeys(
            signingSeed: Derivation.key(from: secret, label: "handsel/link/sign/1"),
            agreementSecret: Derivation.key(from: secret, label: "handsel/link/agreement/1"))
    }
}

extension TextForm {
    /// Written in groups of five, with hyphens between them.
    static func grouped(prefix: String, _ bytes: [UInt8]) -> String {
        let encoded = Array(encode(prefix: prefix, bytes).dropFirst(prefix.count + 1))
        let groups = stride(from: 0, to: encoded.count, by: 5).map { String(encoded[$0..<min($0 + 5, encoded.count)]) }
        return prefix + "_" + groups.joined(separator: "-")
    }
}
