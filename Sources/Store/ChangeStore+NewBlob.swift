import Canon
import Foundation
import GRDB
package import Ledger
import Sync

extension ChangeStore {
    /// Stores a new attachment from its sealed chunks, which `next` hands out until it returns nil.
    ///
    /// It is stored before the change that names it, so that no change names what its author does not have.
    package func addBlob(_ next: () throws -> [UInt8]?) throws -> BlobID {
        try write { db in
            var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
            try db.cachedStatement(sql: "INSERT INTO blob (id, is_complete) VALUES (?, 0)").execute(arguments: [
                Bytes32.random(using: &generator).data
            ])
            let number = db.lastInsertedRowID
            var digests: [Bytes32] = []
            while let chunk = try next() {
                guard digests.count < SyncLimits.chunks else {
                    throw StoreError(.quota, "The file is too large to attach.")
                }
                try db.cachedStatement(sql: "INSERT INTO chunk (blob, ordinal, data) VALUES (?, ?, ?)")
                    .execute(arguments: [number, digests.count, Data(chunk)])
                digests.append(Derivation.chunkDigest(chunk))
            }
            let blob = Derivation.blobID(chunks: digests)
            try db.cachedStatement(sql: "UPDATE blob SET id = ?, digests = ?, is_complete = 1 WHERE number = ?").execute(
                arguments: [blob.data, Data(digests.flatMap(\.bytes)), number])
            return blob
        }
    }
}
