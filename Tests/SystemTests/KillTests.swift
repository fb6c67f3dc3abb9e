import Foundation
import Support
import Testing

@Suite("A process that is killed at any moment loses nothing and does nothing twice", .enabled(if: SQLite.isInstalled))
struct KillTests {
    private static let kills = count("HANDSEL_KILLS", standard: 10)

    @Test("sync, up and the relay are killed at random moments; the next sync completes", .timeLimit(.minutes(60)))
    func killed() async throws {
        let seed = seed(21)
        try await Scene.withRelay { scene, relay in
            try await scene.agree(through: relay)
            var killer = Killer(scene: scene, relay: relay, generator: SeededGenerator(seed: seed))
            for number in 1...Self.kills {
                try await killer.kill(number)
                try await check(scene, killer, "seed \(seed), kill \(number)")
            }
            print("seed \(seed)\n\(killer.table)")
            #expect(killer.share(of: Killer.Phase.allCases.filter(\.isMidway)) >= 80, "seed \(seed): of a hundred kills")
            for person in scene.people {
                let report: DoctorAnswer = try await person.ask("doctor")
                #expect(report.isHealthy, "seed \(seed), \(person.name): \(report)")
                try await checkFiles(of: person, killer)
            }
        }
    }

    /// Both sides have exactly the changes that were ever made, each once, and read the same from them.
    private func check(_ scene: Scene, _ killer: Killer, _ place: String) async throws {
        let made = killer.made
        for person in scene.people {
            let held = try await person.contractChanges()
            #expect(held == made.sorted(), "\(place), \(person.name)")
            let status: StatusAnswer = try await person.ask("status")
            #expect(status.contractChanges == made.count, "\(place), \(person.name)")
            let gaps = try await SQLite.query(
                person.replica, "SELECT log FROM change GROUP BY log HAVING max(seq) + 1 <> count(*) OR min(seq) <> 0")
            #expect(gaps.isEmpty, "\(place), \(person.name): a sequence number is missing or used twice")
        }
        let difference = try await scene.difference()
        #expect(difference == nil, "\(place)")
    }

    private func checkFiles(of person: Person, _ killer: Killer) async throws {
        for (name, content) in killer.files {
            let target = person.folder.appendingPathComponent("got-\(person.name)-\(name)")
            try await person.run("file", "get", Scene.contract, name, "--to", target.path)
            #expect(try Data(contentsOf: target) == Data(content), "\(person.name): \(name)")
            try FileManager.default.removeItem(at: target)
        }
    }
}
