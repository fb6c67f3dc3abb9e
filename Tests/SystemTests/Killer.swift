import Foundation
import Support

/// Kills one of the processes that bring a backlog from one replica to another, at a random moment, and syncs again.
struct Killer {
    /// Whose process is killed, and which store is watched for the moment.
    enum Victim: String, CaseIterable {
        case uploadingSync = "sync, sending"
        case downloadingSync = "sync, receiving"
        case receivingRelay = "relay, receiving"
        case sendingRelay = "relay, sending"
        case uploadingNode = "up, sending"
        case downloadingNode = "up, receiving"

        var isUpload: Bool { [.uploadingSync, .receivingRelay, .uploadingNode].contains(self) }
        var isRelay: Bool { [.receivingRelay, .sendingRelay].contains(self) }
        var command: String { [.uploadingNode, .downloadingNode].contains(self) ? "up" : "sync" }
    }

    /// How far the transfer had come when the kill took effect.
    enum Phase: String, CaseIterable {
        case before = "before the first frame"
        case changes = "while changes came"
        case attachments = "while attachments came"
        case acknowledging = "before the last acknowledgement"
        case after = "after it"

        var isMidway: Bool { self != .before && self != .after }
    }

    let scene: Scene
    let relay: RelayProcess
    var generator: SeededGenerator
    /// The ids of all changes of the contract that were ever made.
    private(set) var made: Set<String> = []
    private(set) var files: [String: [UInt8]] = [:]
    private var kills: [Victim: [Phase: Int]] = [:]

    init(scene: Scene, relay: RelayProcess, generator: SeededGenerator) {
        self.scene = scene
        self.relay = relay
        self.generator = generator
    }

    /// Makes a backlog, kills a process that transfers it, starts the relay again if it was that, and syncs to the end.
    mutating func kill(_ number: Int) async throws {
        let victim = Victim.allCases[(number - 1) % Victim.allCases.count]
        try await makeBacklog(number)
        // Before the kill, so that what its author loses by it is missed.
        made.formUnion(try await scene.ada.contractChanges() + scene.bob.contractChanges())
        if !victim.isUpload { try await scene.ada.run("sync") }
        let phase = try await transfer(victim)
        kills[victim, default: [:]][phase, default: 0] += 1
        if victim.isRelay { try await relay.restart() }
        let kept = Set(try await Person.contractChanges(in: relay.store))
        guard kept.isSubset(of: made) else { throw Unexpected("the relay has a change that its author has lost") }
        try await scene.syncAll()
    }

    private mutating func makeBacklog(_ number: Int) async throws {
        let memo = String(repeating: "What the time was for. ", count: 30)
        for day in 1...5 {
            try await scene.ada.run(
                "diary", "add", Scene.contract, "--from", "2026-12-0\(day)T00:00Z", "--slots", "140", "--memo",
                "\(number) \(memo)")
        }
        for (person, messages, bytes) in [(scene.ada, 4, 6_000_000), (scene.bob, 2, 400_000)] {
            for _ in 0..<messages {
                try await person.run("message", "send", Scene.contract, hex(generator.bytes(20_000)))
            }
            let name = "\(person.name)-\(number).bin"
            let content = generator.bytes(bytes)
            try Data(content).write(to: scene.path(name))
            try await person.run("file", "put", Scene.contract, scene.path(name).path)
            files[name] = content
        }
    }
}

extension Killer {
    /// The rows that a store holds of what is transferred.
    private struct Held {
        let changes: Int
        let chunks: Int
        var sum: Int { changes + chunks }

        init(_ file: URL) async throws {
            changes = try await SQLite.number(file, "SELECT count(*) FROM change")
            chunks = try await SQLite.number(file, "SELECT count(*) FROM chunk")
        }
    }

    /// Runs the transfer, kills the victim in it, and says how far it had come.
    private mutating func transfer(_ victim: Victim) async throws -> Phase {
        let (runner, source) = victim.isUpload ? (scene.ada, scene.ada.replica) : (scene.bob, relay.store)
        let target = victim.isUpload ? relay.store : scene.bob.replica
        let (before, missing) = try await (Held(target), Self.missing(in: target, from: source))
        let logged = await relay.log.count
        // Changes come first, many in one transaction, then the attachments' chunks.
        let arrived =
            generator.chance(50) ? generator.pick(0..<missing.changes) : missing.changes + generator.pick(0..<missing.chunks)
        let threshold = before.sum + 1 + arrived
        let probe = try SQLiteProbe(target)
        defer { probe.close() }
        let job = try runner.start([victim.command])
        try await Self.wait(until: threshold, at: probe, or: job, then: generator.pick(0..<3))
        if victim.isRelay {
            _ = try await relay.kill()
            job.interrupt()
        } else {
            job.kill()
        }
        let outcome = try await job.outcome()
        if case .exited(let code) = outcome.end, code != 0, !outcome.isOneSentence { throw CommandFailed(outcome: outcome) }
        let held = try await Held(target)
        let log = await relay.log.dropFirst(logged)
        if !log.contains("first frame") { return .before }
        if log.contains("] settled") { return .after }
        if held.changes < before.changes + missing.changes { return .changes }
        return held.chunks < before.chunks + missing.chunks ? .attachments : .acknowledging
    }

    /// What one store has of the contract and another lacks.
    private static func missing(in target: URL, from source: URL) async throws -> (changes: Int, chunks: Int) {
        let sql = """
            ATTACH '\(target.path)' AS other;
            SELECT count(*) FROM main.change WHERE id NOT IN (SELECT id FROM other.change)
                AND space IN (SELECT space FROM main.change WHERE audience = 3);
            SELECT count(*) FROM main.chunk JOIN main.blob ON blob = number
                WHERE id NOT IN (SELECT id FROM other.blob WHERE is_complete);
            """
        let counts = try await SQLite.query(source, sql).compactMap { Int($0) }
        guard counts.count == 2 else { throw Unexpected("the two stores cannot be compared") }
        return (counts[0], counts[1])
    }

    /// Returns once the store has so many rows and was asked a few times more, or the process has ended by itself.
    ///
    /// It asks without a pause, because a transfer is over in less than a second.
    private static func wait(until threshold: Int, at probe: SQLiteProbe, or job: Job, then polls: Int) async throws {
        var further = polls
        while further >= 0, job.isRunning {
            let rows = try probe.number("SELECT (SELECT count(*) FROM change) + (SELECT count(*) FROM chunk)")
            if rows ?? 0 >= threshold { further -= 1 }
            await Task.yield()
        }
    }
}

extension Killer {
    func share(of phases: [Phase]) -> Int {
        let all = kills.values.flatMap(\.values).reduce(0, +)
        let chosen = kills.values.flatMap { $0.filter { phases.contains($0.key) }.values }.reduce(0, +)
        return all == 0 ? 0 : chosen * 100 / all
    }

    /// The kills by victim and phase.
    var table: String {
        let rows = Victim.allCases.map { victim in
            victim.rawValue.padding(toLength: 18, withPad: " ", startingAt: 0)
                + Phase.allCases.map { "\(kills[victim]?[$0] ?? 0)".leftPadded(5) }.joined()
        }
        return "killed (columns: \(Phase.allCases.map(\.rawValue).joined(separator: ", ")))\n" + rows.joined(separator: "\n")
    }
}
