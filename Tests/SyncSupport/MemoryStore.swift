package import Canon
package import Ledger
package import LedgerSupport
package import Support
package import Sync

/// A replica or a relay in memory: what a session asks of a store, in the simplest form.
package final class MemoryStore: SyncStore {
    package let device: DeviceID
    /// A relay takes every space that a member brings; a replica only those in which it is a member itself.
    package let isRelay: Bool
    /// Set to what a copy that was restored from a backup would have.
    package var incarnationSeed: UInt64
    /// A frame is closed once it holds this many changes.
    package var frameChanges: Int
    package var now: UInt64 = 0
    package private(set) var spaces: [SpaceID: MemorySpace] = [:]
    package private(set) var arrivals: [(space: SpaceID, change: ChangeID)] = []
    package var cursors: [DeviceID: StoreCursor] = [:]
    private var vouched: Set<SpaceID> = []
    package private(set) var attachments: [BlobID: MemoryBlob] = [:]
    package private(set) var notes: [SpaceID: [DeviceID: Set<Tip>]] = [:]
    package private(set) var receipts: [Receipt] = []
    package private(set) var durableCommits = 0
    package var receiptKey: SigningKey?

    package init(_ device: DeviceID, isRelay: Bool = false, frameChanges: Int = 3) {
        self.device = device
        self.isRelay = isRelay
        self.frameChanges = frameChanges
        incarnationSeed = 1
    }

    /// An independent store with the same content.
    package func copy() -> MemoryStore {
        let copy = MemoryStore(device, isRelay: isRelay, frameChanges: frameChanges)
        (copy.incarnationSeed, copy.now, copy.spaces, copy.arrivals) = (incarnationSeed, now, spaces, arrivals)
        (copy.cursors, copy.vouched, copy.attachments, copy.notes) = (cursors, vouched, attachments, notes)
        (copy.receipts, copy.receiptKey) = (receipts, receiptKey)
        return copy
    }

    /// All that this store holds of changes.
    package var content: [SpaceID: Set<ChangeID>] { spaces.mapValues(\.ids) }
}

/// An attachment as far as it is here.
package struct MemoryBlob {
    package var digests: [Bytes32]?
    package var chunks: [Int: [UInt8]] = [:]

    package var isComplete: Bool { digests.map { $0.count == chunks.count } ?? false }
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
    package func adopt(_ space: MemorySpace) throws {
        var own = spaces[space.id] ?? space
        try own.take(from: space)
        note(own)
        vouched.insert(space.id)
    }

    /// Writes as this store's device.
    @discardableResult
    package func write(
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
    package func attach(_ chunks: [[UInt8]]) -> BlobID {
        let digests = chunks.map(Derivation.chunkDigest)
        let blob = Derivation.blobID(chunks: digests)
        attachments[blob] = MemoryBlob(
            digests: digests, chunks: Dictionary(uniqueKeysWithValues: chunks.enumerated().map { ($0.offset, $0.element) }))
        return blob
    }
}

extension MemoryStore {
    package func incarnation() -> Bytes32 {
        var generator = SeededGenerator(seed: incarnationSeed)
        return .random(using: &generator)
    }

    package func sequence() -> UInt64 { UInt64(arrivals.count) }
    package func seen(of peer: DeviceID) -> StoreCursor? { cursors[peer] }

    package func spaces(sharedWith peer: PeerIdentity) -> [SpaceID] { spaces.keys.sorted().filter { isShared($0, with: peer) } }
    package func digests(sharedWith peer: PeerIdentity) -> [(id: SpaceID, digest: Bytes32)] {
        spaces(sharedWith: peer).map { ($0, digest(of: $0)) }
    }
    package func isShared(_ space: SpaceID, with peer: PeerIdentity) -> Bool {
        spaces[space].map { peer.mayShare($0.roster, at: now) } ?? false
    }
    package func spaces(changedAfter sequence: UInt64) -> [SpaceID] {
        Set(arrivals.dropFirst(Int(sequence)).map(\.space)).sorted()
    }
    package func tips(of space: SpaceID) -> [Tip] {
        spaces[space]?.allTips().map { Tip(device: $0.device, seq: $0.seq, id: $0.change) } ?? []
    }
    package func lastTime(in space: SpaceID) -> UInt64 { spaces[space]?.changes.last?.value.header.claimedTime ?? 0 }
    package func digest(of space: SpaceID) -> Bytes32 { Derivation.sha256(CBORWriter.encode { $0.tips(tips(of: space)) }) }
    package func holds(_ change: ChangeID, in space: SpaceID) -> Bool { spaces[space]?.placement(of: change) != nil }

    package func changes(in id: SpaceID, after tips: [Tip], from position: UInt64) throws -> (changes: [Change], next: UInt64)? {
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

    package func ingest(_ changes: [Verified<Change>], in id: SpaceID, from peer: PeerIdentity) throws -> Ingested {
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

    package func makeDurable(through sequence: UInt64) { durableCommits += 1 }

    package func remember(held: [SpaceID: [Tip]], seen: StoreCursor?, of peer: DeviceID) {
        for (space, tips) in held { notes[space, default: [:]][peer] = Set(tips) }
        if let seen { cursors[peer] = seen }
    }
    package func store(_ receipt: Receipt) { receipts.append(receipt) }
    package func receipt(for changes: [ChangeID]) throws -> Receipt? {
        try receiptKey.map { try Receipt(by: $0, incarnation: incarnation(), time: now, changes: changes) }
    }
}

/// Attachments.
extension MemoryStore {
    private func named(in space: SpaceID) -> [BlobID] {
        Set(spaces[space]?.changes.flatMap(\.value.header.blobs) ?? []).sorted()
    }

    package func spacesWithMissingBlobs() -> [SpaceID] { spaces.keys.sorted().filter { !missingBlobs(in: $0).isEmpty } }
    package func completeBlobs(among blobs: [BlobID]) -> [BlobID] { blobs.filter { attachments[$0]?.isComplete == true } }
    package func missingBlobs(in space: SpaceID) -> [BlobID] { named(in: space).filter { attachments[$0]?.isComplete != true } }
    package func missingChunks(of blob: BlobID) -> [Int]? {
        attachments[blob]?.digests.map { digests in digests.indices.filter { attachments[blob]?.chunks[$0] == nil } }
    }
    package func completeBlobs(in space: SpaceID) -> [BlobID] { named(in: space).filter { attachments[$0]?.isComplete == true } }
    package func chunkList(of blob: BlobID, in space: SpaceID) -> [Bytes32]? {
        completeBlobs(in: space).contains(blob) ? attachments[blob]?.digests : nil
    }
    package func chunk(_ index: Int, of blob: BlobID) -> [UInt8]? { attachments[blob]?.chunks[index] }
    package func store(chunkList: [Bytes32], of blob: BlobID) { attachments[blob, default: MemoryBlob()].digests = chunkList }
    package func store(chunk: [UInt8], at index: Int, of blob: BlobID) throws -> Bool {
        guard let digests = attachments[blob]?.digests, digests.indices.contains(index),
            Derivation.chunkDigest(chunk) == digests[index]
        else { throw SyncError(.badBlob, "A chunk of \(blob) is damaged.") }
        attachments[blob]?.chunks[index] = chunk
        return attachments[blob]?.isComplete == true
    }
}
