import Canon
import Ledger
import LedgerSupport
import Support
import Sync
import Testing

/// Frames as bytes.
struct FrameTests {
    /// One frame of each kind, with random content.
    private static func examples(seed: UInt64) throws -> [Frame] {
        var generator = SeededGenerator(seed: seed)
        func bytes32() -> Bytes32 { .random(using: &generator) }
        func number() -> UInt64 { generator.next() >> UInt64(1 + generator.pick(0..<63)) }
        var contract = try MemorySpace.contract(using: &generator)
        try contract.settle(using: &generator)
        let changes = contract.space.changes.map(\.value)
        let space = contract.space.id
        let unsigned = Change(header: changes[1].header, signature: nil, body: changes[1].body)
        let key = try SigningKey(seed: bytes32())
        let claim = try Claim(by: key, prover: contract.bench.id, verifier: contract.desk.id)
        let prefix = (0..<generator.pick(0..<SpaceTrie.depth)).map { _ in UInt8(generator.pick(0..<SpaceTrie.children)) }
        let digests = (0..<SpaceTrie.children).map { _ in generator.next() >> 16 }
        let spaces = [SpaceID(bytes32()), space].sorted().map { SpaceDigest(space: $0, digest: generator.next() >> 16) }
        let tips = (0..<generator.pick(0..<4)).map { _ in
            Tip(device: DeviceID(bytes32()), seq: number() >> 1, id: ChangeID(bytes32()))
        }
        let receipt = try Receipt(by: key, incarnation: bytes32(), time: number(), changes: changes.map(\.id))
        let cursor = generator.chance(50) ? StoreCursor(incarnation: bytes32(), sequence: number()) : nil
        return [
            .hello(nonce: bytes32(), incarnation: bytes32(), seen: cursor, claims: generator.chance(50) ? [claim] : []),
            .node(prefix: prefix, digests), .compared(prefix: prefix), .leaves(prefix: prefix, spaces), .tips(space, tips),
            .changes(space, [changes[0], unsigned, changes[2]]), .complete(space),
            .wantBlob(space, BlobID(bytes32()), chunks: generator.chance(50) ? [0, 7] : nil),
            .chunkList(BlobID(bytes32()), [bytes32(), bytes32()]),
            .chunk(BlobID(bytes32()), index: generator.pick(0..<SyncLimits.chunks), generator.bytes(100)),
            .noBlob(BlobID(bytes32())), .receipt(receipt), .done(received: generator.next(), sequence: number()),
            .refusal("Because."), .alive, .refused(space, "Für diesen Raum."),
            .recent(spaces),
        ]
    }

    private func refusal(of bytes: [UInt8]) -> SyncError.Code? {
        do {
            _ = try Frame(decoding: bytes)
            return nil
        } catch { return error.code }
    }

    @Test("a frame reads as it was written", arguments: seeds(10))
    func roundTrip(seed: UInt64) throws {
        for (kind, frame) in try Self.examples(seed: seed).enumerated() {
            let bytes = frame.encoded
            #expect(bytes[1] == UInt8(kind), "seed \(seed)")
            #expect(try Frame(decoding: bytes).encoded == bytes, "seed \(seed), kind \(kind)")
        }
    }

