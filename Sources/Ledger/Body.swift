package import Canon
import Crypto

/// One thing a change says: what kind of operation, on which document, with what payload.
package struct Operation: Hashable, Sendable {
    /// Such as `message.send`; the kind fixes the audience and the payload's shape.
    package let kind: String
    /// The document it concerns, named by the change that made it; nil means this change.
    package let document: ChangeID?
    /// One canonical CBOR value.
    package let payload: [UInt8]

    package init(_ kind: String, on document: ChangeID? = nil, payload: [UInt8] = [0x80]) {
        self.kind = kind
        self.document = document
        self.payload = payload
    }

    package init(_ kind: String, on document: ChangeID? = nil, _ payload: (inout CBORWriter) -> Void) {
        self.init(kind, on: document, payload: CBORWriter.encode(payload))
    }
}

/// The plaintext of a change: a list of operations.
package enum Body {
    package static func encode(_ operations: [Operation]) -> [UInt8] {
        CBORWriter.encode { writer in
            writer.array(operations) { writer, operation in
                writer.array(3)
                writer.text(operation.kind)
                writer.optional(operation.document) { $0.identifier($1) }
                writer.raw(operation.payload)
            }
        }
    }

    package static func decode(_ plaintext: [UInt8]) throws(CanonError) -> [Operation] {
        var reader = CBORReader(plaintext.span)
        var operations: [Operation] = []
        for _ in 0..<(try reader.array(limit: LedgerLimits.operations)) {
            try reader.array(of: 3)
            let kind = try reader.text(limit: LedgerLimits.kind)
            let document: ChangeID? = try reader.optionalIdentifier()
            let payload = try reader.skip()
            operations.append(Operation(kind, on: document, payload: reader.copy(payload)))
        }
        try reader.finish()
        return operations
    }
}

/// Encryption of bodies: ChaCha20-Poly1305 under a one-time key, padded so that lengths say little.
package enum BodySeal {
    /// Plaintext grows to the next multiple of this many bytes.
    package static let step = 64
    private static let tagLength = 16

    /// A marker byte, then zeros, up to the next step (ISO/IEC 7816-4 padding).
    static func pad(_ plaintext: [UInt8]) -> [UInt8] {
        var padded = [UInt8](repeating: 0, count: (plaintext.count / step + 1) * step)
        padded.replaceSubrange(..<plaintext.count, with: plaintext)
        padded[plaintext.count] = 0x80
        return padded
    }

    static func unpad(_ padded: [UInt8]) -> [UInt8]? {
        guard let marker = padded.lastIndex(where: { $0 != 0 }), padded[marker] == 0x80, padded.count % step == 0,
            padded.count - marker <= step
        else { return nil }
        return Array(padded[..<marker])
    }

    private static func authenticated(_ place: BodyPlace) -> [UInt8] { Array("handsel/body/1".utf8) + place.bytes }

    /// The key is used for this one body, so the nonce may be zero.
    private static let zeroNonce = [UInt8](repeating: 0, count: 12)

    package static func seal(_ plaintext: [UInt8], changeKey: Bytes32, place: BodyPlace) throws(LedgerError) -> [UInt8] {
        do {
            let box = try ChaChaPoly.seal(
                pad(plaintext), using: SymmetricKey(data: changeKey.bytes), nonce: ChaChaPoly.Nonce(data: zeroNonce),
                authenticating: authenticated(place))
            return Array(box.combined.dropFirst(zeroNonce.count))
        } catch { throw LedgerError(.malformed, "A body could not be sealed: \(error).") }
    }

    package static func open(_ body: [UInt8], changeKey: Bytes32, place: BodyPlace) throws(LedgerError) -> [UInt8] {
        guard body.count > tagLength,
            let box = try? ChaChaPoly.SealedBox(
                nonce: ChaChaPoly.Nonce(data: zeroNonce), ciphertext: body.dropLast(tagLength), tag: body.suffix(tagLength)),
            let padded = try? ChaChaPoly.open(
                box, using: SymmetricKey(data: changeKey.bytes), authenticating: authenticated(place)),
            let plaintext = unpad(Array(padded))
        else { throw LedgerError(.badCommitment, "A body does not open with the key of its epoch.") }
        return plaintext
    }
}
