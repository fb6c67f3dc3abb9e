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
            expectWait(at: log) { try turn.take { log.write("taken") } }
            log.write("given on")
        }
        try await eventually { log.written.count == 3 }
        #expect(log.written == ["asked", "given on", "taken"])
    }

    /// Has another thread ask for a turn that is taken, and gives it time to be let in wrongly.
    private func expectWait(at log: Log, _ ask: @escaping @Sendable () throws -> Void) {
        let isOver = DispatchSemaphore(value: 0)
        Thread {
            log.write("asked")
            try? ask()
            isOver.signal()
        }.start()
        #expect(isOver.wait(timeout: .now() + .milliseconds(100)) == .timedOut)
    }

    @Test("is taken for each commit, for each sync of the disk, and while a file is opened")
    func commits() async throws {
        let pair = try Pair()
        let store = pair.client.store
        let other = try WriteTurn(of: store.database.path, patience: 0)
        func isTaken() -> Bool { (try? other.take {}) == nil }
        try store.write { _ in #expect(isTaken()) }
        try store.inTurn { _ in #expect(isTaken()) }
        #expect(!isTaken())
        #expect(try store.read { _ in !isTaken() }, "who reads is in nobody's way")
        let (path, keys, clock) = (store.database.path, pair.client.keys, store.clock)
        let writes: [@Sendable () throws -> Void] = [
            { try store.makeDurable() }, { _ = try Replica(path: path, keys: keys, clock: clock) },
        ]
        for write in writes {
            let log = Log()
            try other.take {
                expectWait(at: log) {
                    try write()
                    log.write("done")
                }
                #expect(log.written == ["asked"])
            }
            try await eventually { log.written == ["asked", "done"] }
        }
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
