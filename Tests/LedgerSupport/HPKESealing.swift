package import Canon
import Crypto
import Foundation
package import Ledger

/// Sealing by swift-crypto's HPKE, as in production, so that these tests need no other module.
package struct HPKESealing: Sealing {
    private static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly

    private struct WrongLength: Error {}

    package init() {}

    package func seal(_ secret: [UInt8], to recipient: Bytes32, info: [UInt8]) throws -> SealedKey {
        let key = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: recipient.bytes)
        var sender = try HPKE.Sender(recipientKey: key, ciphersuite: Self.suite, info: Data(info))
        let ciphertext = try sender.seal(secret)
        guard let encapsulated = Bytes32(sender.encapsulatedKey) else { throw WrongLength() }
        return SealedKey(recipient: recipient, encapsulated: encapsulated, ciphertext: Array(ciphertext))
    }

    package func open(_ sealed: SealedKey, with key: AgreementKey, info: [UInt8]) -> [UInt8]? {
        guard
            var recipient = try? HPKE.Recipient(
                privateKey: key.key, ciphersuite: Self.suite, info: Data(info), encapsulatedKey: Data(sealed.encapsulated.bytes)),
            let secret = try? recipient.open(sealed.ciphertext)
        else { return nil }
        return Array(secret)
    }
}
