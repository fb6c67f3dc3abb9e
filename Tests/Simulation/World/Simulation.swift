import Canon
import Foundation
import Ledger
import Relay
import Replica
import SimulatedDisk
import Store
import Support
import Sync
import SyncSupport

/// One run of a plan: what happened, and what ought not to have.
package struct Simulation: Sendable {
    package let plan: Plan
    /// One sentence a fault; empty if all is as it should be.
    package private(set) var failures: [String] = []
    package private(set) var tally = Tally()
    /// All changes that there are in the end.
    package private(set) var changes = 0
    package private(set) var machines = 0
    /// What everybody sees in the end, as one number: the same for the same plan.
    package private(set) var outcome = ""

    /// Fewer changes are not a run.
    package static let changes = 500

    /// Runs a plan, or only those of its events that are named.
    package init(_ plan: Plan, only events: Set<Int>? = nil) async {
        self.plan = plan
        do {
            let world = try World(plan)
            do { try await world.run(only: events) } catch { world.fail("\(error)") }
            failures = world.failures
            tally = world.tally
            machines = world.machines.count
            (changes, outcome) = (try? world.summary()) ?? (0, "")
            world.end()
        } catch { failures = ["The world could not be made: \(error)"] }
    }
}

extension World {
    private static let rounds = 16
    /// Steps of work after the events, until there are as many changes as a run has.
    private static let overtime = 600

    func run(only events: Set<Int>?) async throws {
        var generator = SeededGenerator(seed: plan.seed ^ 0xf00d)
        try await found(using: &generator)
        for (index, event) in plan.events.enumerated() where events?.contains(index) != false { await happen(event) }
        if events == nil {
            for _ in 0..<Self.overtime where try countedChanges() < Simulation.changes {
                await happen(Event(kind: .work, seed: generator.next()))
            }
        }
        try await rest(using: &generator)
        try check()
    }

    /// What all machines have signed.
    private func countedChanges() throws -> Int {
        try Dictionary(grouping: machines, by: \.device).values.reduce(0) { sum, twins in
            sum + (try twins.map { try $0.replica.store.changeCount(of: $0.device) }.max() ?? 0)
        }
    }

    /// All faults end, and everybody exchanges with everybody's relays until nothing is new.
    private func rest(using generator: inout SeededGenerator) async throws {
        wires = []
        sides = [:]
        for relay in relays { relay.lie = nil }
        for machine in machines {
            machine.disk.set { ($0.room, $0.failsSyncs, $0.powerFailsAt) = (nil, false, nil) }
            await attempt(machine, "resting", using: &generator) { _ = try $0.changes() }
        }
        // Through one relay first, so that the others are filled at once.
        for relays in [Array(relays.prefix(1)), relays] where try await !settle(through: relays, using: &generator) {
            return fail("the world does not come to rest")
        }
    }

    /// Whether nothing is new after some rounds in which every machine exchanges with all of `relays`.
    private func settle(through relays: [SimulatedRelay], using generator: inout SeededGenerator) async throws -> Bool {
        for _ in 0..<Self.rounds {
            let before = tally["changes that moved"]
            for machine in machines {
                for relay in relays { await exchange(.machine(machine), .relay(relay), using: &generator) }
            }
            if tally["changes that moved"] == before { return true }
        }
        return false
    }

    func summary() throws -> (Int, String) {
        let all = try (machines.map(\.replica.store) + relays.map(\.store.store)).reduce(into: Set<ChangeID>()) {
            $0.formUnion(try $1.changeIDs())
        }
        let ids = all.sorted().flatMap { Array($0.data) }
        return (all.count, "\(Derivation.sha256(ids))")
    }
}

extension Replica {
    /// Takes in a whole bundle.
    func take(bundle bytes: [UInt8]) throws {
        var reader = MemoryReader(bytes)
        let bundle = try OpenedBundle(reading: &reader)
        _ = try store.ingestBundle(bundle, by: PeerIdentity(device: device))
        var chunks = MemoryReader(bytes)
        _ = try store.takeBlobs(of: bundle, from: &chunks)
    }
}
