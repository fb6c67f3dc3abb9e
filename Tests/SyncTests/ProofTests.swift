import Canon
import Ledger
import LedgerSupport
import Support
import Sync
import Testing

/// What is proved to a peer: claims, and a relay's receipts.
struct ProofTests {
    @Test("a claim holds between its two devices and in no other direction")
    func claims() throws {
        var generator = SeededGenerator(seed: 1)
        let key = try SigningKey(seed: .random(using: &generator))
        let devices = (0..<3).map { _ in DeviceID(.random(using: &generator)) }
        let claim = try Claim(by: key, prover: devices[0], verifier: devices[1])
        for prover in devices {
            for verifier in devices {
                let isNamed = prover == devices[0] && verifier == devices[1]
                #expect(claim.isValid(prover: prover, verifier: verifier) == isNamed)
            }
        }
    }

    @Test("who may share a space: members by device or person, guests by an open invite that has not expired, carriers")
    func sharing() throws {
        var generator = SeededGenerator(seed: 2)
        var contract = try MemorySpace.contract(using: &generator)
        let expired = Link(using: &generator)
        try contract.space.write(by: contract.desk, expired.invitation(expiry: 10, epoch: contract.epoch.id), using: &generator)
        let stranger = DeviceID(.random(using: &generator))
        let invite = try contract.link.secret.signingKey().publicKey
        func mayShare(_ keys: Bytes32..., device: DeviceID? = nil, isCarrier: Bool = false, at time: UInt64 = 11) -> Bool {
            PeerIdentity(device: device ?? stranger, keys: Set(keys), isCarrier: isCarrier)
                .mayShare(contract.space.roster, at: time)
        }
        #expect(!mayShare() && !mayShare(contract.freelancer.key.publicKey))
        #expect(mayShare(device: contract.desk.id) && mayShare(contract.client.key.publicKey) && mayShare(isCarrier: true))
        #expect(mayShare(invite))
        let late = try expired.secret.signingKey().publicKey
        #expect(mayShare(late, at: 10) && !mayShare(late, at: 11))
        try contract.settle(using: &generator)
        #expect(!mayShare(invite) && mayShare(device: contract.bench.id))
    }

    @Test("a receipt holds for its relay, time and changes only")
    func receipts() throws {
        var generator = SeededGenerator(seed: 3)
        let relay = try SigningKey(seed: .random(using: &generator))
        let changes = (0..<3).map { _ in ChangeID(.random(using: &generator)) }
        let receipt = try Receipt(by: relay, incarnation: .random(using: &generator), time: 1, changes: changes)
        #expect(receipt.isValid)
        let bytes = CBORWriter.encode { receipt.write(to: &$0) }
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            var reader = CBORReader(damaged.span)
            guard let read = try? Receipt(from: &reader), (try? reader.finish()) != nil else { continue }
            #expect(!read.isValid, "bit \(bit)")
        }
    }

    private struct GivenClaim: Codable {
        let keySeed: String
        let prover: String
        let verifier: String
    }

    @Test("claims are signed as frozen")
    func claimVectors() throws {
        let mismatches = try GoldenVector<GivenClaim>.mismatches(in: "claims") { given in
            let key = try SigningKey(seed: Bytes32(hex: given.keySeed))
            let claim = try Claim(
                by: key, prover: DeviceID(Bytes32(hex: given.prover)), verifier: DeviceID(Bytes32(hex: given.verifier)))
            return ["key": hex(claim.key.bytes), "signature": hex(claim.signature)]
        }
        #expect(mismatches == [])
    }

    private struct GivenReceipt: Codable {
        let relaySeed: String
        let incarnation: String
        let time: UInt64
        let changes: [String]
    }

    @Test("receipts are signed as frozen")
    func receiptVectors() throws {
        let mismatches = try GoldenVector<GivenReceipt>.mismatches(in: "receipts") { given in
            let receipt = try Receipt(
                by: SigningKey(seed: Bytes32(hex: given.relaySeed)), incarnation: Bytes32(hex: given.incarnation),
                time: given.time,
                changes: given.changes.map { ChangeID(try Bytes32(hex: $0)) })
            return [
                "payload": hex(receipt.payload), "signature": hex(receipt.signature),
                "receipt": hex(CBORWriter.encode { receipt.write(to: &$0) }),
            ]
        }
        #expect(mismatches == [])
    }

    @Test("frames read as frozen")
    func frameVectors() throws {
        let mismatches = try GoldenVector<String>.mismatches(in: "frames") { given in
            ["frame": hex(try Frame(decoding: bytes(hex: given)).encoded)]
        }
        #expect(mismatches == [])
    }
}
