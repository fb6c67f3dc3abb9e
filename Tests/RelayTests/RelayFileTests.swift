import Canon
import Foundation
import GRDB
import Ledger
import Relay
import Store
import Support
import Testing

@Suite("A relay's file")
struct RelayFileTests {
    @Test("can be read by its owner alone, with what SQLite puts beside it")
    func permissions() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let party = try harness.party("alice")
            try await party.sync(with: relay)
            let files = try harness.directory.files(beginningWith: "relay.sqlite").keys
            #expect(files.count >= 2)
            for file in files {
                let attributes = try FileManager.default.attributesOfItem(atPath: harness.directory.path(file))
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
            }
        }
    }

    @Test("that is put back from a copy is another incarnation, also where it gets the number of the file that was there")
    func putBack() throws {
        var generator = SeededGenerator(seed: 1)
        let key = try SigningKey(seed: .random(using: &generator))
        let directory = try Scratch()
        let path = directory.path("relay.sqlite")
        func incarnation() throws -> Bytes32 {
            let relay = try RelayStore(path: path, key: key, limits: RelayLimits(), clock: { 0 })
            defer { try? relay.store.database.close() }
            return try relay.incarnation()
        }
        let first = try incarnation()
        #expect(try incarnation() == first)
        let copy = try directory.files(beginningWith: "relay.sqlite").filter { !$0.key.hasSuffix("-shm") }
        for _ in 0..<4 {
            try directory.removeStore("relay.sqlite")
            for (name, content) in copy { try Data(content).write(to: URL(fileURLWithPath: directory.path(name))) }
            let held = try DatabaseQueue(path: path).read { db -> Data? in try ChangeStore.meta("incarnation", db) }
            #expect(held == first.data)
            #expect(try incarnation() != first)
        }
    }
}
