import Foundation
import Testing

@Suite("Several processes use one replica at a time", .enabled(if: SQLite.isInstalled))
struct ConcurrencyTests {
    private static let processes = 8
    private static let rounds = 10

    @Test("eight processes at once write ten messages each, and each message takes its own place", .timeLimit(.minutes(10)))
    func writers() async throws {
        try await Scene.with { scene in
            try await scene.agreeByBundles()
            let before = try await scene.ada.contractChanges().count
            try await withThrowingTaskGroup(of: Void.self) { group in
                for process in 0..<Self.processes {
                    group.addTask {
                        for round in 0..<Self.rounds {
                            try await scene.ada.run("message", "send", Scene.contract, "From \(process), number \(round).")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let contract = try await scene.ada.contract()
            let texts = Set(contract.messages.map(\.text))
            #expect(texts.count == Self.processes * Self.rounds && contract.messages.count == texts.count)
            let numbers = try await SQLite.query(
                scene.ada.replica,
                """
                SELECT seq FROM change WHERE log = (SELECT log FROM change WHERE audience = 3 ORDER BY arrival DESC LIMIT 1)
                ORDER BY seq
                """)
            #expect(numbers == numbers.indices.map(String.init))
            let after = try await scene.ada.contractChanges().count
            #expect(after == before + Self.processes * Self.rounds)
            let report: DoctorAnswer = try await scene.ada.ask("doctor")
            #expect(report.isHealthy, "\(report)")
            try await scene.carryAll()
            let difference = try await scene.difference()
            #expect(difference == nil)
        }
    }
}
