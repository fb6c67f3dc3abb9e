package import Canon
import Crypto

/// Every digest and derived key of the protocol, each under a label of its own.
package enum Derivation {
    private static func hash(_ label: String, _ parts: [UInt8]...) -> Bytes32 {
        var hasher = SHA256()
        hasher.update(data: Array(label.utf8))
        for part in parts { hasher.update(data: part) }
        return hasher.finalize().withUnsafeBytes { Bytes32(exactly: $0) }
    }

    package static func sha256(_ bytes: [UInt8]) -> Bytes32 { SHA256.hash(data: bytes).withUnsafeBytes { Bytes32(exactly: $0) } }

    package static func changeID(header: [UInt8]) -> ChangeID { ChangeID(hash("handsel/change/1", header)) }

    /// Binds a body's key and plaintext, so that a revealed key proves this one change and no other.
    package static func commitment(changeKey: Bytes32, plaintext: [UInt8]) -> Bytes32 {
        hash("handsel/commitment/1", changeKey.bytes, plaintext)
    }

    /// What a rotation says of each key that it gives out, so that a holder of another one notices.
    package static func epochKeyDigest(_ key: Bytes32) -> Bytes32 { hash("handsel/epoch-key/1", key.bytes) }

    /// A salted digest by which an act in one audience cites prose in another.
    package static func proseHash(salt: Bytes32, prose: [UInt8]) -> Bytes32 { hash("handsel/prose/1", salt.bytes, prose) }

    /// What both sides' acceptance names.
    package static func termsHash(structured: [UInt8], prose: Bytes32) -> Bytes32 {
        hash("handsel/terms/1", structured, prose.bytes)
    }

    package static func chunkDigest(_ chunk: [UInt8]) -> Bytes32 { hash("handsel/chunk/1", chunk) }

    /// A blob's id: the digest of its chunks' digests in order.
    package static func blobID(chunks: [Bytes32]) -> BlobID { BlobID(hash("handsel/blob/1", chunks.flatMap(\.bytes))) }

    private static func derive(_ secret: [UInt8], salt: [UInt8] = [], info: [UInt8]) -> Bytes32 {
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret), salt: salt, info: info, outputByteCount: Bytes32.count)
        return key.withUnsafeBytes { Bytes32(exactly: $0) }
    }

    /// The one-time key of a sealed body.
    package static func changeKey(epochKey: Bytes32, salt: Bytes32, place: BodyPlace) -> Bytes32 {
        derive(epochKey.bytes, salt: salt.bytes, info: Array("handsel/change-key/1".utf8) + place.bytes)
    }

    /// A key of its own for each use of a secret that people carry (a recovery code, an invite link).
    package static func key(from secret: [UInt8], label: String) -> Bytes32 { derive(secret, info: Array(label.utf8)) }

    package static func bigEndian(_ value: UInt64) -> [UInt8] { withUnsafeBytes(of: value.bigEndian, Array.init) }
}

/// Where a body belongs; part of its key's derivation and of what is authenticated with it.
package struct BodyPlace: Sendable {
    package let space: SpaceID
    package let device: DeviceID
    package let seq: UInt64

    package init(space: SpaceID, device: DeviceID, seq: UInt64) {
        self.space = space
        self.device = device
        self.seq = seq
    }

    var bytes: [UInt8] { space.bytes + device.bytes + Derivation.bigEndian(seq) }
}
