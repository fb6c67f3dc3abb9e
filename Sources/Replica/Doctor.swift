import Foundation
import GRDB
import Ledger
import Store

/// One row of a folded table that is not what the changes say.
public struct DamagedRow: Codable, Hashable, Sendable {
    public let table: String
    /// The row's key, each column with its value.
    public let key: String
    /// `missing`, `unexpected` or `different`.
    public let problem: String
}

/// What a check of the replica found.
public struct DoctorReport: Codable, Hashable, Sendable {
    public let spaces: Int
    public let changes: Int
    /// Rows of folded tables that were compared.
    public let rows: Int
    public let damaged: [DamagedRow]
    /// Whether the search index agreed with its rows.
    public let isSearchSound: Bool
    /// What SQLite's own check says; `ok` if the file is sound.
    public let file: String

    public var isHealthy: Bool { damaged.isEmpty && isSearchSound && file == "ok" }
}

extension Replica {
    /// Folds all changes anew in a file beside this one, compares every folded row, and puts right what differs.
    ///
    /// The write lock is held from before the changes are read until the rows are replaced, so that nothing written meanwhile by
    /// another process is taken for damage.
    package func doctor() throws -> DoctorReport {
        try store.requireWritable()
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("handsel-doctor-\(UUID().uuidString)")
        // What is folded is readable, so nobody else may look into the folder, even if it stays behind.
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appendingPathComponent("rebuilt.sqlite").path
        let rebuilt = try Replica(path: path, keys: keys, clock: store.clock)
        let check = try store.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") } ?? "no answer"
        return try attach(path, as: "rebuilt") { db in
            try db.execute(sql: "UPDATE main.durable SET arrival = arrival")
            try rebuilt.rebuild(from: store.database.path)
            return try Self.compareAndRepair(db, fileCheck: check)
        }
    }

    /// What is folded is folded from these, and with the same local numbers, so that rows can be compared.
    private static let sourceTables = ["space", "log", "change", "numbered", "identity", "invite_held"]

    /// Copies the changes of another replica and folds them.
    private func rebuild(from source: String) throws {
        try attach(source, as: "source") { db in
            for table in Self.sourceTables { try db.execute(sql: "INSERT INTO main.\(table) SELECT * FROM source.\(table)") }
        }
        try store.write(foldAll)
    }

    private func foldAll(_ db: Database) throws {
        for space in try store.allSpaces(db) { try SpaceFold(try store.view(of: space, db), keys: keys, cache: cache).refold() }
    }

    /// Folds everything anew if an earlier version folded it into another form.
    func foldIfDue() throws {
        // What a newer version wrote is left to it.
        guard (try? store.requireWritable()) != nil,
            try store.read({ db in try ChangeStore.meta(Schema.foldDue, db) as Int? }) != nil
        else { return }
        try store.write { db in
            try foldAll(db)
            try db.execute(sql: "DELETE FROM meta WHERE key = ?", arguments: [Schema.foldDue])
        }
    }

    /// Runs `body` in a transaction that sees another file too, in a turn to write.
    private func attach<Value>(_ path: String, as name: String, _ body: (Database) throws -> Value) throws -> Value {
        try store.inTurn { db in
            try db.execute(sql: "ATTACH DATABASE ? AS \(name)", arguments: [path])
            defer { try? db.execute(sql: "DETACH DATABASE \(name)") }
            var value: Value?
            try db.inTransaction(.deferred) {
                value = try body(db)
                return .commit
            }
            guard let value else { throw ReplicaError(.damaged, "The check ended without a result.") }
            return value
        }
    }

    private static func compareAndRepair(_ db: Database, fileCheck: String) throws -> DoctorReport {
        var damaged: [DamagedRow] = []
        var rows = 0
        for table in Schema.foldedTables {
            damaged += try differences(table.name, key: table.key, db)
            rows += try Int.fetchOne(db, sql: "SELECT count(*) FROM rebuilt.\(table.name)") ?? 0
        }
        let isSearchSound = isSearchSound(db)
        for name in Set(damaged.map(\.table)).sorted() { try replace(name, db) }
        if !isSearchSound || !damaged.isEmpty {
            try db.execute(sql: "INSERT INTO search_index (search_index) VALUES ('rebuild')")
        }
        return DoctorReport(
            spaces: try Int.fetchOne(db, sql: "SELECT count(*) FROM main.space") ?? 0,
            changes: try Int.fetchOne(db, sql: "SELECT count(*) FROM main.change") ?? 0, rows: rows, damaged: damaged,
            isSearchSound: isSearchSound, file: fileCheck)
    }

    /// Columns that carry meaning; the number of a search row is local.
    private static func columns(of table: String, _ db: Database) throws -> [String] {
        try db.columns(in: table, in: "main").map(\.name).filter { !(table == "search_row" && $0 == "number") }
    }

    private static func differences(_ table: String, key: [String], _ db: Database) throws -> [DamagedRow] {
        let columns = try columns(of: table, db).joined(separator: ", ")
        let keys = key.joined(separator: ", ")
        func keysOnly(in first: String, butNotIn second: String) throws -> Set<String> {
            let rows = try Row.fetchAll(
                db,
                sql:
                    "SELECT \(keys) FROM (SELECT \(columns) FROM \(first).\(table) EXCEPT SELECT \(columns) FROM \(second).\(table))"
            )
            return Set(rows.map(describe))
        }
        let wrong = try keysOnly(in: "main", butNotIn: "rebuilt")
        let right = try keysOnly(in: "rebuilt", butNotIn: "main")
        return wrong.union(right).sorted().map { key in
            let problem = wrong.contains(key) ? (right.contains(key) ? "different" : "unexpected") : "missing"
            return DamagedRow(table: table, key: key, problem: problem)
        }
    }

    private static func describe(_ row: Row) -> String {
        row.map { column, value in
            switch value.storage {
            case .blob(let data): "\(column) \(data.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())"
            default: "\(column) \(value)"
            }
        }.joined(separator: ", ")
    }

    private static func replace(_ table: String, _ db: Database) throws {
        let columns = try columns(of: table, db).joined(separator: ", ")
        try db.execute(sql: "DELETE FROM main.\(table)")
        try db.execute(sql: "INSERT INTO main.\(table) (\(columns)) SELECT \(columns) FROM rebuilt.\(table)")
    }

    /// FTS5's own check of the index against the rows that it indexes.
    private static func isSearchSound(_ db: Database) -> Bool {
        do {
            try db.execute(sql: "INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)")
            return true
        } catch { return false }
    }
}
