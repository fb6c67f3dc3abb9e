/// A person's recovery code: sixteen random bytes from which the person's keys are derived.
///
/// Devices do not keep it. Whoever has it is the person.
package struct RecoveryCode: Sendable {
    package static let prefix = "recovery"
    private let secret: [UInt8]

    package init(using generator: inout some RandomNumberGenerator) {
        secret = CodeSecret.random(using: &generator)
    }

    /// Reads the written form, in which hyphens, case and the letters O, I and L do not matter.
    package init(text: String) throws(LedgerError) {
        guard let secret = CodeSecret.read(text, prefix: Self.prefix) else {
            throw LedgerError(
                .badCode, "This is not a recovery code: its checksum does not match. Look for a mistyped or missing character.")
        }
        self.secret = secret
    }

    /// In groups of five, to be written down.
    package var text: String { CodeSecret.written(secret, prefix: Self.prefix) }

    package func personKey() throws(LedgerError) -> SigningKey {
        try SigningKey(seed: Derivation.key(from: secret, label: "handsel/recovery/person/1"))
    }

    package func recoveryKey() throws(LedgerError) -> AgreementKey {
        try AgreementKey(secret: Derivation.key(from: secret, label: "handsel/recovery/agreement/1"))
    }
}

/// The secret inside an invite link; its two keys let the holder prove the invite and read what was sealed to it.
package struct InviteSecret: Sendable {
    package let secret: [UInt8]
    package static let length = CodeSecret.length

    package init(using generator: inout some RandomNumberGenerator) {
        secret = CodeSecret.random(using: &generator)
    }

    package init?(secret: [UInt8]) {
        guard secret.count == Self.length else { return nil }
        self.secret = secret
    }

    package func signingKey() throws(LedgerError) -> SigningKey {
        try SigningKey(seed: Derivation.key(from: secret, label: "handsel/invite/sign/1"))
    }

    package func agreementKey() throws(LedgerError) -> AgreementKey {
        try AgreementKey(secret: Derivation.key(from: secret, label: "handsel/invite/agreement/1"))
    }
}
