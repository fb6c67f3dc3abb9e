import Canon
import Foundation
import GRDB
import Ledger
import Store

/// Whether a replica's file is the one that its device has always written to.
public enum Whereabouts: String, Codable, Hashable, Sendable {
    case home
    /// A copy, or restored from a backup: wherever it came from, the same device may have gone on.
    ///
    /// It is read and not written to, since two changes with one number look like a forgery.
    case copied
}

extension Whereabouts {
    /// Compares a file with the place where a device first wrote to it, which is noted if the device is new here.
    ///
    /// So a device is at home in one place for good. A copy is written to again by a new device alone.
    init(of device: DeviceID, at place: Place?, in store: ChangeStore) throws {
        // The file of a newer program is written to by nobody here, and its tables may be others.
        guard let here = place?.digest, (try? store.requireWritable()) != nil else {
            self = .home
            return
        }
        func known(_ db: Database) throws -> Data? {
            try Data.fetchOne(db.cachedStatement(sql: "SELECT place FROM home WHERE device = ?"), arguments: [device.data])
        }
        let home =
            try store.read(known)
            ?? store.write { db in
                try db.cachedStatement(sql: "INSERT OR IGNORE INTO home (device, place) VALUES (?, ?)").execute(arguments: [
                    device.data, Data(here.bytes),
                ])
                return try known(db)
            }
        self = home == Data(here.bytes) ? .home : .copied
    }
}

/// Lets no transaction into a copy, whatever started it: SQLite asks before each commit.
final class CopyGuard: TransactionObserver {
    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseDidCommit(_ db: Database) {}
    func databaseDidRollback(_ db: Database) {}
    func databaseWillCommit() throws { throw ReplicaError.copied }
}

extension ReplicaError {
    static let copied = ReplicaError(
        .copied,
        "This replica was copied or restored from a backup, so it can be read but not changed: where it came from, the same device "
            + "may have gone on. Run `handsel device renew` to go on here as a new device.")
}

extension Replica {
    /// Throws if this is a copy; for whatever would begin with something else than writing, such as a connection.
    package func requireHome() throws { if whereabouts == .copied { throw ReplicaError.copied } }
}
