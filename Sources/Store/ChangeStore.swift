import Canon
import Foundation
package import GRDB
package import Ledger
package import Sync
import Synchronization

/// Changes and attachments in one SQLite file, for a replica and for a relay alike.
///
/// What is built on the changes (a replica's folds) is told of them in the transaction that stores them.
package struct ChangeStore: Sendable {
    /// What a store does beyond keeping changes.
    package protocol Keeper: Sendable {
        /// Whether a space is taken from `peer`; judged by its roster once the peer's changes are folded.
        func takes(_ view: SpaceView, from peer: PeerIdentity) throws -> Bool
        /// Begins what can be done before it is known which of a peer's changes are admitted.
        ///
        /// What comes back is called with those that were, in the same transaction, and builds on them.
        func receive(_ changes: [Change], in view: SpaceView) throws -> ([Admitted]) throws -> Void
    }

    /// One change that was just stored.
    package struct Admitted: Sendable {
        package let change: Change
        package let placement: Placement

        package init(change: Change, placement: Placement) {
            self.change = change
            self.placement = placement
        }
    }

    package let database: DatabasePool
    package let keeper: any Keeper
    package let limits: StoreLimits
    package let clock: @Sendable () -> UInt64
    let memo = SpaceMemo()
    private let turn: WriteTurn
    private let survival = Survival()
    /// Why nothing is written: a newer program has made the file.
    ///
    /// It can still be read.
    private let newerSchema: StoreError?

    /// How long a write waits for another process.
    private static let busyTimeout: TimeInterval = 30

    /// Opens or creates the file.
    ///
    /// `clock` gives milliseconds since 1970 UTC.
    package init(
        path: String, keeper: any Keeper, schemas: [Schema] = [], limits: StoreLimits = StoreLimits(),
        clock: @escaping @Sendable () -> UInt64,
        randomness: @Sendable () -> any RandomNumberGenerator = { SystemRandomNumberGenerator() }
    ) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(Self.busyTimeout)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        turn = try WriteTurn(of: path, patience: Self.busyTimeout)
        // GRDB begins the log where there is none, which is a commit too.
        database = try turn.take { try DatabasePool(path: path, configuration: configuration) }
        self.keeper = keeper
        self.limits = limits
        self.clock = clock
        let known = [Schema.store] + schemas
        newerSchema = try database.read { db in try known.lazy.compactMap { try $0.refusalIfNewer(db) }.first }
        guard newerSchema == nil else { return }
        try write { db in
            for schema in known { try schema.migrate(db) }
        }
        var generator = randomness()
        try rollIncarnationIfCopied(path: path, using: &generator)
    }

    /// One transaction that holds the write lock from its start, so that a sequence number is used once.
    package func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try requireWritable()
        return try immediately(body)
    }

    /// Throws if the file is one that this program only reads.
    package func requireWritable() throws { if let newerSchema { throw newerSchema } }

    private func immediately<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try inTurn { db in
            var result: Value?
            var isCommitted = false
            defer { memo.end(isCommitted: isCommitted) }
            try db.inTransaction(.immediate) {
                result = try body(db)
                return .commit
            }
            isCommitted = true
            guard let result else { throw StoreError(.damaged, "A transaction ended without a result.") }
            return result
        }
    }

    /// The connection that writes, while no other process writes.
    package func inTurn<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try database.writeWithoutTransaction { db in try turn.take { try body(db) } }
    }

    package func read<Value>(_ body: (Database) throws -> Value) throws -> Value { try database.read(body) }

    /// One space as it is within a transaction of this store.
    package func view(of space: SpaceID, _ db: Database) throws -> SpaceView { try SpaceView(space, db, memo: memo) }
}

extension ChangeStore {
    package static func meta<Value: DatabaseValueConvertible>(_ key: String, _ db: Database) throws -> Value? {
        try Value.fetchOne(db.cachedStatement(sql: "SELECT value FROM meta WHERE key = ?"), arguments: [key])
    }

    package static func setMeta(_ key: String, _ value: (any DatabaseValueConvertible)?, _ db: Database) throws {
        try db.cachedStatement(
            sql: "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        ).execute(arguments: [key, value])
    }

    /// A copied or restored file, or one that lost power, may have forgotten what peers saw of it: it becomes a new incarnation.
    private func rollIncarnationIfCopied(path: String, using generator: inout any RandomNumberGenerator) throws {
        // Another boot, because a loss of power forgets what was not synced.
        let boot = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""
        let place = try Place(of: path).digest
        let identity = "\(boot.trimmingCharacters(in: .whitespacesAndNewlines)) \(TextForm.encode(prefix: "place", place.bytes))"
        if try read({ try Self.meta("identity", $0) as String? }) == identity { return }
        let incarnation = Bytes32.random(using: &generator)
        try write { db in
            try Self.setMeta("identity", identity, db)
            try Self.setMeta("incarnation", Data(incarnation.bytes), db)
        }
    }

    /// Makes what has arrived up to `sequence`, and with it all commits so far, survive a loss of power.
    ///
    /// A NORMAL commit may be lost, and a change that was sent and then lost would make its device sign another with the same
    /// number, which looks like a forgery. One FULL commit that writes a row also syncs the frames of earlier ones. It is left
    /// out where so much has survived already; with no `sequence` it is not, for rows that no change stands for.
    package func makeDurable(through sequence: UInt64? = nil) throws {
        try requireWritable()
        // Mostly this process knows, and has not to wait for whoever writes.
        if let sequence, survival.covers(sequence) { return }
        try inTurn { db in
            let last = try Int64.fetchOne(db.cachedStatement(sql: "SELECT coalesce(max(arrival), 0) FROM change")) ?? 0
            let survivor = try Int64.fetchOne(db.cachedStatement(sql: "SELECT arrival FROM durable")) ?? 0
            if let sequence, survivor >= Int64(clamping: sequence) { return survival.note(survivor) }
            try db.execute(sql: "PRAGMA synchronous = FULL")
            defer { try? db.execute(sql: "PRAGMA synchronous = NORMAL") }
            try db.inTransaction(.immediate) {
                // To write what is there already alters no page, and a commit that alters none syncs nothing.
                for arrival in [-1, last] {
                    try db.cachedStatement(sql: "UPDATE durable SET arrival = ?").execute(arguments: [arrival])
                }
                return .commit
            }
            survival.note(last)
        }
    }
}

/// Up to which arrival all changes of a file are known to survive a loss of power.
private final class Survival: Sendable {
    private let arrival = Mutex<Int64>(0)

    func covers(_ sequence: UInt64) -> Bool { arrival.withLock { $0 >= Int64(clamping: sequence) } }

    func note(_ arrival: Int64) { self.arrival.withLock { $0 = max($0, arrival) } }
}
