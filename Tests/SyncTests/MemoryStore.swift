import Canon
import Ledger
import LedgerSupport
import Support
import Sync

/// A replica or a relay in memory: what a session asks of a store, in the simplest form.
final class MemoryStore: SyncStore {
    let device: DeviceID
    /// A relay takes every space that a member brings; a replica only those in which it is a member itself.
    let isRelay: Bool
    /// Set to what a copy that was restored from a backup would have.
    var incarnationSeed: UInt64
    /// A frame is closed once it holds this many changes.
    var frameChanges: Int
    var now: UInt64 = 0
    private(set) var spaces: [SpaceID: MemorySpace] = [:]
    private(set) var arrivals: [(space: SpaceID, change: ChangeID)] = []
    var cursors: [DeviceID: StoreCursor] = [:]
    private var vouched: Set<SpaceID> = []
    private(set) var attachments: [BlobID: MemoryBlob] = [:]
    private(set) var notes: [SpaceID: [DeviceID: Set<Tip>]] = [:]
    private(set) var receipts: [Receipt] = []
    private(set) var durableCommits = 0
    var receiptKey: SigningKey?

    init(_ device: DeviceID, isRelay: Bool = false, frameChanges: Int = 3) {
        self.device = device
        self.isRelay = isRelay
        self.frameChanges = frameChanges
        incarnationSeed = 1
    }

    /// An independent store with the same content.
    func copy() -> MemoryStore {
        let copy = MemoryStore(device, isRelay: isRelay, frameChanges: frameChanges)
        (copy.incarnationSeed, copy.now, copy.spaces, copy.arrivals) = (incarnationSeed, now, spaces, arrivals)
        (copy.cursors, copy.vouched, copy.attachments, copy.notes) = (cursors, vouched, attachments, notes)
        (copy.receipts, copy.receiptKey) = (receipts, receiptKey)
        return copy
    }

    /// All that this store holds of changes.
    var content: [SpaceID: Set<ChangeID>] { spaces.mapValues(\.ids) }
}

/// An attachment as far as it is here.
struct MemoryBlob {
    var digests: [Bytes32]?
    var chunks: [Int: [UInt8]] = [:]

    var isComplete: Bool { digests.map { $0.count == chunks.count } ?? false }
}

/// What happens outside of sessions.
extension MemoryStore {
    private func note(_ space: MemorySpace) {
        let known = spaces[space.id]?.changes.count ?? 0
        for change in space.changes.dropFirst(known) {
            arrivals.append((space.id, change.value.id))
            for blob in change.value.header.blobs where attachments[blob] == nil { attachments[blob] = MemoryBlob() }
        }
        spaces[space.id] = space
    }

    /// Takes all of a space that was made elsewhere.
    func adopt(_ space: MemorySpace) throws {
        var own = spaces[space.id] ?? space
        try own.take(from: space)
        note(own)
        vouched.insert(space.id)
    }

    /// Writes as this store's device.
    @discardableResult
    func write(
        in id: SpaceID, by author: Device, _ audience: Audience = .control, epoch: Draft.Epoch? = nil,
        _ operations: [Operation] = [], blobs: [BlobID] = [], using generator: inout SeededGenerator
    ) throws -> Change {
        var space = spaces[id] ?? MemorySpace(id)
        let change = try space.write(
            by: author, audience, epoch: epoch, at: now, operations, blobs: blobs, using: &generator)
        note(space)
        return change
    }

    /// Keeps an attachment whose chunks these are.
    func attach(_ chunks: [[UInt8]]) -> BlobID {
        let digests = chunks.map(Derivation.chunkDigest)
        let blob = Derivation.blobID(chunks: digests)
        attachments[blob] = MemoryBlob(
            digests: digests, chunks: Dictionary(uniqueKeysWithValues: chunks.enumerated().map { ($0.offset, $0.element) }))
        return blob
    }
}

extension MemoryStore {
    func incarnation() -> Bytes32 {
        var generator = SeededGenerator(seed: incarnationSeed)
        return .random(using: &generator)
    }

    func sequence() -> UInt64 { UInt64(arrivals.count) }
    func seen(of peer: DeviceID) -> StoreCursor? { cursors[peer] }
    func setSeen(_ cursor: StoreCursor, of peer: DeviceID) { cursors[peer] = cursor }

    func spaces(sharedWith peer: PeerIdentity) -> [SpaceID] { spaces.keys.sorted().filter { isShared($0, with: peer) } }
    func isShared(_ space: SpaceID, with peer: PeerIdentity) -> Bool {
        spaces[space].map { peer.mayShare($0.roster, at: now) } ?? false
    }
    func spaces(changedAfter sequence: UInt64) -> [SpaceID] { Set(arrivals.dropFirst(Int(sequence)).map(\.space)).sorted() }
    func tips(of space: SpaceID) -> [Tip] {
        spaces[space]?.allTips().map { Tip(device: $0.device, seq: $0.seq, id: $0.change) } ?? []
    }
    func digest(of space: SpaceID) -> Bytes32 { Derivation.sha256(CBORWriter.encode { $0.tips(tips(of: space)) }) }
    func holds(_ change: ChangeID, in space: SpaceID) -> Bool { spaces[space]?.placement(of: change) != nil }

