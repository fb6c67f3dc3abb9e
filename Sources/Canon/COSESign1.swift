/// The bytes of a COSE_Sign1 (RFC 9052 §4.2) with a detached payload, `alg` −8 (EdDSA) and `kid` protected.
///
/// This module only lays out bytes; who signs and verifies them has the keys.
package struct COSESign1: Equatable, Sendable {
    /// Length of an Ed25519 signature (RFC 8032 §5.1.6).
    package static let signatureLength = 64

    package let kid: Bytes32
    package let signature: [UInt8]

    package init(kid: Bytes32, signature: [UInt8]) {
        self.kid = kid
        self.signature = signature
    }

    /// The protected header `{1: −8, 4: kid}`.
    package static func protected(kid: Bytes32) -> [UInt8] {
        CBORWriter.encode {
            $0.map(2)
            $0.unsigned(1)
            $0.integer(-8)
            $0.unsigned(4)
            $0.bytes32(kid)
        }
    }

    /// Sig_structure (RFC 9052 §4.4): what the signature is made over.
    package static func toBeSigned(protected: [UInt8], externalAAD: [UInt8], payload: [UInt8]) -> [UInt8] {
        CBORWriter.encode {
            $0.array(4)
            $0.text("Signature1")
            $0.bytes(protected)
            $0.bytes(externalAAD)
            $0.bytes(payload)
        }
    }

    package static func toBeSigned(kid: Bytes32, externalAAD: [UInt8], payload: [UInt8]) -> [UInt8] {
        toBeSigned(protected: protected(kid: kid), externalAAD: externalAAD, payload: payload)
    }

    /// The untagged COSE_Sign1 with a nil payload.
    package var encoded: [UInt8] {
        CBORWriter.encode {
            $0.array(4)
            $0.bytes(Self.protected(kid: kid))
            $0.map(0)
            $0.null()
            $0.bytes(signature)
        }
    }

    /// Reads exactly what `encoded` writes, and nothing else.
    package init(decoding bytes: [UInt8]) throws(CanonError) {
        var reader = CBORReader(bytes.span)
        try reader.array(of: 4)
        let start = reader.offset
        let protected = try reader.bytes(limit: 64)
        guard let kid = Bytes32(protected.suffix(Bytes32.count)), protected == Self.protected(kid: kid) else {
            throw CanonError(.unexpectedValue, at: start)
        }
        let unprotected = try reader.skip()
        guard bytes[unprotected.lowerBound] == 0xa0 else {
            throw CanonError(.unexpectedValue, at: unprotected.lowerBound)
        }
        guard try reader.skipNull() else { throw CanonError(.unexpectedValue, at: reader.offset) }
        let signature = try reader.bytes(limit: Self.signatureLength)
        guard signature.count == Self.signatureLength else { throw CanonError(.unexpectedValue, at: reader.offset) }
        try reader.finish()
        self.init(kid: kid, signature: signature)
    }
}
