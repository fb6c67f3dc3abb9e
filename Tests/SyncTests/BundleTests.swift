import Canon
import Ledger
import LedgerSupport
import Support
import Sync
import SyncSupport
import Testing

/// Spaces in a file.
struct BundleTests {
    /// A store with two contracts, an attachment in one of them, and their bundle.
    private struct Stage {
        let world: World
        let blob: BlobID
        let chunks: [[UInt8]]
        /// The file, and where each of its frames begins, its length included.
        let file: [UInt8]
        let starts: [Int]

        init(frameChanges: Int = 3) throws {
            var world = try World(seed: 1, contracts: 2)
            world.deskStore.frameChanges = frameChanges
            chunks = [[1, 2, 3], [4, 5]]
            blob = world.deskStore.attach(chunks)
            try world.write(by: 0, in: 0, blobs: [blob])
            try world.write(by: 0, in: 1)
            var file = Bundle.magic
            var starts: [Int] = []
            func emit(_ frame: [UInt8]) {
                starts.append(file.count)
                file += Bundle.prefix(frame) + frame
            }
            var count = 0
            for contract in world.contracts { count += try Bundle.write(contract.space.id, from: world.deskStore, emit: emit) }
            emit(Bundle.end(frames: starts.count))
            #expect(count == world.deskStore.content.values.reduce(0) { $0 + $1.count })
            self.world = world
            self.file = file
            self.starts = starts
        }

        var content: [SpaceID: Set<ChangeID>] { world.deskStore.content }
    }

    private static func open(_ file: [UInt8]) throws -> OpenedBundle {
        var reader = MemoryReader(file)
        return try OpenedBundle(reading: &reader)
    }

    private static func content(_ bundle: OpenedBundle) -> [SpaceID: Set<ChangeID>] {
        Dictionary(bundle.spaces.map { ($0.space, Set($0.changes.map(\.value.id))) }) { $0.union($1) }
    }

    private func refusal(of file: [UInt8]) throws -> SyncError.Code? {
        do {
            _ = try Self.open(file)
            return nil
        } catch let error as SyncError { return error.code }
    }

    @Test("a bundle hands over spaces and attachments, whole")
    func roundTrip() throws {
        let stage = try Stage()
        let bundle = try Self.open(stage.file)
        #expect(Self.content(bundle) == stage.content)
        let reader = MemoryStore(stage.world.bench.id, isRelay: true)
        for (space, changes) in bundle.spaces {
            _ = try reader.ingest(changes, in: space, from: PeerIdentity(device: stage.world.desk.id))
        }
        #expect(reader.content == stage.content)
        #expect(bundle.chunkLists.map(\.blob) == [stage.blob])
        for (blob, digests) in bundle.chunkLists { reader.store(chunkList: digests, of: blob) }
        var file = MemoryReader(stage.file)
        try OpenedBundle.forEachChunk(in: &file) { blob, index, bytes in _ = try reader.store(chunk: bytes, at: index, of: blob) }
        #expect(reader.missingChunks(of: stage.blob) == [])
    }

