import Simulation
import Support
import Testing

@Suite("Whatever happens, everybody ends with the same, and nothing that anybody relied on is lost")
struct SimulationTests {
    @Test("worlds from fixed seeds come to rest as they should")
    func fixed() async throws {
        var tally = Tally()
        for seed in seeds(count("HANDSEL_SEEDS", standard: 4), base: seed(1)) {
            let run = await Simulation(Plan(seed: seed))
            #expect(run.failures.isEmpty, "seed \(seed): \(run.failures.joined(separator: "; "))")
            #expect(run.changes >= Simulation.changes, "seed \(seed) has only \(run.changes) changes")
            tally.add(run.tally)
            tally.add("changes", run.changes)
        }
        print(tally.lines.joined(separator: "\n"))
    }

    @Test("a world is the same each time it is run, and with some of its events alone")
    func repeated() async throws {
        let plan = Plan(seed: seed(1))
        let few = Set(plan.events.indices.filter { $0.isMultiple(of: 6) })
        let (first, second) = (await Simulation(plan, only: few), await Simulation(plan, only: few))
        #expect(first.outcome == second.outcome && first.changes == second.changes && first.failures == second.failures)
        #expect(first.failures.isEmpty, "\(first.failures.joined(separator: "; "))")
    }
}
