package import Canon
import Foundation
package import GRDB
package import Ledger
package import Sync

/// What a sync session reads from the store.
extension ChangeStore {
    package func incarnation() throws -> Bytes32 {
        guard let data: Data = try read({ try Self.meta("incarnation", $0) }), let incarnation = Bytes32(data) else {
            throw StoreError(.damaged, "The store has lost its incarnation.")
        }
        return incarnation
    }

    package func sequence() throws -> UInt64 {
        // Asked before every frame, and one statement needs no transaction around it to see one state of the file.
        let last = try database.unsafeRead { db in
            try Int64.fetchOne(db.cachedStatement(sql: "SELECT coalesce(max(arrival), 0) FROM change"))
        }
        return UInt64(last ?? 0)
    }

    package func seen(of peer: DeviceID) throws -> StoreCursor? {
        try read { db in
            guard let row = try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM seen WHERE peer = ?"), arguments: [peer.data])
            else {
                return nil
            }
            let incarnation: Data = row["incarnation"]
            let sequence: Int64 = row["sequence"]
            return Bytes32(incarnation).map { StoreCursor(incarnation: $0, sequence: UInt64(sequence)) }
        }
    }

    package func spaces(sharedWith peer: PeerIdentity) throws -> [SpaceID] {
        try read { db in
            if peer.isCarrier { return try allSpaces(db) }
            var spaces = Set<SpaceID>()
            for key in peer.provenKeys {
                let rows = try Row.fetchAll(
                    db.cachedStatement(
                        sql: "SELECT id FROM reader JOIN space ON space.number = reader.space WHERE key = ? AND until >= ?"),
                    arguments: [key.data, Int64(clock())])
                for row in rows { spaces.insert(try row.identifier("id")) }
            }
            return spaces.sorted()
        }
    }

    package func isShared(_ space: SpaceID, with peer: PeerIdentity) throws -> Bool {
        try read { db in
            guard let number = try number(of: space, db) else { return false }
            return try peer.isCarrier
                || peer.provenKeys.contains { key in
                    try Bool.fetchOne(
                        db.cachedStatement(
                            sql: "SELECT EXISTS (SELECT 1 FROM reader WHERE key = ? AND space = ? AND until >= ?)"),
                        arguments: [key.data, number, Int64(clock())]) ?? false
                }
        }
    }

    /// Whether any space here is shared with a device for its own key's sake.
    package func isReader(_ device: DeviceID) throws -> Bool {
        try read {
            try Bool.fetchOne(
                $0.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM reader WHERE key = ? AND until >= ?)"),
                arguments: [device.data, Int64(clock())]) ?? false
        }
    }

    /// Whether the link of an invite to any space here still opens it: its key is the only kind of reader whose time ends.
    package func hasOpenInvite() throws -> Bool {
        try read {
            try Bool.fetchOne(
                $0.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM reader WHERE until >= ? AND until < ?)"),
                arguments: [Int64(clock()), Int64.max]) ?? false
        }
    }

    private func number(of space: SpaceID, _ db: Database) throws -> Int64? {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT number FROM space WHERE id = ?"), arguments: [space.data])
    }

    package func allSpaces(_ db: Database) throws -> [SpaceID] {
        try Row.fetchAll(db.cachedStatement(sql: "SELECT id FROM space ORDER BY id")).map { try $0.identifier("id") }
    }

    package func spaces(changedAfter sequence: UInt64) throws -> [SpaceID] {
        try read { db in
            // By arrival, and sorted here: for the sake of DISTINCT or an order, SQLite would go through the whole of an index.
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT id FROM space WHERE number IN (SELECT DISTINCT space FROM change NOT INDEXED WHERE arrival > ?)
                        """), arguments: [Int64(sequence)]
            ).map { try $0.identifier("id", as: SpaceID.self) }.sorted()
        }
    }

    package func lastTime(in space: SpaceID) throws -> UInt64 {
        try read { db in
            let header = try Data.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT header FROM change WHERE space = (SELECT number FROM space WHERE id = ?)
                        ORDER BY arrival DESC LIMIT 1
                        """), arguments: [space.data])
            return try header.map { try Header(decoding: Array($0)).claimedTime } ?? 0
        }
    }

    package func holds(_ change: ChangeID, in space: SpaceID) throws -> Bool {
        try read { db in
            try Bool.fetchOne(
                db.cachedStatement(
                    sql: "SELECT EXISTS (SELECT 1 FROM change JOIN space ON number = space WHERE change.id = ? AND space.id = ?)"),
                arguments: [change.data, space.data]) ?? false
        }
    }

    package func changes(
        in space: SpaceID, after tips: [Tip], from position: UInt64
    ) throws -> (changes: [Change], next: UInt64)? {
        try read { db in
            guard let number = try number(of: space, db) else { return nil }
            return try Batch.next(in: number, after: tips, from: Int64(position), db)
        }
    }

    /// Replaces what is known of a peer's holdings in these spaces.
    package func remember(held: [SpaceID: [Tip]], seen: StoreCursor?, of peer: DeviceID) throws {
        let now = Int64(clock())
        try write { db in
            for (space, tips) in held {
                guard let number = try number(of: space, db) else { continue }
                try db.cachedStatement(sql: "DELETE FROM held WHERE peer = ? AND space = ?").execute(arguments: [
                    peer.data, number,
                ])
                for tip in tips {
                    try db.cachedStatement(
                        sql: "INSERT OR REPLACE INTO held (peer, space, device, seq, time) VALUES (?, ?, ?, ?, ?)"
                    ).execute(arguments: [peer.data, number, tip.device.data, Int64(tip.seq), now])
                }
            }
            guard let seen else { return }
            try db.cachedStatement(
                sql: """
                    INSERT INTO seen (peer, incarnation, sequence) VALUES (?, ?, ?)
                    ON CONFLICT (peer) DO UPDATE SET incarnation = excluded.incarnation, sequence = excluded.sequence
                    """
            ).execute(arguments: [peer.data, seen.incarnation.data, Int64(seen.sequence)])
        }
    }

    package func store(_ receipt: Receipt) throws {
        let signed = Data(CBORWriter.encode { receipt.write(to: &$0) })
        try write { db in
            for change in receipt.changes {
                try db.cachedStatement(
                    sql: """
                        INSERT OR IGNORE INTO receipt (relay, change, time, signed)
                        SELECT ?, id, ?, ? FROM change WHERE id = ?
                        """
                ).execute(arguments: [receipt.relay.data, Int64(receipt.time), signed, change.data])
            }
        }
    }
}
