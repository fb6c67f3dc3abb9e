import ArgumentParser
import Foundation
import Simulation

/// Runs worlds from seeds, one after another; a world that ends otherwise than it should is shrunk, and said how to run again.
@main
struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Runs simulated worlds from seeds, with all faults on.",
        subcommands: [Plant.self, Hunt.self])

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds are run.")
    var seeds: UInt64 = 1

    @Option(help: "Only these events of the plan, such as 0-4,17.")
    var events: String?

    @Flag(help: "Stop at the first seed that fails.")
    var first = false

    @Flag(help: "Do not look for the few events with which a failing world still fails.")
    var noShrinking = false

    /// Seeds after which a line says how far it is.
    private static let stride: UInt64 = 100

    func run() async throws {
        let started = ContinuousClock.now
        let only = try events.map(Self.indices)
        var total = Tally()
        var failed: [UInt64] = []
        var fewest = Int.max
        for seed in seed..<seed + seeds {
            let plan = Plan(seed: seed)
            let run = await Simulation(plan, only: only)
            total.add(run.tally)
            total.add("changes", run.changes)
            total.add("machines", run.machines)
            if only == nil { fewest = min(fewest, run.changes) }
            if run.failures.isEmpty {
                if seeds == 1 { say("seed \(seed): \(run.changes) changes, outcome \(run.outcome)") }
            } else {
                failed.append(seed)
                say("seed \(seed) fails:\n  \(run.failures.prefix(12).joined(separator: "\n  "))")
                if !noShrinking, only == nil { await shrink(plan) }
                if first { break }
            }
            let done = seed - self.seed + 1
            if done % Self.stride == 0 { say("\(done) seeds, \(failed.count) failing, \(started.duration(to: .now))") }
        }
        say(total.lines.joined(separator: "\n"))
        say("\(seeds) seeds from \(seed), at least \(fewest) changes each, \(failed.count) failing: \(failed)")
        if !failed.isEmpty { throw ExitCode.failure }
    }

    private func shrink(_ plan: Plan) async {
        guard let kept = await Shrinker.shrink(plan) else {
            return say("  It does not fail with its events alone. Run it again with `simulate --seed \(plan.seed)`.")
        }
        let list = Self.text(kept.sorted())
        say("  Run it again with `simulate --seed \(plan.seed) --events \(list.isEmpty ? "none" : list)`: ")
        for index in kept.sorted() { say("    \(index): \(plan.events[index].kind.rawValue)") }
    }

    private func say(_ text: String) {
        print(text)
        // At once, also into a file.
        fflush(nil)
    }

    private static func text(_ indices: [Int]) -> String { indices.map(String.init).joined(separator: ",") }

    private static func indices(_ text: String) throws -> Set<Int> {
        guard text != "none" else { return [] }
        var indices = Set<Int>()
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last else {
                throw ValidationError("\"\(part)\" names no events. Write numbers and ranges, such as 0-4,17.")
            }
            indices.formUnion(first...last)
        }
        return indices
    }
}
