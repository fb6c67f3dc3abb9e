import Canon
import Foundation
import GRDB
package import Ledger
import Store

/// The timer that runs on this device.
package struct RunningTimer: Sendable {
    package let space: SpaceID
    package let started: UInt64
    package let memo: String

    package init(space: SpaceID, started: UInt64, memo: String) {
        self.space = space
        self.started = started
        self.memo = memo
    }
}

/// Where a peer or a relay is reached.
package struct SavedAddress: Sendable {
    package let url: String
    package let name: String
    package let isRelay: Bool
    package let lastSync: UInt64?
    package let lastError: String?
}

/// What this device alone knows: addresses, links, the timer.
extension Replica {
    package func timer() throws -> RunningTimer? {
        try store.read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT * FROM timer") else { return nil }
            let started: Int64 = row["started"]
            return RunningTimer(space: try row.identifier("space"), started: UInt64(started), memo: row["memo"])
        }
    }

    package func setTimer(_ timer: RunningTimer?) throws {
        try store.write { db in
            try db.execute(sql: "DELETE FROM timer")
            guard let timer else { return }
            try db.cachedStatement(sql: "INSERT INTO timer (id, space, started, recorded, memo) VALUES (1, ?, ?, 0, ?)").execute(
                arguments: [timer.space.data, Int64(timer.started), timer.memo])
        }
    }

    package func addresses() throws -> [SavedAddress] {
        try store.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM address ORDER BY is_relay DESC, name, url").map { row in
                let lastSync: Int64? = row["last_sync"]
                return SavedAddress(
                    url: row["url"], name: row["name"], isRelay: row["is_relay"], lastSync: lastSync.map { UInt64($0) },
                    lastError: row["last_error"])
            }
        }
    }

    package func saveAddress(_ url: String, name: String, isRelay: Bool) throws {
        try store.write {
            try $0.execute(
                sql: """
                    INSERT INTO address (url, name, is_relay) VALUES (?, ?, ?)
                    ON CONFLICT (url) DO UPDATE SET name = excluded.name
                    """, arguments: [url, name, isRelay])
        }
    }

    package func removeAddress(_ url: String) throws {
        try store.write { try $0.execute(sql: "DELETE FROM address WHERE url = ?", arguments: [url]) }
    }

    /// Notes when an address was last in step, or why it could not be reached.
    package func noteSync(_ url: String, error: String?) throws {
        let now = Int64(store.clock())
        try store.write {
            try $0.execute(
                sql: """
                    UPDATE address SET last_error = ?, last_sync = CASE WHEN ? IS NULL THEN ? ELSE last_sync END WHERE url = ?
                    """, arguments: [error, error, now, url])
        }
    }

    /// Links taken up whose join is not through yet.
    package func heldInvites() throws -> [(space: SpaceID, secret: InviteSecret, link: String)] {
        try store.read { db in
            try Row.fetchAll(db.cachedStatement(sql: "SELECT * FROM invite_held")).compactMap { row in
                let secret: Data = row["secret"]
                guard let invite = InviteSecret(secret: Array(secret)) else { return nil }
                return (try row.identifier("space"), invite, row["link"])
            }
        }
    }

    package func holdInvite(_ secret: InviteSecret, to space: SpaceID, link: String) throws {
        try store.write {
            try $0.execute(
                sql: "INSERT OR REPLACE INTO invite_held (space, secret, link) VALUES (?, ?, ?)",
                arguments: [space.data, Data(secret.secret), link])
        }
    }

    package func dropInvite(to space: SpaceID) throws {
        try store.write { try $0.execute(sql: "DELETE FROM invite_held WHERE space = ?", arguments: [space.data]) }
    }

    package func madeInvites() throws -> [ChangeID: String] {
        try store.read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT * FROM invite_made")
            return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.identifier("invite"), $0["link"]) })
        }
    }

    package func keepInvite(_ invite: ChangeID, to space: SpaceID, link: String) throws {
        try store.write {
            try $0.execute(
                sql: "INSERT OR REPLACE INTO invite_made (invite, space, link) VALUES (?, ?, ?)",
                arguments: [invite.data, space.data, link])
        }
    }

    /// Changes of a space that a peer is not known to hold, and the changes here.
    package func syncState(of space: SpaceID) throws -> (changes: Int, unsent: [DeviceID: Int], receipts: Int) {
        try store.read { db in
            guard
                let number = try Int64.fetchOne(
                    db.cachedStatement(sql: "SELECT number FROM space WHERE id = ?"), arguments: [space.data])
            else {
                return (0, [:], 0)
            }
            let total =
                try Int.fetchOne(db.cachedStatement(sql: "SELECT count(*) FROM change WHERE space = ?"), arguments: [number]) ?? 0
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT p.peer, (SELECT count(*) FROM change c JOIN log l ON l.number = c.log
                            LEFT JOIN held h ON h.peer = p.peer AND h.space = c.space AND h.device = l.device
                            WHERE c.space = ? AND (h.seq IS NULL OR c.seq > h.seq)) AS unsent
                        FROM (SELECT DISTINCT peer FROM held WHERE space = ?) p
                        """), arguments: [number, number])
            let receipts = try Int.fetchOne(
                db.cachedStatement(
                    sql: "SELECT count(DISTINCT r.change) FROM receipt r JOIN change c ON c.id = r.change WHERE c.space = ?"),
                arguments: [number])
            return (
                total, Dictionary(uniqueKeysWithValues: try rows.map { (try $0.identifier("peer"), $0["unsent"]) }), receipts ?? 0
            )
        }
    }
}