    func changes(in id: SpaceID, after tips: [Tip], from position: UInt64) throws -> (changes: [Change], next: UInt64)? {
        guard let space = spaces[id] else { return nil }
        let held = Set(space.ids.filter { isHeld($0, by: tips, of: space) })
        let all = Dictionary(uniqueKeysWithValues: space.changes.map { ($0.value.id, $0) })
        var batch: [Verified<Change>] = []
        for (index, arrival) in arrivals.enumerated().dropFirst(Int(position)) where arrival.space == id {
            guard let change = all[arrival.change], !held.contains(arrival.change) else { continue }
            batch.append(change)
            if batch.count >= frameChanges, isProven(batch) { return (batch.map(\.value), UInt64(index + 1)) }
        }
        return batch.isEmpty ? nil : (batch.map(\.value), sequence())
    }

    /// A store with `tips` has all that they had seen; one that is unknown lies beyond what is here of its log, unless that got as far.
    private func isHeld(_ change: ChangeID, by tips: [Tip], of space: MemorySpace) -> Bool {
        guard let stamp = space.placement(of: change)?.stamp else { return false }
        return tips.contains { tip in
            if let placement = space.placement(of: tip.id) { return tip.id == change || placement.past.contains(stamp) }
            let ends = space.tips(of: tip.device)
            return tip.device == stamp.device && ends.count == 1 && ends[0].seq < tip.seq
        }
    }

    private func isProven(_ batch: [Verified<Change>]) -> Bool {
        let continued = Set(batch.compactMap(\.value.header.previous))
        return batch.allSatisfy { continued.contains($0.value.id) || $0.isSignatureChecked || $0.value.hasValidSignature }
    }

    func ingest(_ changes: [Verified<Change>], in id: SpaceID, from peer: PeerIdentity) throws -> Ingested {
        let before = spaces[id] ?? MemorySpace(id)
        var space = before
        let new = try changes.filter { try space.take($0) }.map(\.value.id)
        if peer.mayShare(before.roster, at: now) || peer.mayShare(space.roster, at: now) {
            vouched.insert(id)
        } else if vouched.contains(id), !new.isEmpty {
            throw SyncError(.notShared, "\(id) is not shared with \(peer.device).")
        }
        guard isRelay || spaces[id] != nil || space.roster.person(of: device) != nil || !vouched.contains(id) else {
            throw SyncError(.notShared, "\(id) is not wanted here.")
        }
        note(space)
        return Ingested(admitted: new, known: changes.count - new.count)
    }

    func makeDurable() { durableCommits += 1 }

    func note(_ tips: [Tip], of space: SpaceID, heldBy peer: DeviceID) { notes[space, default: [:]][peer] = Set(tips) }
    func store(_ receipt: Receipt) { receipts.append(receipt) }
    func receipt(for changes: [ChangeID]) throws -> Receipt? {
        try receiptKey.map { try Receipt(by: $0, incarnation: incarnation(), time: now, changes: changes) }
    }
}

/// Attachments.
extension MemoryStore {
    private func named(in space: SpaceID) -> [BlobID] {
        Set(spaces[space]?.changes.flatMap(\.value.header.blobs) ?? []).sorted()
    }

    func spacesWithMissingBlobs() -> [SpaceID] { spaces.keys.sorted().filter { !missingBlobs(in: $0).isEmpty } }
    func missingBlobs(in space: SpaceID) -> [BlobID] { named(in: space).filter { attachments[$0]?.isComplete != true } }
    func missingChunks(of blob: BlobID) -> [Int]? {
        attachments[blob]?.digests.map { digests in digests.indices.filter { attachments[blob]?.chunks[$0] == nil } }
    }
    func completeBlobs(in space: SpaceID) -> [BlobID] { named(in: space).filter { attachments[$0]?.isComplete == true } }
    func chunkList(of blob: BlobID, in space: SpaceID) -> [Bytes32]? {
        completeBlobs(in: space).contains(blob) ? attachments[blob]?.digests : nil
    }
    func chunk(_ index: Int, of blob: BlobID) -> [UInt8]? { attachments[blob]?.chunks[index] }
    func store(chunkList: [Bytes32], of blob: BlobID) { attachments[blob, default: MemoryBlob()].digests = chunkList }
    func store(chunk: [UInt8], at index: Int, of blob: BlobID) throws -> Bool {
        guard let digests = attachments[blob]?.digests, digests.indices.contains(index),
            Derivation.chunkDigest(chunk) == digests[index]
        else { throw SyncError(.badBlob, "A chunk of \(blob) is damaged.") }
        attachments[blob]?.chunks[index] = chunk
        return attachments[blob]?.isComplete == true
    }
}
