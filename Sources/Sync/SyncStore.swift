package import Canon
package import Ledger

/// What a sync session asks of a store; a replica and a relay both are one.
package protocol SyncStore {
    /// Rolls when the store was wiped, restored or copied.
    func incarnation() throws -> Bytes32
    /// The number of the last change that arrived here.
    func sequence() throws -> UInt64
    /// How far this store has seen `peer`'s.
    func seen(of peer: DeviceID) throws -> StoreCursor?

    /// The spaces whose roster holds the peer, those whose invite or person it has proved, and for a carrier all.
    func spaces(sharedWith peer: PeerIdentity) throws -> [SpaceID]
    /// Each of these spaces with the digest of its tips.
    func digests(sharedWith peer: PeerIdentity) throws -> [(id: SpaceID, digest: Bytes32)]
    func isShared(_ space: SpaceID, with peer: PeerIdentity) throws -> Bool
    func spaces(changedAfter sequence: UInt64) throws -> [SpaceID]
    /// SHA-256 over the space's tips.
    func digest(of space: SpaceID) throws -> Bytes32
    func tips(of space: SpaceID) throws -> [Tip]
    /// When the change that arrived last in a space was made, as it claims, in milliseconds since 1970 UTC; 0 if there is none.
    func lastTime(in space: SpaceID) throws -> UInt64
    func holds(_ change: ChangeID, in space: SpaceID) throws -> Bool

    /// What a store with `tips` lacks, in the order of arrival from after `position` on, up to the frame's limit.
    ///
    /// Each device's run ends on a checked signature. Nil when there is nothing more.
    func changes(in space: SpaceID, after tips: [Tip], from position: UInt64) throws -> (changes: [Change], next: UInt64)?

    /// Admits all of a frame's changes in one transaction, or none; throws a `PeerReadable` error if they are refused.
    func ingest(_ changes: [Verified<Change>], in space: SpaceID, from peer: PeerIdentity) throws -> Ingested
    /// Makes what has arrived up to this number survive a loss of power; called before anything is sent.
    func makeDurable(through sequence: UInt64) throws

    /// Spaces in which an attachment is named that is not complete here.
    func spacesWithMissingBlobs() throws -> [SpaceID]
    /// Attachments named in `space` that are not complete here.
    func missingBlobs(in space: SpaceID) throws -> [BlobID]
    /// The chunks that an attachment lacks; nil if even the list is missing.
    func missingChunks(of blob: BlobID) throws -> [Int]?
    func completeBlobs(in space: SpaceID) throws -> [BlobID]
    /// Those of some attachments that are complete here, whatever space they belong to; asked often, so it has to be quick.
    func completeBlobs(among blobs: [BlobID]) throws -> [BlobID]
    /// The chunk digests of a complete attachment that a change in `space` names.
    func chunkList(of blob: BlobID, in space: SpaceID) throws -> [Bytes32]?
    func chunk(_ index: Int, of blob: BlobID) throws -> [UInt8]?
    /// Throws a `PeerReadable` error if the attachment is not wanted here.
    func store(chunkList: [Bytes32], of blob: BlobID) throws
    /// Returns whether the attachment is complete now.
    @discardableResult
    func store(chunk: [UInt8], at index: Int, of blob: BlobID) throws -> Bool

    /// Remembers all that a peer holds of some spaces, for people to see, and how far its store was seen, if that is known anew.
    func remember(held: [SpaceID: [Tip]], seen: StoreCursor?, of peer: DeviceID) throws
    func store(_ receipt: Receipt) throws
    /// A signed receipt for what was just admitted; nil from a store that is no relay.
    func receipt(for changes: [ChangeID]) throws -> Receipt?
}

/// What became of a frame of changes.
package struct Ingested: Sendable {
    package let admitted: [ChangeID]
    /// Changes that were here already.
    package let known: Int

    package init(admitted: [ChangeID], known: Int) {
        self.admitted = admitted
        self.known = known
    }
}
