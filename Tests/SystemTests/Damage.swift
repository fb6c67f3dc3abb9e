import Foundation
import Support

/// Damage done to a replica's folded tables on purpose, behind the program's back.
struct Damage {
    enum Kind: String, CaseIterable {
        case deleted = "missing"
        case changed = "different"
        case inserted = "unexpected"
    }

    /// A folded table, with a column that is no part of its key.
    private struct Table {
        let name: String
        let key: [String]
        let column: String
    }

    private static let tables = [
        Table(name: "roster_row", key: ["space", "device"], column: "role"),
        Table(name: "member_row", key: ["space", "person"], column: "role"),
        Table(name: "epoch_key", key: ["space", "epoch", "audience"], column: "key"),
        Table(name: "disclosed_key", key: ["space", "change"], column: "key"),
        Table(name: "held_back", key: ["space", "change", "ordinal"], column: "reason"),
        Table(name: "act", key: ["space", "lamport", "device", "change", "ordinal"], column: "payload"),
        Table(name: "contract_row", key: ["space"], column: "title"),
        Table(name: "milestone_row", key: ["space", "number"], column: "amount"),
        Table(
            name: "register", key: ["space", "kind", "item", "lamport", "device", "change", "ordinal"], column: "value"),
        Table(name: "name_row", key: ["space", "person"], column: "name"),
        Table(name: "diary_entry", key: ["space", "slot", "device", "log"], column: "activity"),
        Table(name: "memo_row", key: ["space", "slot", "device"], column: "text"),
        Table(name: "message_row", key: ["space", "lamport", "device", "change", "ordinal"], column: "text"),
        Table(name: "wording", key: ["space", "message", "lamport", "device", "change", "ordinal"], column: "text"),
        Table(name: "statement_row", key: ["space", "hash"], column: "text"),
        Table(name: "file_row", key: ["space", "lamport", "device", "change", "ordinal", "position"], column: "name"),
        Table(name: "terms_row", key: ["space"], column: "state"),
        Table(name: "search_row", key: ["space", "kind", "item"], column: "text"),
    ]

    static let tableNames = tables.map(\.name)

    /// Tables of the file that are not folded: the changes, what is local, and what SQLite and its index keep; and the numbers by
    /// which rows of other tables go, which would be named, too.
    private static let others = [
        "meta", "space", "log", "change", "numbered", "reader", "blob", "chunk", "blob_use", "seen", "held", "receipt", "durable",
        "identity", "invite_made", "invite_held", "address", "timer", "bank_entry", "bank_balance", "bank_order", "bank_file",
        "home",
    ]

    let replica: URL
    var generator: SeededGenerator

    /// Harms one row of every folded table in one transaction; returns what a check has to name.
    mutating func harm(_ kind: Kind) async throws -> Set<DoctorAnswer.Row> {
        guard let space = try await SQLite.query(replica, "SELECT hex(space) FROM contract_row").first else {
            throw Unexpected("there is no contract to damage")
        }
        var expected: Set<DoctorAnswer.Row> = []
        var statements = ["BEGIN IMMEDIATE"]
        for table in Self.tables {
            guard let (statement, key) = try await harm(table, kind, in: space) else { continue }
            statements.append(statement)
            expected.insert(DoctorAnswer.Row(table: table.name, key: key, problem: kind.rawValue))
        }
        try await SQLite.query(replica, (statements + ["COMMIT"]).joined(separator: ";\n"))
        return expected
    }

    /// Folded tables that are unknown here, and so would go without damage.
    func tablesWithoutDamage() async throws -> [String] {
        let all = try await SQLite.query(
            replica,
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search_index%' AND name NOT LIKE 'sqlite_%'")
        return all.filter { name in !Self.others.contains(name) && !Self.tables.contains { $0.name == name } }
    }

    /// Makes the full-text index forget a row that it should have.
    func harmSearchIndex() async throws {
        try await SQLite.query(
            replica,
            """
            INSERT INTO search_index (search_index, rowid, text)
                SELECT 'delete', number, text FROM search_row WHERE kind = 'message' LIMIT 1
            """)
    }

    /// The statement that harms one row of a table, and the row's key as the check prints it; nil if the table has no row.
    private mutating func harm(_ table: Table, _ kind: Kind, in space: String) async throws -> (sql: String, key: String)? {
        if kind == .inserted { return try await insertion(into: table, in: space) }
        let count = try await SQLite.number(replica, "SELECT count(*) FROM \(table.name)")
        guard count > 0 else { return nil }
        let keys = table.key.joined(separator: ", ")
        let row = "FROM \(table.name) ORDER BY \(keys) LIMIT 1 OFFSET \(generator.pick(0..<count))"
        let key = try await SQLite.query(replica, "SELECT \(Self.description(of: table.key)) \(row)")
        let place = "WHERE (\(keys)) = (SELECT \(keys) \(row))"
        let types = try await SQLite.query(
            replica, "SELECT type FROM pragma_table_info('\(table.name)') WHERE name = '\(table.column)'")
        // A column that is empty gets what its type allows: the tables are strict.
        let filling = ["INTEGER": "1", "TEXT": "'indeed'"][types.first ?? ""] ?? "randomblob(32)"
        let change = """
            \(table.column) = CASE typeof(\(table.column)) WHEN 'text' THEN \(table.column) || ' indeed'
                WHEN 'integer' THEN \(table.column) + 1 WHEN 'blob' THEN randomblob(32) ELSE \(filling) END
            """
        let sql = kind == .deleted ? "DELETE FROM \(table.name) \(place)" : "UPDATE \(table.name) SET \(change) \(place)"
        return (sql, key.first ?? "")
    }

    /// A row that no change has made, with every column filled.
    private mutating func insertion(into table: Table, in space: String) async throws -> (sql: String, key: String) {
        let columns = try await SQLite.query(replica, "SELECT name, type FROM pragma_table_info('\(table.name)')")
            .map { $0.split(separator: "|").map(String.init) }.filter {
                $0 != ["number", "INTEGER"] || table.name != "search_row"
            }
        var values: [String: String] = [:]
        for column in columns {
            switch column[1] {
            case "TEXT": values[column[0]] = "'bogus'"
            case "INTEGER": values[column[0]] = String(generator.pick(100_000..<1_000_000))
            default: values[column[0]] = "X'\(hex(generator.bytes(32)))'"
            }
        }
        if table.key != ["space"] {
            let isNumber = columns.contains(["space", "INTEGER"])
            values["space"] = isNumber ? "(SELECT number FROM space WHERE id = X'\(space)')" : "X'\(space)'"
        }
        let names = columns.map { $0[0] }
        let list = names.map { values[$0] ?? "NULL" }.joined(separator: ", ")
        let row = table.key.map { "\(values[$0] ?? "NULL") AS \"\($0)\"" }.joined(separator: ", ")
        let key = try await SQLite.query(replica, "SELECT \(Self.description(of: table.key)) FROM (SELECT \(row))")
        return ("INSERT INTO \(table.name) (\(names.joined(separator: ", "))) VALUES (\(list))", key.first ?? "")
    }

    /// A key as the check prints it: each column with its value, blobs in hexadecimal.
    private static func description(of key: [String]) -> String {
        key.map { column in
            """
            '\(column) ' || CASE typeof(\(column)) WHEN 'blob' THEN lower(hex(\(column)))
                WHEN 'text' THEN '"' || \(column) || '"' ELSE \(column) END
            """
        }.joined(separator: " || ', ' || ")
    }
}
