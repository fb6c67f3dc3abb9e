import Canon
import Crypto
import Ledger
import LedgerSupport
import Support
import Testing

/// That a change is what its author signed, and that its body opens for whoever has the key and for nobody else.
struct ChangeTests {
    /// Two changes of one device, the second with a sealed body.
    private struct Pair {
        let first: Change
        let second: Change
        let epoch: Draft.Epoch

        init(seed: UInt64) throws {
            var generator = SeededGenerator(seed: seed)
            var contract = try MemorySpace.contract(using: &generator)
            epoch = contract.epoch
            first = try contract.space.write(
                by: contract.desk, .parties, epoch: epoch, [Operation("message.send")], using: &generator)
            second = try contract.space.write(
                by: contract.desk, .money, epoch: epoch, [Operation("contract.decline", on: first.id)], using: &generator)
        }
    }

    private static func encoded(_ change: Change) -> [UInt8] { CBORWriter.encode { $0.change(change) } }

    private static func decoded(_ bytes: [UInt8]) -> Change? {
        var reader = CBORReader(bytes.span)
        guard let change = try? reader.change(), (try? reader.finish()) != nil else { return nil }
        return change
    }

    private static func flipped(_ bytes: [UInt8], bit: Int) -> [UInt8] {
        var bytes = bytes
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        return bytes
    }

    @Test("a change reads as it was written")
    func roundTrip() throws {
        let pair = try Pair(seed: 1)
        for change in [pair.first, pair.second, Change(header: pair.second.header, signature: nil, body: pair.second.body)] {
            let read = try #require(Self.decoded(Self.encoded(change)))
            #expect(read.header == change.header)
            #expect(read.id == change.id)
            #expect(read.signature == change.signature)
            #expect(read.body == change.body)
        }
    }

    @Test("a single flipped bit anywhere in a change is refused")
    func flippedAlone() throws {
        let change = try Pair(seed: 2).second
        let bytes = Self.encoded(change)
        for bit in 0..<bytes.count * 8 {
            guard let read = Self.decoded(Self.flipped(bytes, bit: bit)) else { continue }
            let result = Verification.verify([read])
            #expect(result.verified.isEmpty && result.unproven == [read.id], "bit \(bit)")
        }
    }

    @Test("a flipped bit under a later valid signature is refused, but in a signature it heals")
    func flippedInRun() throws {
        let pair = try Pair(seed: 3)
        let bytes = Self.encoded(pair.first)
        let signature = try #require(pair.first.signature)
        let start = try #require((0..<bytes.count).first { bytes[$0...].starts(with: signature) })
        for bit in 0..<bytes.count * 8 {
            let isInSignature = (start..<start + signature.count).contains(bit / 8)
            guard let read = Self.decoded(Self.flipped(bytes, bit: bit)) else {
                #expect(!isInSignature, "bit \(bit)")
                continue
            }
            let verified = Verification.verify([read, pair.second]).verified.map(\.value.id)
            #expect(verified == (isInSignature ? [pair.first.id, pair.second.id] : [pair.second.id]), "bit \(bit)")
        }
    }

    @Test("every truncation of a change is refused")
    func truncated() throws {
        let bytes = Self.encoded(try Pair(seed: 4).second)
        for length in bytes.indices { #expect(Self.decoded(Array(bytes[..<length])) == nil, "\(length) bytes") }
    }

    @Test("a body belongs to one header only")
    func swappedBodies() throws {
        let pair = try Pair(seed: 5)
        #expect(throws: LedgerError(.badDigest, "")) {
            try Change(headerBytes: pair.first.headerBytes, signature: pair.first.signature, body: pair.second.body)
        }
        #expect(throws: LedgerError(.malformed, "")) {
            try Change(headerBytes: pair.first.headerBytes, signature: [1], body: pair.first.body)
        }
    }

    @Test("a signature for one purpose is none for another", arguments: [SignaturePurpose.certificate, .join, .claim, .receipt])
    func purposes(purpose: SignaturePurpose) throws {
        var generator = SeededGenerator(seed: 6)
        let key = try SigningKey(seed: .random(using: &generator))
        let payload = try Pair(seed: 6).first.headerBytes
        let signature = try key.sign(payload, for: purpose)
        #expect(purpose.isValid(signature, over: payload, by: key.publicKey))
        #expect(!SignaturePurpose.change.isValid(signature, over: payload, by: key.publicKey))
        #expect(!purpose.isValid(Array(signature.dropLast()), over: payload, by: key.publicKey))
        #expect(!purpose.isValid(signature, over: payload + [0], by: key.publicKey))
        #expect(!purpose.isValid(signature, over: payload, by: .zero))
    }
}

/// Sealed bodies: padding, commitments and what a revealed key reveals.
struct BodyTests {
    private static func place(_ seq: UInt64) -> BodyPlace { BodyPlace(space: SpaceID(.zero), device: DeviceID(.zero), seq: seq) }

    @Test("a sealed body says only how many steps of 64 bytes it takes", arguments: [0, 1, 62, 63, 64, 65, 127, 128, 1_000])
    func padding(length: Int) throws {
        let plaintext = [UInt8](repeating: 0x80, count: length)
        let body = try BodySeal.seal(plaintext, changeKey: .zero, place: Self.place(0))
        #expect(body.count == (length / BodySeal.step + 1) * BodySeal.step + 16)
        #expect(try BodySeal.open(body, changeKey: .zero, place: Self.place(0)) == plaintext)
    }

