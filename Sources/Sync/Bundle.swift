package import Canon
package import Ledger

/// A file that carries spaces where no network goes: the frames of a session, one after another.
///
/// The file begins with a line that names the format; each frame is preceded by its length in four bytes, big-endian; the last
/// is a `done` that counts the frames, so that a file that was cut off is recognised before anything of it is taken.
package enum Bundle {
    package static let magic = Array("handsel-bundle/1\n".utf8)

    /// The length of a frame as it stands before it.
    package static func prefix(_ frame: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt32(frame.count).bigEndian, Array.init)
    }

    /// The frames that hand over `space` to anyone who lacks what lies outside the past of `tips`.
    ///
    /// `emit` takes one encoded frame at a time and returns nothing; the caller writes it out. Returns the number of changes.
    package static func write(
        _ space: SpaceID, after tips: [Tip] = [], from store: some SyncStore, emit: ([UInt8]) throws -> Void
    ) throws -> Int {
        try store.makeDurable(through: store.sequence())
        var count = 0
        var position: UInt64 = 0
        while let batch = try store.changes(in: space, after: tips, from: position) {
            position = batch.next
            count += batch.changes.count
            if !batch.changes.isEmpty { try emit(Frame.changes(space, batch.changes).encoded) }
        }
        try emit(Frame.complete(space).encoded)
        for blob in try store.completeBlobs(in: space) {
            guard let list = try store.chunkList(of: blob, in: space) else { continue }
            try emit(Frame.chunkList(blob, list).encoded)
            for index in list.indices {
                if let chunk = try store.chunk(index, of: blob) { try emit(Frame.chunk(blob, index: index, chunk).encoded) }
            }
        }
        return count
    }

    /// The last frame of a bundle.
    package static func end(frames: Int) -> [UInt8] { Frame.done(received: UInt64(frames), sequence: 0).encoded }
}

/// A bundle that was read to its end and whose changes are verified, before any of it is stored.
package struct OpenedBundle: Sendable {
    /// Each space's changes, in the order in which they are taken.
    package private(set) var spaces: [(space: SpaceID, changes: [Verified<Change>])] = []
    package private(set) var chunkLists: [(blob: BlobID, digests: [Bytes32])] = []

    /// Reads all frames but the chunks of attachments, which `chunks` hands out one at a time.
    package init(reading file: inout some BundleReader) throws {
        guard try file.read(Bundle.magic.count) == Bundle.magic else {
            throw SyncError(.notABundle, "This file is not a Handsel bundle; nothing was taken from it.")
        }
        var pending: [(SpaceID, [Change])] = []
        try Self.forEachFrame(in: &file) { frame in
            switch frame {
            case .changes(let space, let changes): pending.append((space, changes))
            case .chunkList(let blob, let digests):
                guard Derivation.blobID(chunks: digests) == blob else { throw Self.damaged }
                chunkLists.append((blob, digests))
            case .chunk(let blob, let index, let bytes):
                let digests = chunkLists.last { $0.blob == blob }?.digests ?? []
                guard digests.indices.contains(index), Derivation.chunkDigest(bytes) == digests[index] else { throw Self.damaged }
            case .complete: break
            default: throw Self.damaged
            }
        }
        for (space, changes) in pending {
            let result = Verification.verify(changes)
            guard result.unproven.isEmpty else {
                throw SyncError(
                    .badChange,
                    "The bundle is damaged: no valid signature covers \(result.unproven[0]). Nothing was taken from it.")
            }
            spaces.append((space, result.verified))
        }
    }

    /// The spaces in the order in which they stand in the file.
    package var spaceIDs: [SpaceID] {
        var seen: Set<SpaceID> = []
        return spaces.map(\.space).filter { seen.insert($0).inserted }
    }

    package func changes(of space: SpaceID) -> [Verified<Change>] { spaces.filter { $0.space == space }.flatMap(\.changes) }

    private static var damaged: SyncError {
        SyncError(.badFrame, "The bundle is damaged: a part does not belong in it. Nothing was taken from it.")
    }

    private static var truncated: SyncError {
        SyncError(.truncatedBundle, "The bundle ends too early. Copy it again; nothing was taken from it.")
    }

    private static func forEachFrame(in file: inout some BundleReader, _ body: (Frame) throws -> Void) throws {
        var count: UInt64 = 0
        while true {
            let prefix = try file.read(4)
            guard prefix.count == 4 else { throw truncated }
            let length = prefix.reduce(0) { $0 << 8 | Int($1) }
            guard (1...SyncLimits.frame).contains(length) else { throw damaged }
            let bytes = try file.read(length)
            guard bytes.count == length else { throw truncated }
            let frame = try Frame(decoding: bytes)
            if case .done(let frames, _) = frame {
                guard frames == count, try file.read(1).isEmpty else { throw damaged }
                return
            }
            count += 1
            try body(frame)
        }
    }

    /// Passes over the file a second time and hands out each chunk.
    package static func forEachChunk(
        in file: inout some BundleReader, _ body: (BlobID, _ index: Int, _ bytes: [UInt8]) throws -> Void
    ) throws {
        _ = try file.read(Bundle.magic.count)
        try forEachFrame(in: &file) { if case .chunk(let blob, let index, let bytes) = $0 { try body(blob, index, bytes) } }
    }
}

/// Where a bundle's bytes come from; the file itself is opened elsewhere.
package protocol BundleReader {
    /// At most `count` bytes; fewer only at the end.
    mutating func read(_ count: Int) throws -> [UInt8]
}
