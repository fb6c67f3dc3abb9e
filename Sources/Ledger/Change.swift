package import Canon

/// A signed, hash-linked, sealed statement of one device in one space, as it travels and is stored.
package struct Change: Sendable {
    package let header: Header
    /// The exact bytes that `id` and `signature` are over.
    package let headerBytes: [UInt8]
    package let id: ChangeID
    /// The Ed25519 signature of its COSE_Sign1; nil where only a later change's signature covers it.
    package private(set) var signature: [UInt8]?
    package let body: [UInt8]

    package init(header: Header, signature: [UInt8]?, body: [UInt8]) {
        self.header = header
        self.headerBytes = header.encoded
        self.id = Derivation.changeID(header: headerBytes)
        self.signature = signature
        self.body = body
    }

    /// The same with the signature over its header.
    func with(_ signature: [UInt8]) -> Change {
        var signed = self
        signed.signature = signature
        return signed
    }

    /// Checks the header's form and that the body is the one it names; not the signature.
    package init(headerBytes: [UInt8], signature: [UInt8]?, body: [UInt8]) throws(LedgerError) {
        header = try Header(decoding: headerBytes)
        self.headerBytes = headerBytes
        id = Derivation.changeID(header: headerBytes)
        self.signature = signature
        self.body = body
        guard signature == nil || signature?.count == COSESign1.signatureLength else {
            throw LedgerError(.malformed, "The signature of \(id) has the wrong length.")
        }
        guard body.count == header.bodyLength, Derivation.sha256(body) == header.bodyDigest else {
            throw LedgerError(.badDigest, "The body of \(id) is not the one its header names.")
        }
    }

    package var space: SpaceID { header.space ?? SpaceID(genesis: id) }
    package var place: BodyPlace { BodyPlace(space: space, device: header.device, seq: header.seq) }

    package var hasValidSignature: Bool {
        guard let signature else { return false }
        return SignaturePurpose.change.isValid(signature, over: headerBytes, by: header.device.raw)
    }

    /// The whole COSE_Sign1 with a detached payload, for whoever checks with other tools.
    package var coseSign1: COSESign1? { signature.map { COSESign1(kid: header.device.raw, signature: $0) } }
}

extension Change {
    /// The key that opens the body; for unsealed audiences the salt.
    package func changeKey(epochKey: Bytes32?) -> Bytes32? {
        guard header.audience.isSealed else { return header.salt }
        return epochKey.map { Derivation.changeKey(epochKey: $0, salt: header.salt, place: place) }
    }

    /// The plaintext, after recomputing the commitment.
    package func open(changeKey: Bytes32) throws(LedgerError) -> [UInt8] {
        let plaintext = header.audience.isSealed ? try BodySeal.open(body, changeKey: changeKey, place: place) : body
        guard Derivation.commitment(changeKey: changeKey, plaintext: plaintext) == header.commitment else {
            throw LedgerError(.badCommitment, "The body of \(id) does not match its commitment.")
        }
        return plaintext
    }
}

extension CBORWriter {
    /// `[header, signature or null, body]`, headers and bodies as byte strings.
    package mutating func change(_ change: Change) {
        array(3)
        bytes(change.headerBytes)
        optional(change.signature) { $0.bytes($1) }
        bytes(change.body)
    }
}

extension CBORReader {
    /// Reads one change; the caller verifies it.
    @_lifetime(self: copy self)
    package mutating func change() throws -> Change {
        try array(of: 3)
        let header = try bytes(limit: LedgerLimits.header)
        let signature = try skipNull() ? nil : try bytes(limit: COSESign1.signatureLength)
        return try Change(headerBytes: header, signature: signature, body: try bytes(limit: LedgerLimits.body))
    }
}
