import Foundation
import GRDB
import Replica
import Store

/// The raw limit of what a replica writes: the same rows into the same tables with the same indexes, signed, sealed and judged by nobody.
struct PlainSQLite {
    private struct Write {
        let sql: String
        let arguments: StatementArguments

        init(sql: String, arguments: StatementArguments) { (self.sql, self.arguments) = (sql, arguments) }

        init(_ row: Row, to table: String) {
            self.init(
                sql: "INSERT INTO \(table) VALUES (\(databaseQuestionMarks(count: row.count)))",
                arguments: StatementArguments(row.databaseValues))
        }
    }

    /// What belongs to each change, in order of arrival.
    private var writes: [[Write]] = []

    /// Tables with a row for each message, and the column that names its change.
    private static let tables = [
        ("change", "id"), ("register", "change"), ("message_row", "change"), ("wording", "change"), ("search_row", "item"),
    ]

    /// Reads what the file at `path` has and that at `base` has not.
    init(rowsOf path: String, beyond base: String) throws {
        let before = try DatabaseQueue(path: base).read { try Int64.fetchOne($0, sql: "SELECT max(arrival) FROM change") ?? 0 }
        writes = try DatabaseQueue(path: path).read { db in
            let ids = try Data.fetchAll(db, sql: "SELECT id FROM change WHERE arrival > ? ORDER BY arrival", arguments: [before])
            return try ids.map { id in
                var writes = try Self.tables.flatMap { table, column in
                    try Row.fetchAll(db.cachedStatement(sql: "SELECT * FROM \(table) WHERE \(column) = ?"), arguments: [id])
                        .map { Write($0, to: table) }
                }
                writes.append(Write(sql: "UPDATE space SET bytes = bytes + 1 WHERE number = 1", arguments: []))
                return writes
            }
        }
    }

    /// Reads everything that is in the file at `path` and came with changes, each table in the order of its keys.
    init(everythingIn path: String) throws {
        writes = try DatabaseQueue(path: path).read { db in
            let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM change") ?? 0
            var writes: [[Write]] = Array(repeating: [], count: count)
            for table in ["space", "log", "change", "reader"] + Schema.foldedTables.map(\.name) {
                let rows = try Row.fetchAll(db, sql: "SELECT * FROM \(table)")
                for (index, row) in rows.enumerated() {
                    writes[["space", "log"].contains(table) ? 0 : index * count / rows.count].append(Write(row, to: table))
                }
            }
            return writes
        }
    }

    /// Writes all of it to a copy of the base; returns the seconds that took.
    func write(to path: String, batch: Int) throws -> Double {
        var configuration = Configuration()
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
        let database = try DatabasePool(path: path, configuration: configuration)
        return try database.writeWithoutTransaction { db in
            let start = ContinuousClock.now
            for first in stride(from: 0, to: writes.count, by: batch) {
                try db.inTransaction(.immediate) {
                    for write in writes[first..<min(first + batch, writes.count)].joined() {
                        try db.cachedStatement(sql: write.sql).execute(arguments: write.arguments)
                    }
                    return .commit
                }
            }
            return start.duration(to: .now).seconds
        }
    }
}
