import Agreement
import Canon
import Foundation
import GRDB
import Ledger
import Replica
import Store
import Testing

struct DoctorTests {
    /// A row of each folded table that is gone, altered, or made up.
    static let damages: [(table: String, problem: String, sql: String)] = [
        ("message_row", "different", "UPDATE message_row SET text = 'forged'"),
        ("message_row", "missing", "DELETE FROM message_row"),
        ("milestone_row", "different", "UPDATE milestone_row SET amount = 1"),
        ("contract_row", "missing", "DELETE FROM contract_row"),
        ("act", "different", "UPDATE act SET reason = 'never happened'"),
        ("roster_row", "unexpected", "INSERT INTO roster_row VALUES (zeroblob(32), zeroblob(32), zeroblob(32), 'client')"),
        ("member_row", "missing", "DELETE FROM member_row"),
        ("epoch_key", "different", "UPDATE epoch_key SET key = zeroblob(32)"),
        ("name_row", "different", "UPDATE name_row SET name = 'Mallory'"),
        ("terms_row", "different", "UPDATE terms_row SET text = 'Everything is free.'"),
        ("search_row", "missing", "DELETE FROM search_row"),
        ("register", "different", "UPDATE register SET value = x'00'"),
        ("wording", "missing", "DELETE FROM wording"),
    ]

    @Test("a damaged folded row is named and put right", arguments: damages)
    func damage(table: String, problem: String, sql: String) throws {
        let pair = try Pair(prose: "Some terms.")
        try pair.accept()
        let message = try pair.client.commit(in: pair.space) { try $0.write([.edit(.message(text: "hello", files: []))]) }
        try pair.client.commit(in: pair.space) { composer in
            if let message { try composer.write([.edit(.editMessage(message, text: "hello again"))]) }
        }
        let before = try pair.client.contract(pair.space)
        try pair.client.store.write { try $0.execute(sql: sql) }
        let report = try pair.client.doctor()
        #expect(report.damaged.contains { $0.table == table && $0.problem == problem }, "\(report.damaged)")
        #expect(try pair.client.doctor().isHealthy)
        #expect(try pair.client.contract(pair.space) == before)
    }

    @Test(
        "a number that stands for another device, or for none, is named and put right",
        arguments: ["UPDATE numbered SET id = zeroblob(32) WHERE number = 1", "DELETE FROM numbered"])
    func numbers(sql: String) throws {
        let pair = try Pair()
        try pair.freelancer.commit(in: pair.space) { composer in
            let entry = DiaryEntry(activity: 7, isManual: false, memo: nil)
            try composer.write([.edit(.diary(Slot(number: 2_900_000), device: nil, entry))])
        }
        func diary() throws -> [Row] { try pair.freelancer.store.read { try Row.fetchAll($0, sql: "SELECT * FROM diary_row") } }
        let before = try diary()
        try pair.freelancer.store.write { try $0.execute(sql: sql) }
        #expect(try diary() != before)
        #expect(try pair.freelancer.doctor().damaged.contains { $0.table == "numbered" && $0.problem == "missing" })
        #expect(try diary() == before)
        #expect(try pair.freelancer.doctor().isHealthy)
    }

    @Test("a search index that lost its rows is noticed and rebuilt")
    func searchIndex() throws {
        let pair = try Pair()
        try pair.client.commit(in: pair.space) { _ = try $0.write([.edit(.message(text: "needle", files: []))]) }
        #expect(try pair.client.search("needle", in: nil).count == 1)
        try pair.client.store.write { try $0.execute(sql: "INSERT INTO search_index (search_index) VALUES ('delete-all')") }
        #expect(try pair.client.search("needle", in: nil).isEmpty)
        #expect(try !pair.client.doctor().isSearchSound)
        #expect(try pair.client.search("needle", in: nil).count == 1)
    }

    @Test("what an earlier version folded into another form is folded anew when the file is opened")
    func earlierForm() throws {
        let pair = try Pair(prose: "Some terms.")
        let before = try pair.client.contract(pair.space)
        try pair.client.store.write {
            try $0.execute(
                sql: """
                    UPDATE terms_row SET state = x'00';
                    DROP TABLE member_row;
                    DROP VIEW diary_slot;
                    DROP VIEW diary_row;
                    DROP TABLE diary_entry;
                    DROP TABLE numbered;
                    CREATE TABLE diary_row (space BLOB) STRICT;
                    CREATE VIEW diary_slot AS SELECT * FROM diary_row;
                    UPDATE meta SET value = 2 WHERE key = 'schema/replica'
                    """)
        }
        let replica = try Replica(path: pair.client.store.database.path, keys: pair.client.keys, clock: { 0 })
        #expect(try replica.contract(pair.space) == before)
        try replica.commit(in: pair.space) { composer in
            if let edit = try composer.termsEdit(to: "Other terms.") { try composer.write([.edit(edit)]) }
        }
        #expect(try replica.termsText(of: pair.space) == "Other terms.")
        #expect(try replica.doctor().isHealthy)
    }

    @Test("a file from a newer version can be read but is refused for writing, with advice")
    func newerSchema() throws {
        let pair = try Pair(prose: "Some terms.")
        let path = pair.client.store.database.path
        let before = try pair.client.contract(pair.space)
        try pair.client.store.write { try $0.execute(sql: "UPDATE meta SET value = 99 WHERE key = 'schema/replica'") }
        let replica = try Replica(path: path, keys: pair.client.keys, clock: { 0 })
        #expect(try replica.contract(pair.space) == before)
        #expect(throws: StoreError(.newerSchema, "")) { try replica.doctor() }
        #expect(throws: StoreError(.newerSchema, "")) {
            try replica.commit(in: pair.space) { _ = try $0.rotate() }
        }
    }
}
