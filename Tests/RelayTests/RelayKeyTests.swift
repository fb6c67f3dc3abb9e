import Foundation
import Ledger
import Relay
import Support
import Testing

@Suite("A relay's key")
struct RelayKeyTests {
    @Test("is made once, is its owner's alone, and is the same at the next start")
    func madeOnce() throws {
        let directory = try Scratch()
        let path = RelayKey.path(besideStore: directory.path("relay.sqlite"))
        let first = try RelayKey.loadOrCreate(at: path)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try RelayKey.loadOrCreate(at: path).publicKey == first.publicKey)
        #expect(try directory.files(beginningWith: "relay.sqlite").keys.sorted() == ["relay.sqlite.key"])
    }

    @Test("is not used if others can read it")
    func readableByOthers() throws {
        let directory = try Scratch()
        let path = directory.path("key")
        _ = try RelayKey.loadOrCreate(at: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        #expect(throws: RelayError.self) { try RelayKey.loadOrCreate(at: path) }
    }

    @Test("is not replaced if it is damaged", arguments: ["", "relay-key_", "nonsense\n"])
    func damaged(text: String) throws {
        let directory = try Scratch()
        let path = directory.path("key")
        _ = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        #expect(throws: RelayError.self) { try RelayKey.loadOrCreate(at: path) }
        #expect(try directory.contents(of: "key") == Array(text.utf8))
    }
}
