import Agreement
import Foundation
import GRDB
import Replica
import Support
import Synchronization
import Testing

@testable import Store

@Suite("The turn to write a file")
struct WriteTurnTests {
    @Test("is one process's at a time, and the next one's afterwards")
    func one() throws {
        let scratch = try Scratch()
        let path = scratch.path("file")
        let (first, second) = (try WriteTurn(of: path, patience: 0), try WriteTurn(of: path, patience: 0))
        try first.take {
            #expect(throws: StoreError(.busy, "")) { try second.take {} }
        }
        try second.take {
            #expect(throws: StoreError(.busy, "")) { try first.take {} }
        }
        #expect(throws: CancellationError.self) { try first.take { throw CancellationError() } }
        try second.take {}
    }

    private final class Log: Sendable {
        private let lines = Mutex<[String]>([])
        var written: [String] { lines.withLock { $0 } }
        func write(_ line: String) { lines.withLock { $0.append(line) } }
    }

    @Test("is waited for")
    func waiting() async throws {
        let scratch = try Scratch()
        let path = scratch.path("file")
        let (other, turn) = (try WriteTurn(of: path, patience: 0), try WriteTurn(of: path, patience: 60))
        let log = Log()
        try other.take {
            Thread { try? turn.take { log.write("second") } }.start()
            log.write("first")
        }
        try await eventually { log.written.count == 2 }
        #expect(log.written == ["first", "second"])
    }

    @Test("is taken for each commit, and for each sync of the disk")
    func commits() throws {
        let pair = try Pair()
        let store = pair.client.store
        let other = try WriteTurn(of: store.database.path, patience: 0)
        func isTaken() -> Bool { (try? other.take {}) == nil }
        try store.write { _ in #expect(isTaken()) }
        try store.inTurn { _ in #expect(isTaken()) }
        #expect(!isTaken())
        #expect(try store.read { _ in !isTaken() }, "who reads is in nobody's way")
        try store.makeDurable()
        #expect(!isTaken())
    }

    @Test("is no file that others can open")
    func permissions() throws {
        let pair = try Pair()
        let path = pair.client.store.database.path + "-turn"
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
}
