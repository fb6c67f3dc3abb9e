import Canon
import Ledger
import LedgerSupport
import Support
import Testing

/// Epoch keys sealed by HPKE: whom they open for, and where.
struct SealingTests {
    private struct Stage {
        let sealing = HPKESealing()
        let keys: [AgreementKey]
        let secret: Bytes32
        let context: SealContext
        let seals: [SealedKey]

        init() throws {
            var generator = SeededGenerator(seed: 1)
            keys = try (0..<3).map { _ in try AgreementKey(secret: .random(using: &generator)) }
            secret = .random(using: &generator)
            context = SealContext(
                label: SealContext.rotation, space: SpaceID(.random(using: &generator)), audience: .money,
                epoch: ChangeID(.random(using: &generator)))
            // The last key gets nothing, the first is named twice.
            seals = try sealing.seal(secret, to: [keys[0], keys[1], keys[0]].map(\.publicKey), in: context)
        }
    }

    @Test("a key opens for each recipient and for nobody else")
    func recipients() throws {
        let stage = try Stage()
        #expect(stage.seals.count == 2 && stage.seals[0].recipient < stage.seals[1].recipient)
        #expect(stage.sealing.open(stage.seals, with: [stage.keys[0]], in: stage.context) == stage.secret)
        #expect(stage.sealing.open(stage.seals, with: [stage.keys[2], stage.keys[1]], in: stage.context) == stage.secret)
        #expect(stage.sealing.open(stage.seals, with: [stage.keys[2]], in: stage.context) == nil)
        #expect(stage.sealing.open(stage.seals, with: [], in: stage.context) == nil)
        let stolen = stage.seals.map {
            SealedKey(recipient: stage.keys[2].publicKey, encapsulated: $0.encapsulated, ciphertext: $0.ciphertext)
        }
        #expect(stage.sealing.open(stolen, with: [stage.keys[2]], in: stage.context) == nil)
    }

    @Test("a seal opens only in the context it was made for")
    func contexts() throws {
        let stage = try Stage()
        let (label, space, audience, epoch) = (
            stage.context.label, stage.context.space, stage.context.audience, stage.context.epoch
        )
        let others = [
            SealContext(label: SealContext.share, space: space, audience: audience, epoch: epoch),
            SealContext(label: label, space: SpaceID(.zero), audience: audience, epoch: epoch),
            SealContext(label: label, space: space, audience: .parties, epoch: epoch),
            SealContext(label: label, space: space, audience: audience, epoch: nil),
            SealContext(label: label, space: space, audience: audience, epoch: ChangeID(.zero)),
        ]
        for (index, other) in others.enumerated() {
            #expect(stage.sealing.open(stage.seals, with: stage.keys, in: other) == nil, "context \(index)")
        }
    }

    @Test("a seal with any bit flipped opens nothing")
    func damage() throws {
        let stage = try Stage()
        let seal = stage.seals[0]
        let key = try #require(stage.keys.first { $0.publicKey == seal.recipient })
        let bytes = seal.encapsulated.bytes + seal.ciphertext
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            let copy = SealedKey(
                recipient: seal.recipient, encapsulated: try #require(Bytes32(damaged[..<32])), ciphertext: Array(damaged[32...]))
            // RFC 7748 ignores the top bit of a public key, but HPKE binds its bytes.
            #expect(stage.sealing.open([copy], with: [key], in: stage.context) == nil, "bit \(bit)")
        }
    }

    @Test("a damaged seal does not hide a sound one for the same recipient")
    func firstThatOpens() throws {
        let stage = try Stage()
        let broken = stage.seals.map { SealedKey(recipient: $0.recipient, encapsulated: $0.encapsulated, ciphertext: [1]) }
        #expect(stage.sealing.open(broken + stage.seals, with: [stage.keys[0]], in: stage.context) == stage.secret)
    }
}

/// Recovery codes, invite secrets and ids, as people carry them.
struct SecretTests {
    @Test("a recovery code reads however it is written down, and a mistyped one is refused", arguments: seeds(20))
    func recovery(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let code = RecoveryCode(using: &generator)
        let key = try code.personKey().publicKey
        for text in [code.text, code.text.uppercased(), code.text.replacing("-", with: " "), " \(code.text)\n"] {
            #expect(try RecoveryCode(text: text).personKey().publicKey == key, "seed \(seed): \(text)")
        }
        for index in code.text.indices where code.text[index] != "-" {
            var typed = code.text
            typed.replaceSubrange(index...index, with: code.text[index] == "z" ? "y" : "z")
            #expect(throws: LedgerError(.badCode, ""), "seed \(seed): \(typed)") { try RecoveryCode(text: typed) }
            typed.remove(at: index)
            #expect(throws: LedgerError(.badCode, ""), "seed \(seed): \(typed)") { try RecoveryCode(text: typed) }
        }
    }

    @Test("other text forms are no recovery code")
    func otherForms() {
        for text in ["", "recovery_", TextForm.encode(prefix: "recovery", [1, 2, 3]), PersonID(.zero).description] {
            #expect(throws: LedgerError(.badCode, ""), "\(text)") { try RecoveryCode(text: text) }
        }
    }

    @Test("a secret gives each use a key of its own")
    func separation() throws {
        var generator = SeededGenerator(seed: 1)
        let code = RecoveryCode(using: &generator)
        let invite = InviteSecret(using: &generator)
        let same = try #require(InviteSecret(secret: [UInt8](repeating: 7, count: 16)))
        let keys = [
            try code.personKey().seed, try code.recoveryKey().secret, try invite.signingKey().seed,
            try invite.agreementKey().secret,
            try same.signingKey().seed, try same.agreementKey().secret,
        ]
        #expect(Set(keys).count == keys.count)
        for length in [0, 15, 17, 32] { #expect(InviteSecret(secret: [UInt8](repeating: 7, count: length)) == nil) }
    }

    @Test("an id of one kind is not read as another")
    func kinds() {
        let raw = Bytes32.zero
        #expect(ChangeID(text: ChangeID(raw).description) == ChangeID(raw))
        #expect(SpaceID(text: ChangeID(raw).description) == nil)
        #expect(DeviceID(text: PersonID(raw).description) == nil)
        #expect(BlobID(text: TextForm.encode(prefix: BlobID.prefix, [1])) == nil)
    }
}
