import Foundation
import Support
import Testing

@Suite("Both sides work offline, come together, and have the same", .enabled(if: SQLite.isInstalled))
struct RandomWorkTests {
    private static let operations = count("HANDSEL_OPERATIONS", standard: 60)

    @Test(
        "random work on both sides merges through a relay, and every damaged row is found and put right", .timeLimit(.minutes(60))
    )
    func throughRelay() async throws {
        try await Scene.withRelay { scene, relay in
            try await scene.agree(through: relay)
            let work = try await work(in: scene, seed: seed(11)) { try await scene.syncAll() }
            try await checkRepair(in: scene, seed: work.seed)
        }
    }

    @Test("random work on both sides merges by files alone, with no network at all", .timeLimit(.minutes(60)))
    func byFile() async throws {
        try await Scene.with { scene in
            try await scene.agreeByBundles()
            let work = try await work(in: scene, seed: seed(12)) { try await scene.carryAll() }
            try await checkRepair(in: scene, seed: work.seed)
        }
    }

    private func work(in scene: Scene, seed: UInt64, exchange: () async throws -> Void) async throws -> RandomWork {
        var work = RandomWork(scene, operations: Self.operations, seed: seed)
        let started = ContinuousClock.now
        try await work.run(Self.operations, exchange: exchange)
        let changes = try await scene.ada.contractChanges().count
        print("\(work.table)\n\(changes) changes in the contract; \(started.duration(to: .now))")
        return work
    }

    private func checkRepair(in scene: Scene, seed: UInt64) async throws {
        for person in scene.people {
            let before = try await person.contractText()
            var damage = Damage(replica: person.replica, generator: SeededGenerator(seed: seed))
            let unknown = try await damage.tablesWithoutDamage()
            #expect(unknown.isEmpty, "folded tables that nothing here damages")
            for kind in Damage.Kind.allCases {
                let expected = try await damage.harm(kind)
                let spared = Damage.tableNames.filter { name in !expected.contains { $0.table == name } }
                if !spared.isEmpty { print("\(person.name), rows \(kind.rawValue): no row in \(spared.joined(separator: ", "))") }
                let report: DoctorAnswer = try await person.ask("doctor")
                #expect(!report.isHealthy)
                let place = "seed \(seed), \(person.name), rows \(kind.rawValue)"
                let named = Set(report.damaged)
                #expect(named.subtracting(expected).isEmpty && expected.subtracting(named).isEmpty, "\(place)")
                try await checkHealth(of: person, before, place)
            }
            try await damage.harmSearchIndex()
            let report: DoctorAnswer = try await person.ask("doctor")
            #expect(!report.isSearchSound && report.damaged.isEmpty, "seed \(seed), \(person.name)")
            try await checkHealth(of: person, before, "seed \(seed), \(person.name), index")
        }
    }

    private func checkHealth(of person: Person, _ contract: String, _ place: String) async throws {
        let report: DoctorAnswer = try await person.ask("doctor")
        #expect(report.isHealthy, "\(place): \(report)")
        let after = try await person.contractText()
        #expect(after == contract, "\(place)")
    }
}
