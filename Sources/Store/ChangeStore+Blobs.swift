package import Canon
import Foundation
import GRDB
package import Ledger
import Sync

/// Attachments, encrypted and in chunks.
extension ChangeStore {
    package func spacesWithMissingBlobs() throws -> [SpaceID] {
        try read { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT DISTINCT space.id FROM blob JOIN blob_use ON blob_use.blob = blob.number
                        JOIN space ON space.number = blob_use.space WHERE NOT is_complete ORDER BY space.id
                        """)
            ).map { try $0.identifier("id") }
        }
    }

    package func missingBlobs(in space: SpaceID) throws -> [BlobID] { try blobs(in: space, areComplete: false) }

    package func missingChunks(of blob: BlobID) throws -> [Int]? {
        try read { db in
            guard let count = try digests(of: blob, db)?.count else { return nil }
            let here = try Int.fetchSet(
                db, sql: "SELECT ordinal FROM chunk WHERE blob = (SELECT number FROM blob WHERE id = ?)", arguments: [blob.data])
            return (0..<count).filter { !here.contains($0) }
        }
    }

    package func completeBlobs(in space: SpaceID) throws -> [BlobID] { try blobs(in: space, areComplete: true) }

    package func completeBlobs(among blobs: [BlobID]) throws -> [BlobID] {
        guard !blobs.isEmpty else { return [] }
        return try read { db in
            let places = databaseQuestionMarks(count: blobs.count)
            let sql = "SELECT id FROM blob WHERE is_complete AND id IN (\(places))"
            return try Row.fetchAll(db, sql: sql, arguments: StatementArguments(blobs.map(\.data))).map {
                try $0.identifier("id")
            }
        }
    }

    private func blobs(in space: SpaceID, areComplete: Bool) throws -> [BlobID] {
        try read { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT blob.id FROM blob JOIN blob_use ON blob_use.blob = blob.number
                        JOIN space ON space.number = blob_use.space WHERE space.id = ? AND is_complete = ? ORDER BY blob.number
                        """), arguments: [space.data, areComplete]
            ).map { try $0.identifier("id") }
        }
    }

    package func chunkList(of blob: BlobID, in space: SpaceID) throws -> [Bytes32]? {
        try read { db in
            let isHere = try Bool.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT is_complete FROM blob JOIN blob_use ON blob_use.blob = blob.number
                        JOIN space ON space.number = blob_use.space WHERE space.id = ? AND blob.id = ?
                        """), arguments: [space.data, blob.data])
            return isHere == true ? try digests(of: blob, db) : nil
        }
    }

    private func digests(of blob: BlobID, _ db: Database) throws -> [Bytes32]? {
        let data = try Data.fetchOne(db.cachedStatement(sql: "SELECT digests FROM blob WHERE id = ?"), arguments: [blob.data])
        guard let data else { return nil }
        let bytes = Array(data)
        return stride(from: 0, to: bytes.count, by: Bytes32.count).map { Bytes32(bytes.span, at: $0) }
    }

    package func chunk(_ index: Int, of blob: BlobID) throws -> [UInt8]? {
        try read { db in
            try Data.fetchOne(
                db.cachedStatement(
                    sql: "SELECT data FROM chunk WHERE ordinal = ? AND blob = (SELECT number FROM blob WHERE id = ?)"),
                arguments: [index, blob.data])
        }.map { Array($0) }
    }

    package func isComplete(_ blob: BlobID) throws -> Bool {
        try read {
            try Bool.fetchOne($0.cachedStatement(sql: "SELECT is_complete FROM blob WHERE id = ?"), arguments: [blob.data])
        } ?? false
    }

    package func store(chunkList: [Bytes32], of blob: BlobID) throws {
        let data = Data(chunkList.flatMap(\.bytes))
        try write { db in
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO blob (id) VALUES (?)").execute(arguments: [blob.data])
            try db.cachedStatement(sql: "UPDATE blob SET digests = ? WHERE id = ? AND digests IS NULL").execute(arguments: [
                data, blob.data,
            ])
            try limits.checkBlobs(ofSpacesWith: blob, db)
            try completeIfWhole(blob, db)
        }
    }

    /// Stores a chunk after checking it against the list; returns whether the attachment is complete now.
    @discardableResult
    package func store(chunk: [UInt8], at index: Int, of blob: BlobID) throws -> Bool {
        try write { db in
            guard let digests = try digests(of: blob, db), digests.indices.contains(index),
                Derivation.chunkDigest(chunk) == digests[index]
            else { throw SyncError(.badBlob, "A part of the attachment \(blob) is damaged. Sync again to fetch it anew.") }
            try db.cachedStatement(
                sql: "INSERT OR IGNORE INTO chunk (blob, ordinal, data) SELECT number, ?, ? FROM blob WHERE id = ?"
            ).execute(arguments: [index, Data(chunk), blob.data])
            return try completeIfWhole(blob, db)
        }
    }

    @discardableResult
    private func completeIfWhole(_ blob: BlobID, _ db: Database) throws -> Bool {
        try db.cachedStatement(
            sql: """
                UPDATE blob SET is_complete = 1 WHERE id = ? AND digests IS NOT NULL
                AND length(digests) / 32 = (SELECT count(*) FROM chunk WHERE chunk.blob = blob.number)
                """
        ).execute(arguments: [blob.data])
        return db.changesCount > 0
    }
}
