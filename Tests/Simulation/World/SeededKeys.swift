import Canon
import Crypto
import Foundation
import Ledger
import Replica
import Support
import Synchronization

/// All randomness of a machine, from one seed.
final class MachineRandomness: Sendable {
    private let generator: Mutex<SeededGenerator>

    init(seed: UInt64) { generator = Mutex(SeededGenerator(seed: seed)) }

    func next() -> UInt64 { generator.withLock { $0.next() } }

    /// A generator that draws from this one.
    struct Drawing: RandomNumberGenerator {
        let source: MachineRandomness
        func next() -> UInt64 { source.next() }
    }

    var drawing: Drawing { Drawing(source: self) }
}

/// Seals keys as HPKE does (X25519, HKDF-SHA256, ChaCha20-Poly1305), with an ephemeral key that comes from the seed.
///
/// It is not HPKE byte for byte, whose library draws its randomness itself.
struct SeededSealing: Sealing {
    let randomness: MachineRandomness

    private struct WrongLength: Error {}

    private static func key(_ shared: SharedSecret, info: [UInt8]) -> SymmetricKey {
        shared.hkdfDerivedSymmetricKey(using: SHA256.self, salt: [UInt8](), sharedInfo: info, outputByteCount: 32)
    }

    /// Each key seals once.
    private static var nonce: ChaChaPoly.Nonce { get throws { try ChaChaPoly.Nonce(data: [UInt8](repeating: 0, count: 12)) } }

    func seal(_ secret: [UInt8], to recipient: Bytes32, info: [UInt8]) throws -> SealedKey {
        var drawing = randomness.drawing
        let ephemeral = try AgreementKey(secret: .random(using: &drawing))
        let shared = try ephemeral.key.sharedSecretFromKeyAgreement(
            with: Curve25519.KeyAgreement.PublicKey(rawRepresentation: recipient.bytes))
        let box = try ChaChaPoly.seal(secret, using: Self.key(shared, info: info), nonce: Self.nonce)
        return SealedKey(
            recipient: recipient, encapsulated: ephemeral.publicKey, ciphertext: Array(box.ciphertext) + Array(box.tag))
    }

    func open(_ sealed: SealedKey, with key: AgreementKey, info: [UInt8]) -> [UInt8]? {
        guard let peer = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: sealed.encapsulated.bytes),
            let shared = try? key.key.sharedSecretFromKeyAgreement(with: peer), sealed.ciphertext.count >= 16,
            let box = try? ChaChaPoly.SealedBox(
                nonce: Self.nonce, ciphertext: sealed.ciphertext.dropLast(16), tag: sealed.ciphertext.suffix(16))
        else { return nil }
        return (try? ChaChaPoly.open(box, using: Self.key(shared, info: info))).map(Array.init)
    }
}