    @Test("every truncation of a frame is refused, and so is what follows one")
    func truncations() throws {
        for (kind, frame) in try Self.examples(seed: 1).enumerated() {
            let bytes = frame.encoded
            for length in bytes.indices { #expect(refusal(of: Array(bytes[..<length])) != nil, "kind \(kind), \(length) bytes") }
            #expect(refusal(of: bytes + [0]) == .badFrame, "kind \(kind)")
        }
    }

    @Test("of frames with a flipped bit, those that still read are read as what they say", arguments: seeds(4))
    func flipped(seed: UInt64) throws {
        for (kind, frame) in try Self.examples(seed: seed).enumerated() {
            let bytes = frame.encoded
            for bit in 0..<bytes.count * 8 {
                var damaged = bytes
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                guard let read = try? Frame(decoding: damaged) else { continue }
                #expect(read.encoded == damaged, "seed \(seed), kind \(kind), bit \(bit)")
            }
        }
    }

    @Test("unknown kinds, wrong counts of fields and other versions are refused")
    func shapes() throws {
        let frames = try Self.examples(seed: 2).map(\.encoded)
        for kind in UInt64(17)..<30 {
            #expect(refusal(of: CBORWriter.encode { $0.array([kind]) { $0.unsigned($1) } }) == .badFrame)
        }
        for (kind, bytes) in frames.enumerated() {
            var longer = bytes + [0xf6]
            longer[0] += 1
            #expect(refusal(of: longer) == .badFrame, "kind \(kind)")
        }
        #expect(refusal(of: []) == .badFrame && refusal(of: [0x80]) == .badFrame && refusal(of: [0xa0]) == .badFrame)
        var future = frames[0]
        future[2] = 2
        #expect(refusal(of: future) == .badFrame)
    }

    private struct Limit: Sendable {
        let name: String
        let limit: Int
        let encode: @Sendable (Int) throws -> [UInt8]
    }

    private static func spaces(_ count: Int) -> [SpaceDigest] {
        var generator = SeededGenerator(seed: 1)
        return (0..<count).map { _ in SpaceDigest(space: SpaceID(.random(using: &generator)), digest: 0) }
            .sorted { $0.space < $1.space }
    }

    private static let limits = [
        Limit(name: "claims", limit: SyncLimits.claims) { count in
            CBORWriter.encode {
                $0.array(6)
                for number in [UInt64(0), 1] { $0.unsigned(number) }
                for _ in 0..<2 { $0.bytes32(.zero) }
                $0.null()
                $0.array(0..<count) { writer, _ in
                    writer.array(2)
                    writer.bytes32(.zero)
                    writer.bytes([UInt8](repeating: 0, count: 64))
                }
            }
        },
        Limit(name: "steps to a node", limit: SpaceTrie.depth - 1) {
            Frame.compared(prefix: [UInt8](repeating: 63, count: $0)).encoded
        },
        Limit(name: "steps to a space", limit: SpaceTrie.depth) {
            Frame.leaves(prefix: [UInt8](repeating: 63, count: $0), []).encoded
        },
        Limit(name: "a step", limit: SpaceTrie.children - 1) { Frame.compared(prefix: [UInt8($0)]).encoded },
        Limit(name: "children", limit: SpaceTrie.children) { count in
            // One fewer is refused as well; that is tested below.
            Frame.node(prefix: [], [UInt64](repeating: 0, count: count)).encoded
        },
        Limit(name: "leaves", limit: SyncLimits.spaces) { Frame.leaves(prefix: [], spaces($0)).encoded },
        Limit(name: "recent spaces", limit: SyncLimits.spaces) { Frame.recent(spaces($0)).encoded },
        Limit(name: "tips", limit: SyncLimits.tips) { count in
            var generator = SeededGenerator(seed: 1)
            let tips = (0..<count).map { _ in Tip(device: DeviceID(.random(using: &generator)), seq: 0, id: ChangeID(.zero)) }
            return Frame.tips(SpaceID(.zero), tips).encoded
        },
        Limit(name: "chunks asked for", limit: SyncLimits.chunks) { count in
            Frame.wantBlob(SpaceID(.zero), BlobID(.zero), chunks: Array(0..<count)).encoded
        },
        Limit(name: "chunks of a list", limit: SyncLimits.chunks) { count in
            Frame.chunkList(BlobID(.zero), [Bytes32](repeating: .zero, count: count)).encoded
        },
        Limit(name: "a chunk's index", limit: SyncLimits.chunks) { Frame.chunk(BlobID(.zero), index: $0, []).encoded },
        Limit(name: "a reason", limit: SyncLimits.reason) { Frame.refusal(String(repeating: "r", count: $0)).encoded },
        Limit(name: "a space's reason", limit: SyncLimits.reason) { count in
            Frame.refused(SpaceID(.zero), String(repeating: "r", count: count)).encoded
        },
    ]

    @Test("a frame that exceeds a limit is refused, and one at the limit is not", arguments: limits.indices)
    func keepsLimits(index: Int) throws {
        let limit = Self.limits[index]
        #expect(refusal(of: try limit.encode(limit.limit)) == nil, "\(limit.name)")
        #expect(refusal(of: try limit.encode(limit.limit + 1)) == .badFrame, "\(limit.name)")
    }

    @Test("spaces out of order or cut, and a node without all its children, are refused")
    func lists() {
        let spaces = Self.spaces(3)
        for wrong in [Array(spaces.reversed()), [spaces[0], spaces[0]]] {
            #expect(refusal(of: Frame.recent(wrong).encoded) == .badFrame)
            #expect(refusal(of: Frame.leaves(prefix: [], wrong).encoded) == .badFrame)
        }
        #expect(refusal(of: Frame.node(prefix: [], [UInt64](repeating: 0, count: 63)).encoded) == .badFrame)
        let cut = CBORWriter.encode { writer in
            writer.array(2)
            writer.unsigned(16)
            writer.bytes([UInt8](repeating: 1, count: 37))
        }
        #expect(refusal(of: cut) == .badFrame)
    }

    @Test("a frame of changes holds sound changes of its own space")
    func changes() throws {
        var generator = SeededGenerator(seed: 3)
        let first = try MemorySpace.contract(using: &generator).space
        let second = try MemorySpace.contract(using: &generator).space
        let (mine, other) = (first.changes[1].value, second.changes[1].value)
        #expect(refusal(of: Frame.changes(first.id, [mine]).encoded) == nil)
        #expect(refusal(of: Frame.changes(first.id, [mine, other]).encoded) == .badFrame)
        #expect(refusal(of: Frame.changes(first.id, [second.changes[0].value]).encoded) == .badFrame)
        let swapped = Change(header: mine.header, signature: mine.signature, body: other.body + [0])
        #expect(refusal(of: Frame.changes(first.id, [swapped]).encoded) == .badChange)
    }
}
