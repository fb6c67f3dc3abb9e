package import Canon
package import Crypto

/// What a signature is for; the label is its COSE external_aad, so that none can be taken for another.
package enum SignaturePurpose: String, Sendable {
    case change = "handsel/change/1"
    case certificate = "handsel/certificate/1"
    case join = "handsel/join/1"
    case claim = "handsel/claim/1"
    case receipt = "handsel/receipt/1"

    package var label: [UInt8] { Array(rawValue.utf8) }

    func toBeSigned(_ payload: [UInt8], by key: Bytes32) -> [UInt8] {
        COSESign1.toBeSigned(kid: key, externalAAD: label, payload: payload)
    }

    /// Whether `signature` is `key`'s over `payload` for this purpose.
    package func isValid(_ signature: [UInt8], over payload: [UInt8], by key: Bytes32) -> Bool {
        guard signature.count == COSESign1.signatureLength,
            let publicKey = try? Curve25519.Signing.PublicKey(rawRepresentation: key.bytes)
        else { return false }
        return publicKey.isValidSignature(signature, for: toBeSigned(payload, by: key))
    }
}

extension CBORReader {
    /// A byte string of the length of an Ed25519 signature.
    @_lifetime(self: copy self)
    package mutating func signature() throws(CanonError) -> [UInt8] {
        let start = offset
        let bytes = try bytes(limit: COSESign1.signatureLength)
        guard bytes.count == COSESign1.signatureLength else { throw CanonError(.unexpectedValue, at: start) }
        return bytes
    }
}

/// An Ed25519 key that signs for a stated purpose.
package struct SigningKey: Sendable {
    package let key: Curve25519.Signing.PrivateKey
    package let publicKey: Bytes32

    /// From its 32-byte seed (RFC 8032 §5.1.5).
    package init(seed: Bytes32) throws(LedgerError) {
        do { key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed.bytes) } catch {
            throw LedgerError(.malformed, "A signing key is not a valid Ed25519 key.")
        }
        publicKey = Bytes32(exactly: key.publicKey.rawRepresentation)
    }

    package var seed: Bytes32 { Bytes32(exactly: key.rawRepresentation) }

    package func sign(_ payload: [UInt8], for purpose: SignaturePurpose) throws(LedgerError) -> [UInt8] {
        do { return Array(try key.signature(for: purpose.toBeSigned(payload, by: publicKey))) } catch {
            throw LedgerError(.badSignature, "Signing failed: \(error).")
        }
    }
}

/// An X25519 key that opens what was sealed to its public half.
package struct AgreementKey: Sendable {
    package let key: Curve25519.KeyAgreement.PrivateKey

    package init(secret: Bytes32) throws(LedgerError) {
        do { key = try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: secret.bytes) } catch {
            throw LedgerError(.malformed, "An agreement key is not a valid X25519 key.")
        }
    }

    package var publicKey: Bytes32 { Bytes32(exactly: key.publicKey.rawRepresentation) }
    package var secret: Bytes32 { Bytes32(exactly: key.rawRepresentation) }
}

/// The two keys of one device.
package struct DeviceKeys: Sendable {
    package let signing: SigningKey
    package let agreement: AgreementKey

    package init(signingSeed: Bytes32, agreementSecret: Bytes32) throws(LedgerError) {
        signing = try SigningKey(seed: signingSeed)
        agreement = try AgreementKey(secret: agreementSecret)
    }

    package init(using generator: inout some RandomNumberGenerator) throws(LedgerError) {
        try self.init(signingSeed: .random(using: &generator), agreementSecret: .random(using: &generator))
    }

    package var device: DeviceID { DeviceID(signing.publicKey) }
}

extension Bytes32 {
    package static func random(using generator: inout some RandomNumberGenerator) -> Bytes32 {
        var bytes: [UInt8] = []
        for _ in 0..<4 { withUnsafeBytes(of: generator.next() as UInt64) { bytes.append(contentsOf: $0) } }
        return Bytes32(bytes.span, at: 0)
    }
}
