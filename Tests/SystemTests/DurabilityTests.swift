import Foundation
import Support
import Testing

@Suite(
    "What leaves a device has survived a loss of power",
    .enabled(if: SQLite.isInstalled && Trace.program != nil, "needs strace"))
struct DurabilityTests {
    /// Below it all of a session is but its changes.
    private static let largeSend = 8_192

    @Test("the replica is synced to disk before the first change is sent", .timeLimit(.minutes(5 * allowance)))
    func syncedBeforeSent() async throws {
        var generator = SeededGenerator(seed: seed(41))
        try await Scene.withRelay { scene, relay in
            try await scene.agree(through: relay)
            // While it reads, no other process moves what it has committed into the file and syncs that.
            let reader = try SQLiteProbe(scene.ada.replica)
            defer { reader.close() }
            _ = try reader.number("SELECT count(*) FROM change")
            for _ in 0..<3 { try await scene.ada.run("message", "send", Scene.contract, hex(generator.bytes(30_000))) }
            let trace = try await traceSync(of: scene.ada, scene)
            let sent = try #require(
                trace.calls.first { $0.target.hasPrefix("TCP") && $0.result > Self.largeSend }, "no changes were sent")
            let log = scene.ada.replica.path + "-wal"
            let written = try #require(
                trace.calls.last { $0.line < sent.line && $0.name.hasPrefix("pwrite") && $0.target == log }, "no durable commit")
            let synced = try #require(
                trace.calls.last {
                    ["fsync", "fdatasync"].contains($0.name) && $0.target == log && $0.result == 0 && $0.line < sent.line
                },
                "the log was not synced before line \(sent.line)")
            #expect(synced.line > written.line, "written on line \(written.line), synced on line \(synced.line)")
            print(
                "The log is written on line \(written.line), synced on line \(synced.line), the changes sent on line \(sent.line)."
            )
            let difference = try await syncedDifference(scene)
            #expect(difference == nil)
        }
    }

    private func traceSync(of person: Person, _ scene: Scene) async throws -> Trace {
        guard let strace = Trace.program else { throw Unexpected("strace is not installed") }
        let file = scene.path("trace.txt")
        let arguments = Trace.options + ["-o", file.path, Person.program.path, "--home", person.home.path, "sync"]
        let outcome = try await Job(strace, arguments, in: scene.folder).outcome()
        guard outcome.end == .exited(0) else { throw CommandFailed(outcome: outcome) }
        return Trace(String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    private func syncedDifference(_ scene: Scene) async throws -> String? {
        try await scene.bob.run("sync")
        return try await scene.difference()
    }
}
