import Agreement
import Documents
import Foundation
import Ledger
import Replica
import Store
import Support
import Sync
import SyncSupport
import Testing

extension RecordedSession {
    /// For each transaction, the other author's latest that it has seen and its author had not before; nil where there is none.
    func merges() -> [Int?] {
        var seen = [-1, -1]
        return txns.map { transaction in
            let other = transaction.parents.filter { txns[$0].agent != transaction.agent }.max()
            guard let other, other > seen[transaction.agent] else { return nil }
            seen[transaction.agent] = other
            return other
        }
    }
}

/// One author: a replica, and the edits since its last change.
private final class Author {
    let replica: Replica
    let space: SpaceID
    private var pending: [TextPatch] = []
    private var delivered: [Tip] = []

    init(_ replica: Replica, _ space: SpaceID) {
        self.replica = replica
        self.space = space
    }

    func edit(_ patches: [TextPatch]) { pending += patches }

    /// Writes what was edited as one change.
    func save() throws {
        guard !pending.isEmpty else { return }
        try replica.commit(in: space) { composer in
            let operations = try composer.termsOperations(for: pending)
            try composer.write([.edit(.terms(payload: TextOperation.encoded(operations)))])
        }
        pending = []
    }

    /// The frames that carry what was written since the last call.
    func frames() throws -> [[UInt8]] {
        var frames: [[UInt8]] = [Bundle.magic]
        _ = try Bundle.write(space, after: delivered, from: replica) { frames += [Bundle.prefix($0), $0] }
        let end = Bundle.end(frames: (frames.count - 1) / 2)
        delivered = try replica.tips(of: space)
        return frames + [Bundle.prefix(end), end]
    }

    func take(_ frames: [[UInt8]]) throws {
        var reader = MemoryReader(frames.flatMap { $0 })
        _ = try replica.store.ingestBundle(try OpenedBundle(reading: &reader), by: PeerIdentity(device: replica.device))
    }
}

struct TraceTests {
    @Test(
        "two replicas that edit one draft as two people did, and sync where they did, end equal and with the recorded text",
        .enabled(
            if: FileManager.default.fileExists(atPath: RecordedSession.ofTwo.path), "the recordings are not beside the project"))
    func session() throws {
        let trace = try RecordedSession(packed: RecordedSession.ofTwo)
        let pair = try Pair()
        let authors = pair.both.map { Author($0, pair.space) }
        let merges = trace.merges()
        let handedOver = Set(merges.compactMap { $0 })
        var parcels: [Int: [[UInt8]]] = [:]
        for (index, transaction) in trace.txns.enumerated() {
            let author = authors[transaction.agent]
            if let other = merges[index] {
                try author.save()
                let parcel = parcels.removeValue(forKey: other)
                try author.take(try #require(parcel))
            }
            author.edit(transaction.patches.map(TextPatch.init))
            if handedOver.contains(index) {
                try author.save()
                parcels[index] = try author.frames()
            }
        }
        for author in authors { try author.save() }
        try pair.sync()
        let texts = try pair.both.map { try $0.termsText(of: pair.space) }
        #expect(texts[0] == trace.endContent)
        #expect(texts[1] == trace.endContent)
        let states = try pair.both.map { try $0.contract(pair.space).terms }
        #expect(states[0] == states[1])
        for replica in pair.both { #expect(try replica.doctor().isHealthy) }
    }
}

extension TextPatch {
    fileprivate init(_ recorded: RecordedSession.Patch) {
        self.init(recorded.position, deleting: recorded.deleted, inserting: recorded.inserted)
    }
}
