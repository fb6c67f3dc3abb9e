package import Canon
import Crypto

/// Encryption of attachments, chunk by chunk, under a key of the attachment's own.
///
/// Each chunk's nonce is its index, so chunks cannot change places; the blob's id covers the list of their digests, so none can
/// be left out.
package enum Attachment {
    private static let tagLength = 16
    /// Bytes of plaintext in every chunk but the last; with the tag they make 256 KiB.
    package static let chunkLength = 256 * 1_024 - tagLength

    private static func nonce(_ index: Int) throws -> ChaChaPoly.Nonce {
        try ChaChaPoly.Nonce(data: [0, 0, 0, 0] + Derivation.bigEndian(UInt64(index)))
    }

    private static let authenticated = Array("handsel/attachment/1".utf8)

    package static func seal(_ chunk: [UInt8], key: Bytes32, index: Int) throws -> [UInt8] {
        let box = try ChaChaPoly.seal(
            chunk, using: SymmetricKey(data: key.bytes), nonce: nonce(index), authenticating: authenticated)
        return Array(box.ciphertext) + Array(box.tag)
    }

    package static func open(_ sealed: [UInt8], key: Bytes32, index: Int) throws(LedgerError) -> [UInt8] {
        guard sealed.count >= tagLength, let nonce = try? nonce(index),
            let box = try? ChaChaPoly.SealedBox(
                nonce: nonce, ciphertext: sealed.dropLast(tagLength), tag: sealed.suffix(tagLength)),
            let chunk = try? ChaChaPoly.open(box, using: SymmetricKey(data: key.bytes), authenticating: authenticated)
        else { throw LedgerError(.badDigest, "A part of an attachment does not open with its key.") }
        return Array(chunk)
    }
}
