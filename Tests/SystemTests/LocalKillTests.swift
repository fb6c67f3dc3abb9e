import Foundation
import Support
import Testing

@Suite(
    "A command that is killed while it alters a replica is done again as if it had not begun", .enabled(if: SQLite.isInstalled))
struct LocalKillTests {
    private static let kills = count("HANDSEL_KILLS", standard: 5)

    @Test("a bundle that was read in part is read again", .timeLimit(.minutes(30)))
    func bundle() async throws {
        let seed = seed(41)
        var generator = SeededGenerator(seed: seed)
        try await Scene.with { scene in
            try await scene.agreeByBundles()
            var duration: Duration?
            var killed = 0
            for number in 0...Self.kills {
                try await work(of: scene.ada, number, in: scene, using: &generator)
                let bundle = scene.path("news.bundle")
                try await scene.ada.run("bundle", "write", bundle.path, "--space", Scene.contract)
                let read = ["bundle", "read", bundle.path]
                // The first says how long it takes.
                guard let whole = duration else {
                    duration = try await time { try await scene.bob.run("bundle", "read", bundle.path) }
                    continue
                }
                if try await kill(read, of: scene.bob, after: whole * (Double(generator.pick(0..<100)) / 100)) { killed += 1 }
                let place: Comment = "seed \(seed), kill \(number)"
                try await checkHealth(of: scene.bob, place)
                try await scene.bob.run("bundle", "read", bundle.path)
                let difference = try await scene.difference()
                #expect(difference == nil, place)
            }
            #expect(killed * 2 >= Self.kills, "seed \(seed): only \(killed) were killed before they had ended")
        }
    }

    @Test("what doctor was rebuilding is rebuilt by the next", .timeLimit(.minutes(30)))
    func doctor() async throws {
        let seed = seed(42)
        var generator = SeededGenerator(seed: seed)
        try await Scene.with { scene in
            try await scene.agreeByBundles()
            try await work(of: scene.ada, 0, in: scene, using: &generator)
            let before = try await scene.ada.contractText()
            var duration: Duration?
            var killed = 0
            for number in 0...Self.kills {
                try await SQLite.query(scene.ada.replica, "DELETE FROM message_row; UPDATE diary_entry SET activity = 1;")
                if let whole = duration {
                    if try await kill(["doctor"], of: scene.ada, after: whole * (Double(generator.pick(0..<100)) / 100)) {
                        killed += 1
                    }
                    try await scene.ada.run("doctor")
                } else {
                    duration = try await time { try await scene.ada.run("doctor") }
                }
                let place: Comment = "seed \(seed), kill \(number)"
                try await checkHealth(of: scene.ada, place)
                let after = try await scene.ada.contractText()
                #expect(after == before, place)
            }
            #expect(killed * 2 >= Self.kills, "seed \(seed): only \(killed) were killed before they had ended")
        }
    }

    /// What there is to be read: changes in several batches, and an attachment.
    private func work(of person: Person, _ number: Int, in scene: Scene, using generator: inout SeededGenerator) async throws {
        let memo = "\(number) " + String(repeating: "What the time was for. ", count: 30)
        for day in 1...5 {
            try await person.run(
                "diary", "add", Scene.contract, "--from", "2026-12-0\(day)T00:00Z", "--slots", "140", "--memo", memo)
        }
        try await person.run("message", "send", Scene.contract, "News, part \(number).")
        let file = scene.path("sketch-\(number).bin")
        try Data(generator.bytes(1_000_000)).write(to: file)
        try await person.run("file", "put", Scene.contract, file.path)
    }

    private func checkHealth(of person: Person, _ place: Comment) async throws {
        let report: DoctorAnswer = try await person.ask("doctor")
        #expect(report.isHealthy, place)
    }

    private func time(_ body: () async throws -> Void) async throws -> Duration {
        try await ContinuousClock().measure(body)
    }

    /// Kills a command after some time; returns whether it was still at work.
    private func kill(_ arguments: [String], of person: Person, after time: Duration) async throws -> Bool {
        let job = try person.start(arguments)
        let moment = ContinuousClock.now + time
        while job.isRunning, ContinuousClock.now < moment { await Task.yield() }
        job.kill()
        let outcome = try await job.outcome()
        if case .killed = outcome.end { return true }
        return false
    }
}
