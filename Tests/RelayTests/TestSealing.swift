import Canon
import Crypto
import Foundation
import Ledger

/// HPKE with fresh randomness, as production has it.
struct TestSealing: Sealing {
    private static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly

    func seal(_ secret: [UInt8], to recipient: Bytes32, info: [UInt8]) throws -> SealedKey {
        let key = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: recipient.bytes)
        var sender = try HPKE.Sender(recipientKey: key, ciphersuite: Self.suite, info: Data(info))
        let ciphertext = try sender.seal(secret)
        return SealedKey(
            recipient: recipient, encapsulated: Bytes32(sender.encapsulatedKey) ?? .zero, ciphertext: Array(ciphertext))
    }

    func open(_ sealed: SealedKey, with key: AgreementKey, info: [UInt8]) -> [UInt8]? {
        var recipient = try? HPKE.Recipient(
            privateKey: key.key, ciphersuite: Self.suite, info: Data(info), encapsulatedKey: Data(sealed.encapsulated.bytes))
        return (try? recipient?.open(sealed.ciphertext)).map(Array.init)
    }
}
