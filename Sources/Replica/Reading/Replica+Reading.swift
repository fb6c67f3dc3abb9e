package import Agreement
import Canon
import Documents
import Foundation
import GRDB
package import Ledger
import Store

/// What people and programs read: plain values from the folded tables.
extension Replica {
    package func contract(_ space: SpaceID) throws -> ContractView {
        try store.read { db in
            try ContractReader(store.view(of: space, db)).contract(for: try Self.identity(db), device: device)
        }
    }

    /// All contracts, in the order of their ids.
    package func contracts() throws -> [ContractSummary] {
        try store.read { db in
            let viewer = try Self.identity(db)?.person
            let sql = """
                SELECT c.space, c.title, c.status, c.pricing, c.currency, c.total, m.role, a.person, an.name, b.person, bn.name
                FROM contract_row c
                    LEFT JOIN member_row m ON m.space = c.space AND m.person = ?
                    LEFT JOIN member_row a ON a.space = c.space AND a.role = 'client'
                    LEFT JOIN name_row an ON an.space = c.space AND an.person = a.person
                    LEFT JOIN member_row b ON b.space = c.space AND b.role = 'freelancer'
                    LEFT JOIN name_row bn ON bn.space = c.space AND bn.person = b.person
                ORDER BY c.space
                """
            let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: [viewer?.data])
            var list = ContractListing()
            while let row = try rows.next() { try list.add(row) }
            return list.contracts
        }
    }

    package func state(of space: SpaceID) throws -> ContractState {
        try store.read { try ContractReader(store.view(of: space, $0)).state() }
    }

    package func milestones(of space: SpaceID) throws -> [MilestoneView] {
        try store.read { db in
            let reader = try ContractReader(store.view(of: space, db))
            return try reader.milestones(try reader.state())
        }
    }

    /// The key of one change that this device reads, named by its id or the beginning of it.
    package func changeKey(of reference: String, in space: SpaceID) throws -> ChangeKey {
        let wanted = reference.hasPrefix(ChangeID.prefix + "_") ? reference : ChangeID.prefix + "_" + reference
        return try store.read { db in
            let view = try store.view(of: space, db)
            let rows = try Row.fetchAll(db.cachedStatement(sql: "SELECT * FROM change WHERE space = ?"), arguments: [view.number])
            let found = try rows.map { try $0.change() }.filter { !reference.isEmpty && $0.id.description.hasPrefix(wanted) }
            guard found.count == 1, let change = found.first else {
                throw ReplicaError(
                    found.isEmpty ? .notFound : .ambiguous,
                    "\"\(reference)\" names \(found.isEmpty ? "no change" : "more than one change") of this contract. "
                        + "`handsel contract history` shows their ids.")
            }
            guard let key = change.changeKey(epochKey: try EpochKeys(view).key(for: change)) else {
                throw ReplicaError(.notReadable, "This device cannot read \(reference), so it cannot reveal it.")
            }
            return ChangeKey(change: change.id, key: key)
        }
    }

    package func messages(in space: SpaceID) throws -> [MessageView] {
        try store.read { try ContractReader(store.view(of: space, $0)).messages() }
    }

    /// Slots from `from` up to, but not including, `to`.
    package func diary(of space: SpaceID, from: Slot, to: Slot) throws -> [SlotView] {
        try store.read { try ContractReader(store.view(of: space, $0)).diary(from: from, to: to) }
    }

    package func files(in space: SpaceID) throws -> [FileView] {
        try store.read { try ContractReader(store.view(of: space, $0)).files() }
    }

    package func history(of space: SpaceID) throws -> [HistoryEntry] {
        try store.read { try ContractReader(store.view(of: space, $0)).history() }
    }

    package func heldBack(in space: SpaceID) throws -> [HeldBackView] {
        try store.read { try ContractReader(store.view(of: space, $0)).heldBack() }
    }

    package func roster(of space: SpaceID) throws -> Roster { try store.read { try store.view(of: space, $0).roster } }

    package func spaces() throws -> [SpaceID] { try store.read(store.allSpaces) }

    package func termsText(of space: SpaceID) throws -> String {
        try store.read {
            try String.fetchOne($0.cachedStatement(sql: "SELECT text FROM terms_row WHERE space = ?"), arguments: [space.data])
                ?? ""
        }
    }

    /// The contract that a title or the beginning of a title or id means.
    package func resolve(_ reference: String) throws -> SpaceID {
        let wanted = reference.trimmingCharacters(in: .whitespaces)
        guard !wanted.isEmpty else { throw ReplicaError(.notFound, "Name a contract: by its title, or the beginning of its id.") }
        let all = try contracts()
        let id = wanted.hasPrefix(SpaceID.prefix + "_") ? wanted : SpaceID.prefix + "_" + wanted
        let tests: [(ContractSummary) -> Bool] = [
            { $0.title == wanted }, { $0.title.lowercased() == wanted.lowercased() }, { $0.id.hasPrefix(id.lowercased()) },
            { $0.title.lowercased().hasPrefix(wanted.lowercased()) },
        ]
        for test in tests {
            let found = all.filter(test)
            if found.count > 1 {
                throw ReplicaError(
                    .ambiguous,
                    "\"\(wanted)\" could mean \(found.count) contracts. Use the beginning of an id: "
                        + found.map { String($0.id.prefix(16)) }.joined(separator: ", ") + ".")
            }
            if let one = found.first, let space = SpaceID(text: one.id) { return space }
        }
        throw ReplicaError(
            .notFound, "There is no contract \"\(wanted)\" in this replica. `handsel contract list` shows those there are.")
    }

    /// Full-text search over messages, terms, memos and what submissions say; the best match first.
    package func search(_ query: String, in space: SpaceID?, limit: Int = 50) throws -> [SearchHit] {
        guard let pattern = FTS5Pattern(matchingAllPrefixesIn: query) else { return [] }
        return try store.read { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT s.space, s.kind, s.item, c.title, snippet(search_index, 0, '[', ']', '…', 12) AS snippet
                        FROM search_index JOIN search_row s ON s.number = search_index.rowid LEFT JOIN contract_row c USING (space)
                        WHERE search_index MATCH ? AND (? IS NULL OR s.space = ?) ORDER BY rank, s.space, s.kind, s.item LIMIT ?
                        """), arguments: [pattern, space?.data, space?.data, limit]
            ).map { row in
                let kind: String = row["kind"]
                let item: Data = row["item"]
                let id: SpaceID = try row.identifier("space")
                return SearchHit(
                    space: id.description, title: row["title"] ?? "", kind: kind, item: Self.itemText(kind, item, in: id),
                    snippet: row["snippet"])
            }
        }
    }

    private static func itemText(_ kind: String, _ item: Data, in space: SpaceID) -> String {
        switch kind {
        case "memo": String(item.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } * Slot.milliseconds)
        case "message": ChangeID(bytes: item)?.description ?? ""
        default: space.description
        }
    }
}