    @Test("a bundle after known tips holds only what comes after them")
    func since() throws {
        let stage = try Stage()
        let space = stage.world.contracts[0].space.id
        let tips = stage.world.benchStore.tips(of: space)
        var frames: [Frame] = []
        let count = try Bundle.write(space, after: tips, from: stage.world.deskStore) { frames.append(try Frame(decoding: $0)) }
        #expect(count == 1)
        guard case .changes(_, let changes) = try #require(frames.first) else {
            Issue.record("the first frame is \(frames[0])")
            return
        }
        #expect(changes.map(\.header.blobs) == [[stage.blob]])
    }

    @Test("a bundle that was cut off anywhere is refused, before anything of it is taken")
    func truncated() throws {
        let stage = try Stage()
        for length in 0..<stage.file.count {
            let expected: SyncError.Code = length < Bundle.magic.count ? .notABundle : .truncatedBundle
            #expect(try refusal(of: Array(stage.file[..<length])) == expected, "\(length) of \(stage.file.count) bytes")
        }
        // Cut off at the border of a frame, and ended as if it were whole.
        for (frames, start) in stage.starts.enumerated().dropLast() {
            let end = Bundle.end(frames: stage.starts.count - 1)
            #expect(try refusal(of: Array(stage.file[..<start]) + Bundle.prefix(end) + end) == .badFrame, "\(frames) frames")
        }
    }

    @Test("a bundle that counts other frames than it has is refused")
    func miscounted() throws {
        let stage = try Stage()
        let body = Array(stage.file[..<(try #require(stage.starts.last))])
        for (difference, code) in [(-1, SyncError.Code.badFrame), (1, .badFrame), (0, nil)] as [(Int, SyncError.Code?)] {
            let end = Bundle.end(frames: stage.starts.count - 1 + difference)
            #expect(try refusal(of: body + Bundle.prefix(end) + end) == code, "\(difference)")
        }
    }

    @Test("what follows the end is refused")
    func trailing() throws {
        let stage = try Stage()
        #expect(try refusal(of: stage.file + [0]) == .badFrame)
        #expect(try refusal(of: stage.file + stage.file) == .badFrame)
    }

    @Test("a flipped bit anywhere is refused, or changes nothing of what is taken")
    func flipped() throws {
        let stage = try Stage()
        let content = stage.content
        var accepted = 0
        // Nothing common divides the stride and 8, so every byte and every place in a byte has its turn.
        for bit in stride(from: 0, to: stage.file.count * 8, by: 31) {
            var damaged = stage.file
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            guard let bundle = try? Self.open(damaged) else { continue }
            accepted += 1
            #expect(Self.content(bundle) == content, "bit \(bit)")
            #expect(bundle.chunkLists.map(\.blob) == [stage.blob], "bit \(bit)")
        }
        #expect(accepted > 0, "signatures under a later one heal, and chunks are checked when they are stored")
    }

    @Test("a flipped signature under a later one in its frame heals, and the last one is refused")
    func healing() throws {
        let stage = try Stage(frameChanges: 100)
        let space = stage.world.contracts[0].space.id
        let changes = try #require(stage.world.deskStore.spaces[space]).changes.map(\.value)
        for (index, change) in changes.enumerated() {
            let signature = try #require(change.signature)
            let start = try #require(stage.file.indices.first { stage.file[$0...].starts(with: signature) })
            var damaged = stage.file
            damaged[start] ^= 1
            let isCovered = changes[(index + 1)...].contains { $0.header.device == change.header.device }
            #expect(try refusal(of: damaged) == (isCovered ? nil : .badChange), "change \(index)")
            if isCovered { #expect(Self.content(try Self.open(damaged)) == stage.content) }
        }
    }

    @Test("frames of a conversation do not belong in a file")
    func foreignFrames() throws {
        let strays: [Frame] = [
            .hello(nonce: .zero, incarnation: .zero, seen: nil, claims: []),
            .node(prefix: [], [UInt64](repeating: 0, count: SpaceTrie.children)),
            .tips(SpaceID(.zero), []),
            .wantBlob(SpaceID(.zero), BlobID(.zero), chunks: nil), .noBlob(BlobID(.zero)), .refusal(""), .alive,
            .chunkList(BlobID(.zero), []),
        ]
        for frame in strays {
            let end = Bundle.end(frames: 1)
            let file = Bundle.magic + Bundle.prefix(frame.encoded) + frame.encoded + Bundle.prefix(end) + end
            #expect(try refusal(of: file) == .badFrame, "\(frame)")
        }
        for length in [[0, 0, 0, 0], [0xff, 0xff, 0xff, 0xff], [0, 0x10, 0, 1]] as [[UInt8]] {
            #expect(try refusal(of: Bundle.magic + length + [UInt8](repeating: 0, count: 64)) == .badFrame)
        }
    }
}
