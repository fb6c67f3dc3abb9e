package import Canon
package import Ledger
package import Sync

/// A sync store that is kept in a `ChangeStore`; what it does not say otherwise is forwarded.
package protocol StoreBacked: SyncStore, Sendable {
    var store: ChangeStore { get }
}

extension StoreBacked {
    package func incarnation() throws -> Bytes32 { try store.incarnation() }
    package func sequence() throws -> UInt64 { try store.sequence() }
    package func seen(of peer: DeviceID) throws -> StoreCursor? { try store.seen(of: peer) }
    package func spaces(sharedWith peer: PeerIdentity) throws -> [SpaceID] { try store.spaces(sharedWith: peer) }
    package func digests(sharedWith peer: PeerIdentity) throws -> [(id: SpaceID, digest: Bytes32)] {
        try store.digests(sharedWith: peer)
    }
    package func isShared(_ space: SpaceID, with peer: PeerIdentity) throws -> Bool { try store.isShared(space, with: peer) }
    package func spaces(changedAfter sequence: UInt64) throws -> [SpaceID] { try store.spaces(changedAfter: sequence) }
    package func digest(of space: SpaceID) throws -> Bytes32 { try store.digest(of: space) }
    package func tips(of space: SpaceID) throws -> [Tip] { try store.tips(of: space) }
    package func lastTime(in space: SpaceID) throws -> UInt64 { try store.lastTime(in: space) }
    package func holds(_ change: ChangeID, in space: SpaceID) throws -> Bool { try store.holds(change, in: space) }
    package func changes(
        in space: SpaceID, after tips: [Tip], from position: UInt64
    ) throws -> (changes: [Change], next: UInt64)? { try store.changes(in: space, after: tips, from: position) }
    package func ingest(_ changes: [Verified<Change>], in space: SpaceID, from peer: PeerIdentity) throws -> Ingested {
        try store.ingest(changes, in: space, from: peer)
    }
    package func makeDurable(through sequence: UInt64) throws { try store.makeDurable(through: sequence) }
    package func spacesWithMissingBlobs() throws -> [SpaceID] { try store.spacesWithMissingBlobs() }
    package func missingBlobs(in space: SpaceID) throws -> [BlobID] { try store.missingBlobs(in: space) }
    package func missingChunks(of blob: BlobID) throws -> [Int]? { try store.missingChunks(of: blob) }
    package func completeBlobs(in space: SpaceID) throws -> [BlobID] { try store.completeBlobs(in: space) }
    package func completeBlobs(among blobs: [BlobID]) throws -> [BlobID] { try store.completeBlobs(among: blobs) }
    package func chunkList(of blob: BlobID, in space: SpaceID) throws -> [Bytes32]? {
        try store.chunkList(of: blob, in: space)
    }
    package func chunk(_ index: Int, of blob: BlobID) throws -> [UInt8]? { try store.chunk(index, of: blob) }
    package func store(chunkList: [Bytes32], of blob: BlobID) throws { try store.store(chunkList: chunkList, of: blob) }
    package func store(chunk: [UInt8], at index: Int, of blob: BlobID) throws -> Bool {
        try store.store(chunk: chunk, at: index, of: blob)
    }
    package func remember(held: [SpaceID: [Tip]], seen: StoreCursor?, of peer: DeviceID) throws {
        try store.remember(held: held, seen: seen, of: peer)
    }
    package func store(_ receipt: Receipt) throws { try store.store(receipt) }
    package func receipt(for changes: [ChangeID]) throws -> Receipt? { nil }
}
