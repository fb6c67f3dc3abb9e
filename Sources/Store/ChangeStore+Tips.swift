package import Canon
import Foundation
import GRDB
package import Ledger
package import Sync

/// The last changes of a space's logs, and digests of them.
extension ChangeStore {
    package func tips(of space: SpaceID) throws -> [Tip] { try read { try Self.tips(of: space, $0) } }

    /// The last change of each log and of each branch; where a log goes on in branches it does not end.
    static func tips(of space: SpaceID, _ db: Database) throws -> [Tip] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT log.device, line, seq, change.id FROM space JOIN log ON log.space = space.number JOIN change
                    ON change.log = log.number AND seq = (SELECT max(seq) FROM change AS later WHERE later.log = log.number)
                    WHERE space.id = ?
                    """), arguments: [space.data])
        let beginnings = try rows.compactMap { try $0.log().branch }
        let continued = try Set(beginnings.compactMap { try Self.previous(of: $0, db) })
        return try rows.map { row in
            let seq: Int64 = row["seq"]
            return Tip(device: try row.identifier("device"), seq: UInt64(seq), id: try row.identifier("id"))
        }.filter { !continued.contains($0.id) }.sorted()
    }

    /// The change that a stored one names as its device's last.
    static func previous(of change: ChangeID, _ db: Database) throws -> ChangeID? {
        let header = try Data.fetchOne(
            try db.cachedStatement(sql: "SELECT header FROM change WHERE id = ?"), arguments: [change.data])
        return try header.flatMap { try Header(decoding: Array($0)).previous }
    }

    /// The digest of a space's tips, remembered until it grows.
    package func digest(of space: SpaceID) throws -> Bytes32 {
        try read { db in
            let stored = try Data.fetchOne(
                db.cachedStatement(sql: "SELECT digest FROM space WHERE id = ?"), arguments: [space.data])
            return try stored.flatMap { Bytes32($0) } ?? Self.digest(of: space, db)
        }
    }

    private static func digest(of space: SpaceID, _ db: Database) throws -> Bytes32 {
        let tips = try tips(of: space, db)
        return Derivation.sha256(CBORWriter.encode { $0.tips(tips) })
    }

    package func digests(sharedWith peer: PeerIdentity) throws -> [(id: SpaceID, digest: Bytes32)] {
        try rememberDigests()
        return try read { db in
            let keys = peer.provenKeys.map(\.data)
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT id, digest FROM space WHERE ? OR number IN
                        (SELECT space FROM reader WHERE until >= ? AND key IN (\(databaseQuestionMarks(count: keys.count))))
                    """, arguments: [peer.isCarrier, Int64(clock())] + StatementArguments(keys))
            var digests: [(id: SpaceID, digest: Bytes32)] = []
            while let row = try rows.next() {
                let id: SpaceID = try row.identifier(0)
                digests.append((id, try row.bytes32(1) ?? Self.digest(of: id, db)))
            }
            return digests
        }
    }

    /// Works out the digests of all spaces that have grown since they were last asked for.
    private func rememberDigests() throws {
        let isDue = try read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM space WHERE digest IS NULL)") } ?? false
        guard isDue else { return }
        try write { db in
            for row in try Row.fetchAll(db, sql: "SELECT number, id FROM space WHERE digest IS NULL") {
                let digest = try Self.digest(of: try row.identifier("id"), db)
                try db.cachedStatement(sql: "UPDATE space SET digest = ? WHERE number = ?")
                    .execute(arguments: [digest.data, row["number"] as Int64])
            }
        }
    }
}
