import Foundation
import Support
import Testing

@Suite(
    "A command that is killed while it alters a replica is done again as if it had not begun", .enabled(if: SQLite.isInstalled))
struct LocalKillTests {
    private static let kills = count("HANDSEL_KILLS", standard: 5)

    @Test("a bundle that was read in part is read again", .timeLimit(.minutes(30)))
    func bundle() async throws {
        var interrupter = Interrupter(seed: seed(41))
        try await Scene.with { scene in
            try await scene.agreeByBundles()
            for number in 0...Self.kills {
                try await work(of: scene.ada, number, in: scene, using: &interrupter.generator)
                let bundle = scene.path("news.bundle")
                try await scene.ada.run("bundle", "write", bundle.path, "--space", Scene.contract)
                try await interrupter.run(["bundle", "read", bundle.path], by: scene.bob)
                try await checkHealth(of: scene.bob, interrupter.place)
                try await scene.bob.run("bundle", "read", bundle.path)
                let difference = try await scene.difference()
                #expect(difference == nil, interrupter.place)
            }
        }
        #expect(interrupter.kills * 2 >= Self.kills, interrupter.place)
    }

    @Test("what doctor was rebuilding is rebuilt by the next", .timeLimit(.minutes(30)))
    func doctor() async throws {
        var interrupter = Interrupter(seed: seed(42))
        try await Scene.with { scene in
            try await scene.agreeByBundles()
            try await work(of: scene.ada, 0, in: scene, using: &interrupter.generator)
            let before = try await scene.ada.contractText()
            for _ in 0...Self.kills {
                try await SQLite.query(scene.ada.replica, "DELETE FROM message_row; UPDATE diary_entry SET activity = 1;")
                try await interrupter.run(["doctor"], by: scene.ada)
                try await scene.ada.run("doctor")
                try await checkHealth(of: scene.ada, interrupter.place)
                let after = try await scene.ada.contractText()
                #expect(after == before, interrupter.place)
            }
        }
        #expect(interrupter.kills * 2 >= Self.kills, interrupter.place)
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
}

/// Runs a command once to its end, and kills it at a random moment each time after that.
private struct Interrupter {
    let seed: UInt64
    var generator: SeededGenerator
    /// How long it takes, once that is known.
    private var duration: Duration?
    private var runs = 0
    /// How often it was killed before it had ended.
    private(set) var kills = 0

    init(seed: UInt64) { (self.seed, generator) = (seed, SeededGenerator(seed: seed)) }

    /// What a failure is found again by.
    var place: Comment { "seed \(seed), after \(runs) runs, \(kills) of them killed" }

    mutating func run(_ arguments: [String], by person: Person) async throws {
        runs += 1
        let start = ContinuousClock.now
        let job = try person.start(arguments)
        if let duration {
            let moment = start + duration * (Double(generator.pick(0..<100)) / 100)
            while job.isRunning, ContinuousClock.now < moment { await Task.yield() }
            job.kill()
        }
        let outcome = try await job.outcome()
        switch outcome.end {
        case .exited(0): duration = duration ?? start.duration(to: .now)
        case .killed: kills += 1
        case .exited: throw CommandFailed(outcome: outcome)
        }
    }
}
