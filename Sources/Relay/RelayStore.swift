import Canon
import Foundation
package import Ledger
package import Store
package import Sync

/// A relay's store: what every store is, and receipts, and word to the other connections when something came in.
package struct RelayStore: StoreBacked {
    package let store: ChangeStore
    package let key: SigningKey
    package let ticks: Ticks

    /// A relay takes every space that somebody on its roster sends, and builds nothing on it.
    private struct Keeper: ChangeStore.Keeper {
        func takes(_ view: SpaceView, from peer: PeerIdentity) throws -> Bool { true }
        func receive(_ changes: [Change], in view: SpaceView) -> ([ChangeStore.Admitted]) throws -> Void { { _ in } }
    }

    package init(
        path: String, key: SigningKey, limits: RelayLimits, clock: @escaping @Sendable () -> UInt64,
        randomness: @Sendable () -> any RandomNumberGenerator = { SystemRandomNumberGenerator() }
    ) throws {
        store = try ChangeStore(path: path, keeper: Keeper(), limits: limits.store, clock: clock, randomness: randomness)
        self.key = key
        ticks = Ticks()
    }

    package func ingest(_ changes: [Verified<Change>], in space: SpaceID, from peer: PeerIdentity) throws -> Ingested {
        let ingested = try store.ingest(changes, in: space, from: peer)
        if !ingested.admitted.isEmpty { ticks.fire() }
        return ingested
    }

    package func store(chunk: [UInt8], at index: Int, of blob: BlobID) throws -> Bool {
        let isComplete = try store.store(chunk: chunk, at: index, of: blob)
        if isComplete { ticks.fire() }
        return isComplete
    }

    /// Signed only once a loss of power cannot take the changes back.
    package func receipt(for changes: [ChangeID]) throws -> Receipt? {
        try store.makeDurable(through: store.sequence())
        return try Receipt(by: key, incarnation: try store.incarnation(), time: store.clock(), changes: changes)
    }
}
