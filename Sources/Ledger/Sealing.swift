package import Canon

/// An epoch key sealed to one X25519 key by HPKE (RFC 9180).
package struct SealedKey: Hashable, Sendable {
    package let recipient: Bytes32
    package let encapsulated: Bytes32
    package let ciphertext: [UInt8]

    package init(recipient: Bytes32, encapsulated: Bytes32, ciphertext: [UInt8]) {
        self.recipient = recipient
        self.encapsulated = encapsulated
        self.ciphertext = ciphertext
    }
}

/// What a sealed key is for; its bytes are the HPKE info, so that a seal cannot be moved elsewhere.
package struct SealContext: Sendable {
    package let label: String
    package let space: SpaceID
    package let audience: Audience
    /// The epoch before a rotation, or the epoch itself where its key is shared on; nil in a space's first rotation.
    package let epoch: ChangeID?

    package init(label: String, space: SpaceID, audience: Audience, epoch: ChangeID?) {
        self.label = label
        self.space = space
        self.audience = audience
        self.epoch = epoch
    }

    package static let rotation = "handsel/seal/rotation/1"
    package static let share = "handsel/seal/share/1"
    package static let spaceList = "handsel/seal/space-list/1"

    package func info(recipient: Bytes32) -> [UInt8] {
        CBORWriter.encode {
            $0.array(5)
            $0.text(label)
            $0.identifier(space)
            $0.unsigned(UInt64(audience.rawValue))
            $0.optional(epoch) { $0.identifier($1) }
            $0.bytes32(recipient)
        }
    }
}

/// HPKE with X25519, HKDF-SHA256 and ChaCha20-Poly1305, handed in from outside because sealing draws randomness.
package protocol Sealing: Sendable {
    func seal(_ secret: [UInt8], to recipient: Bytes32, info: [UInt8]) throws -> SealedKey
    /// Nil if it does not open.
    func open(_ sealed: SealedKey, with key: AgreementKey, info: [UInt8]) -> [UInt8]?
}

extension Sealing {
    package func seal(_ key: Bytes32, to recipients: [Bytes32], in context: SealContext) throws -> [SealedKey] {
        try Array(Set(recipients)).sorted().map { try seal(key.bytes, to: $0, info: context.info(recipient: $0)) }
    }

    /// The key that one of `keys` opens among `seals`.
    package func open(_ seals: [SealedKey], with keys: [AgreementKey], in context: SealContext) -> Bytes32? {
        for key in keys {
            let own = key.publicKey
            for sealed in seals where sealed.recipient == own {
                if let opened = open(sealed, with: key, info: context.info(recipient: own)), let value = Bytes32(opened) {
                    return value
                }
            }
        }
        return nil
    }
}

extension CBORWriter {
    package mutating func seals(_ seals: [SealedKey]) {
        array(seals) { writer, sealed in
            writer.array(3)
            writer.bytes32(sealed.recipient)
            writer.bytes32(sealed.encapsulated)
            writer.bytes(sealed.ciphertext)
        }
    }
}

extension CBORReader {
    @_lifetime(self: copy self)
    package mutating func seals() throws(CanonError) -> [SealedKey] {
        var seals: [SealedKey] = []
        for _ in 0..<(try array(limit: LedgerLimits.seals)) {
            try array(of: 3)
            seals.append(
                SealedKey(recipient: try bytes32(), encapsulated: try bytes32(), ciphertext: try bytes(limit: 128)))
        }
        return seals
    }
}
