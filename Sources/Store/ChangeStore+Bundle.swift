import Canon
import GRDB
import Ledger
package import Sync

/// Taking a bundle: the same admission as for a peer's frames, in one transaction for the whole file.
extension ChangeStore {
    /// Admits the changes of a bundle: all those of the spaces that this store takes, or nothing.
    ///
    /// Whoever holds the file may hand it over, so only the keeper's own rule applies; other people's spaces are passed over.
    package func ingestBundle(_ bundle: OpenedBundle, by peer: PeerIdentity) throws -> Ingested {
        try write { db in
            var all: [ChangeID] = []
            var known = 0
            var isAnyTaken = false
            for space in bundle.spaceIDs {
                try db.inSavepoint {
                    let view = try self.view(of: space, db)
                    let changes = bundle.changes(of: space)
                    let build = try keeper.receive(changes.map(\.value), in: view)
                    let result = try admit(changes, into: view)
                    guard try keeper.takes(view, from: peer) else {
                        memo.drop(space)
                        return .rollback
                    }
                    try build(result.admitted)
                    isAnyTaken = true
                    all += result.admitted.map(\.change.id)
                    known += result.known
                    return .commit
                }
            }
            guard isAnyTaken else {
                throw StoreError(.unwanted, "The bundle holds no space of this replica, so nothing was taken from it.")
            }
            return Ingested(admitted: all, known: known)
        }
    }

    /// Takes the attachments that a bundle carries and a space here names; returns how many are complete now that were not.
    package func takeBlobs(of bundle: OpenedBundle, from reader: inout some BundleReader) throws -> Int {
        var wanted = Set<BlobID>()
        for space in bundle.spaceIDs { wanted.formUnion(try missingBlobs(in: space)) }
        for (blob, digests) in bundle.chunkLists where wanted.contains(blob) { try store(chunkList: digests, of: blob) }
        var completed = 0
        try OpenedBundle.forEachChunk(in: &reader) { blob, index, bytes in
            if wanted.contains(blob), try store(chunk: bytes, at: index, of: blob) { completed += 1 }
        }
        return completed
    }
}
