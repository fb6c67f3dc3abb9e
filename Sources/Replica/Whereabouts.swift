import Canon
import FileBirth
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

/// Where a file lies: on which machine, in which file system, and which file it is there.
///
/// A file that is renamed within its file system stays the same; a copy is another. What cannot be told apart: a file whose
/// content is overwritten in place by that of a backup, and a whole disk that is copied with its machine id.
package struct Place: Sendable {
    let digest: Bytes32

    package init(of path: String) throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let number = attributes[.systemFileNumber] as? UInt64 ?? 0
        // File systems give the number of a removed file to the next one, such as the backup that takes its place. Foundation's
        // date of creation is that of the last change here.
        let birth = handsel_file_birth(path)
        // Not the device's number, which may be another after a restart.
        var volume = statvfs()
        guard birth >= 0, statvfs(path, &volume) == 0 else {
            throw ReplicaError(.damaged, "The file system of \(path) cannot be asked what it is. Check the disk.")
        }
        let machine = (try? String(contentsOfFile: Self.machineIdentity, encoding: .utf8)) ?? ""
        let place = "\(machine.filter { !$0.isWhitespace }) \(volume.f_fsid) \(number) \(birth)"
        digest = Derivation.sha256(Array("handsel/place/1 \(place)".utf8))
    }

    /// See machine-id(5), which asks that it be published as a hash alone.
    private static let machineIdentity = "/etc/machine-id"
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
