import Canon
import Ledger

/// The attachments that a session fetches and hands out.
struct BlobTransfers {
    /// What was asked for, and not all of it has come.
    struct Request {
        let space: SpaceID
        /// Nil while the list of chunks is to come.
        var chunks: Set<Int>?
    }

    /// What is to be asked for once there is room.
    var queue: [(blob: BlobID, space: SpaceID)] = []
    var asked: [BlobID: Request] = [:]
    /// What the peer does not have yet; it sends the list as soon as it does.
    var unavailable: [BlobID: SpaceID] = [:]
    /// What is on its way to the peer.
    var sending: Set<BlobID> = []
    /// What the peer asked for and is not here yet.
    var wishes: [BlobID: SpaceID] = [:]

    var isIdle: Bool { asked.isEmpty }

    func knows(_ blob: BlobID) -> Bool {
        asked[blob] != nil || unavailable[blob] != nil || queue.contains { $0.blob == blob }
    }
}

/// Attachments: asked for by whoever lacks them, chunk by chunk, so that an interrupted transfer goes on where it stopped.
extension SyncSession {
    mutating func askForBlobs(in space: SpaceID) throws {
        for blob in try store.missingBlobs(in: space) where !blobs.knows(blob) { blobs.queue.append((blob, space)) }
        try askForMoreBlobs()
    }

    private mutating func askForMoreBlobs() throws {
        while blobs.asked.count < SyncLimits.blobsAtOnce, !blobs.queue.isEmpty {
            let (blob, space) = blobs.queue.removeFirst()
            let chunks = try store.missingChunks(of: blob)
            guard chunks?.isEmpty != true else { continue }
            blobs.asked[blob] = BlobTransfers.Request(space: space, chunks: chunks.map(Set.init))
            outgoing.append(.frame(.wantBlob(space, blob, chunks: chunks)))
        }
    }

    mutating func receiveBlob(_ frame: Frame) throws {
        switch frame {
        case .wantBlob(let space, let blob, let chunks): try sendBlob(blob, of: space, chunks)
        case .chunkList(let blob, let digests): try take(digests, of: blob)
        case .chunk(let blob, let index, let bytes): try take(bytes, at: index, of: blob)
        case .noBlob(let blob):
            guard let request = blobs.asked.removeValue(forKey: blob) else { throw damaged(blob) }
            blobs.unavailable[blob] = request.space
            try askForMoreBlobs()
        default: break
        }
    }

    /// The list says how much there is; only then the store can tell whether it wants it, and the chunks are asked for.
    private mutating func take(_ digests: [Bytes32], of blob: BlobID) throws {
        let request = blobs.asked[blob]
        guard let space = request?.space ?? blobs.unavailable[blob], request?.chunks == nil,
            Derivation.blobID(chunks: digests) == blob
        else { throw damaged(blob) }
        blobs.asked[blob] = nil
        do {
            try store.store(chunkList: digests, of: blob)
            blobs.unavailable[blob] = nil
            blobs.queue.insert((blob, space), at: 0)
        } catch is any PeerReadable {
            blobs.unavailable[blob] = space
        }
        try askForMoreBlobs()
    }

    private mutating func take(_ chunk: [UInt8], at index: Int, of blob: BlobID) throws {
        guard blobs.asked[blob]?.chunks?.remove(index) != nil else { throw damaged(blob) }
        try store.store(chunk: chunk, at: index, of: blob)
        statistics.chunksReceived += 1
        guard blobs.asked[blob]?.chunks?.isEmpty == true else { return }
        blobs.asked[blob] = nil
        try askForMoreBlobs()
    }

    private func damaged(_ blob: BlobID) -> SyncError {
        SyncError(.badBlob, "The peer sent a part of the attachment \(blob) that does not belong to it.")
    }
}

/// What the peer fetches.
extension SyncSession {
    private mutating func sendBlob(_ blob: BlobID, of space: SpaceID, _ chunks: [Int]?) throws {
        guard try isShared(space), let count = try store.chunkList(of: blob, in: space)?.count else {
            if blobs.wishes.count < SyncLimits.wishes { blobs.wishes[blob] = space }
            outgoing.append(.frame(.noBlob(blob)))
            return
        }
        guard let chunks else { return outgoing.append(.chunkList(blob, space)) }
        guard !chunks.isEmpty, chunks.allSatisfy((0..<count).contains), blobs.sending.count < SyncLimits.blobsAtOnce,
            blobs.sending.insert(blob).inserted
        else { throw SyncError(.limit, "The peer asks for more parts of attachments than there are, or than one may at once.") }
        outgoing.append(.chunks(blob, chunks[...]))
    }

    func produceChunkList(of blob: BlobID, in space: SpaceID) throws -> Frame? {
        try store.chunkList(of: blob, in: space).map { .chunkList(blob, $0) } ?? .noBlob(blob)
    }

    /// One chunk, and the rest goes to the end of the queue, so that a long attachment does not hold up the news.
    mutating func produceChunk(of blob: BlobID, _ indices: ArraySlice<Int>) throws -> Frame? {
        let chunk = try indices.first.flatMap { try store.chunk($0, of: blob) }
        guard let index = indices.first, let chunk else {
            blobs.sending.remove(blob)
            return .noBlob(blob)
        }
        if indices.count > 1 { outgoing.append(.chunks(blob, indices.dropFirst())) } else { blobs.sending.remove(blob) }
        statistics.chunksSent += 1
        return .chunk(blob, index: index, chunk)
    }

    /// Tells the peer of attachments that it asked for and that have come since.
    mutating func offerWishedBlobs() throws {
        for blob in try store.completeBlobs(among: Array(blobs.wishes.keys)) {
            guard let space = blobs.wishes[blob], try isShared(space), try store.chunkList(of: blob, in: space) != nil else {
                continue
            }
            blobs.wishes[blob] = nil
            outgoing.append(.chunkList(blob, space))
        }
    }
}
