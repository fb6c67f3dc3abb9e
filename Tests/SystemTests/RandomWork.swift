import Foundation
import Testing

/// Both sides at work for some rounds: offline each for itself, then brought together.
struct RandomWork {
    let scene: Scene
    let seed: UInt64
    private(set) var freelancer: Worker
    private(set) var client: Worker

    init(_ scene: Scene, operations: Int, seed: UInt64) {
        self.scene = scene
        self.seed = seed
        freelancer = Worker(scene.ada, isClient: false, operations: operations, seed: seed)
        client = Worker(scene.bob, isClient: true, operations: operations, seed: seed &+ 1_000)
    }

    /// Works `operations` times on each side, and checks after each round that both have the same.
    mutating func run(_ operations: Int, exchange: () async throws -> Void) async throws {
        let rounds = max(3, operations / 60)
        for round in 1...rounds {
            try await freelancer.look()
            try await client.look()
            let share = operations * round / rounds - operations * (round - 1) / rounds
            async let ada = freelancer.working(share)
            async let bob = client.working(share)
            (freelancer, client) = try await (ada, bob)
            try await exchange()
            let difference = try await scene.difference()
            try #require(difference == nil, "seed \(seed), round \(round)")
        }
        checkShares(of: freelancer, operations)
        checkShares(of: client, operations)
    }

    /// Every verb has three of a hundred operations at least, and the terms, which both edit, twenty.
    private func checkShares(of worker: Worker, _ operations: Int) {
        #expect(worker.operations == operations)
        for verb in Verb.all(forClient: worker.isClient) {
            let tally = worker.tallies[verb] ?? Worker.Tally()
            let share = verb == .contractEdit ? 20 : 3
            #expect((tally.done + tally.refused) * 100 >= operations * share, "seed \(seed): \(verb.rawValue)")
        }
    }

    /// How often each verb was done and refused on each side.
    var table: String {
        func column(_ worker: Worker, _ verb: Verb) -> String {
            let tally = worker.tallies[verb] ?? Worker.Tally()
            return "\(tally.done)".leftPadded(6) + "\(tally.refused)".leftPadded(9)
        }
        let rows = Verb.allCases.map { verb in
            verb.rawValue.padding(toLength: 18, withPad: " ", startingAt: 0) + column(freelancer, verb) + column(client, verb)
        }
        return "seed \(seed): freelancer done, refused; client done, refused\n" + rows.joined(separator: "\n")
    }
}

extension String {
    func leftPadded(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
