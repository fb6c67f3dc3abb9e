/// The secret by which a further device of a person comes in: the keys of a device that exists for that alone.
///
/// Whoever has it can act for the person until it was used or taken back, so it is used at once, and the device it stands for removed.
package struct DeviceLink: Sendable {
    package static let prefix = "link"
    private let secret: [UInt8]

    package init(using generator: inout some RandomNumberGenerator) {
        secret = CodeSecret.random(using: &generator)
    }

    /// Reads the written form, in which hyphens, case and the letters O, I and L do not matter.
    package init(text: String) throws(LedgerError) {
        guard let secret = CodeSecret.read(text, prefix: Self.prefix) else {
            throw LedgerError(
                .badCode,
                "This is not the code of a new device: its checksum does not match. Look for a mistyped or missing character.")
        }
        self.secret = secret
    }

    /// In groups of five, to be read across.
    package var text: String { CodeSecret.written(secret, prefix: Self.prefix) }

    package func keys() throws(LedgerError) -> DeviceKeys {
        try DeviceKeys(
            signingSeed: Derivation.key(from: secret, label: "handsel/link/sign/1"),
            agreementSecret: Derivation.key(from: secret, label: "handsel/link/agreement/1"))
    }
}