    @Test("a body that is padded otherwise than it should be does not open")
    func badPadding() throws {
        let zeros = { (count: Int) in [UInt8](repeating: 0, count: count) }
        let cases: [(String, [UInt8], isSound: Bool)] = [
            ("as it should be", [0x80] + zeros(63), true), ("a whole step too much", [0x80] + zeros(127), false),
            ("no marker", zeros(64), false), ("another marker", [0x81] + zeros(63), false),
            ("no step", [0x80] + zeros(62), false),
            ("nothing", [], false),
        ]
        let place = Self.place(0)
        let authenticated =
            Array("handsel/body/1".utf8) + place.space.bytes + place.device.bytes + Derivation.bigEndian(place.seq)
        for (name, padded, isSound) in cases {
            let box = try ChaChaPoly.seal(
                padded, using: SymmetricKey(data: Bytes32.zero.bytes), nonce: ChaChaPoly.Nonce(data: zeros(12)),
                authenticating: authenticated)
            let opened = try? BodySeal.open(Array(box.ciphertext) + Array(box.tag), changeKey: .zero, place: place)
            #expect(opened == (isSound ? [] : nil), "\(name)")
        }
    }

    @Test("a body opens only in its place, under its key, and whole")
    func opening() throws {
        let body = try BodySeal.seal([1, 2, 3], changeKey: .zero, place: Self.place(0))
        let other = BodyPlace(space: SpaceID(.zero), device: DeviceID(Bytes32([UInt8](repeating: 1, count: 32)) ?? .zero), seq: 0)
        let cases: [([UInt8], Bytes32, BodyPlace)] = [
            (body, .zero, Self.place(1)), (body, .zero, other),
            (body, Bytes32([UInt8](repeating: 1, count: 32)) ?? .zero, Self.place(0)),
            (Array(body.dropLast()), .zero, Self.place(0)), (body + [0], .zero, Self.place(0)), ([], .zero, Self.place(0)),
        ]
        for (index, (body, key, place)) in cases.enumerated() {
            #expect(throws: LedgerError(.badCommitment, ""), "case \(index)") {
                try BodySeal.open(body, changeKey: key, place: place)
            }
        }
    }

    @Test("a body that does not match its commitment does not open")
    func commitment() throws {
        var generator = SeededGenerator(seed: 1)
        let keys = try DeviceKeys(using: &generator)
        let epoch = Draft.Epoch(id: ChangeID(.random(using: &generator)), key: .random(using: &generator))
        let draft = Draft(
            space: SpaceID(.zero), seq: 1, previous: ChangeID(.zero), membership: ChangeID(.zero), audience: .parties,
            epoch: epoch, claimedTime: 0, operations: [Operation("a")])
        let honest = try draft.sealed(by: keys, salt: .random(using: &generator)).value
        let changeKey = try #require(honest.changeKey(epochKey: epoch.key))
        #expect(try Body.decode(honest.open(changeKey: changeKey)) == draft.operations)
        var header = honest.header
        header.commitment = .random(using: &generator)
        let lying = Change(header: header, signature: nil, body: honest.body)
        #expect(throws: LedgerError(.badCommitment, "")) { try lying.open(changeKey: changeKey) }
    }

    @Test("the commitment of a bare body is over its salt")
    func bareCommitment() throws {
        var generator = SeededGenerator(seed: 2)
        let space = try MemorySpace.contract(using: &generator).space
        let change = space.changes[1].value
        #expect(change.changeKey(epochKey: nil) == change.header.salt)
        #expect(try change.open(changeKey: change.header.salt) == change.body)
        #expect(throws: LedgerError(.badCommitment, "")) { try change.open(changeKey: .random(using: &generator)) }
    }

    @Test("a revealed key opens one body and no other")
    func disclosure() throws {
        var generator = SeededGenerator(seed: 3)
        var contract = try MemorySpace.contract(using: &generator)
        let changes = try (0..<6).map { index in
            try contract.space.write(
                by: contract.desk, index.isMultiple(of: 2) ? .parties : .money, epoch: contract.epoch, [Operation("same")],
                using: &generator)
        }
        for revealed in changes {
            let key = try #require(revealed.changeKey(epochKey: contract.epoch.key))
            for change in changes {
                let opened = try? change.open(changeKey: key)
                #expect((opened != nil) == (change.id == revealed.id), "\(revealed.header.seq) and \(change.header.seq)")
            }
        }
    }

    @Test("operations read as they were written, and bodies that are no list of them are refused")
    func operations() throws {
        let operations = [
            Operation("a"), Operation("b", on: ChangeID(.zero)) { $0.text("payload") },
            Operation("ü") {
                $0.array(2)
                $0.null()
                $0.array(0)
            },
        ]
        let bytes = Body.encode(operations)
        #expect(try Body.decode(bytes) == operations)
        #expect(try Body.decode([0x80]).isEmpty)
        for length in bytes.indices { #expect(throws: CanonError.self) { try Body.decode(Array(bytes[..<length])) } }
        let long = String(repeating: "k", count: LedgerLimits.kind + 1)
        let refused = [
            bytes + [0], Body.encode([Operation(long)]), Body.encode([Operation("a", payload: [])]),
            Body.encode([Operation("a", payload: [UInt8](repeating: 0x81, count: 17) + [0])]),
            Body.encode([Operation](repeating: Operation("a"), count: LedgerLimits.operations + 1)),
        ]
        for bytes in refused { #expect(throws: CanonError.self) { try Body.decode(bytes) } }
    }
}
