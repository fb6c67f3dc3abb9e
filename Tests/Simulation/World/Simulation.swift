import Canon
import Foundation
import Ledger
import LedgerSupport
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
    private static let overtime = 200
    /// Steps in which nothing comes of it before people begin again.
    private static let patience = 10

    func run(only events: Set<Int>?) async throws {
        var generator = SeededGenerator(seed: plan.seed ^ 0xf00d)
        try await found(using: &generator)
        for (index, event) in plan.events.enumerated() where events?.contains(index) != false { await happen(event) }
        if events == nil { try await workOvertime(using: &generator) }
        try await rest(using: &generator)
        try check()
    }

    private func workOvertime(using generator: inout SeededGenerator) async throws {
        // From here on machines are looked at without a reason that anybody in the world has, and there they must not lose power.
        for machine in machines {
            machine.disk.set { $0.powerFailsAt = nil }
            await attempt(machine, "working on", using: &generator) { _ = try $0.changes() }
        }
        var vain = 0
        for step in 0..<Self.overtime {
            // To count takes longer than to work.
            if step.isMultiple(of: 4), try countedChanges() >= Simulation.changes { return }
            vain = try await fillTime(using: &generator) ? 0 : vain + 1
            if vain >= Self.patience { try await beginAgain(using: &generator) }
        }
        let count = try countedChanges()
        if count < Simulation.changes { fail("there are only \(count) changes") }
    }

    /// What all machines have signed.
    private func countedChanges() throws -> Int {
        try Dictionary(grouping: machines, by: \.device).values.reduce(0) { sum, twins in
            sum + (try twins.map { try $0.replica.store.changeCount(of: $0.device) }.max() ?? 0)
        }
    }

    /// All faults end, and everybody hears everything.
    private func rest(using generator: inout SeededGenerator) async throws {
        wires = []
        sides = [:]
        for relay in relays { attempt(relay, "becoming honest") { try $0.becomeHonest() } }
        for machine in machines {
            machine.disk.set { ($0.room, $0.failsSyncs, $0.powerFailsAt) = (nil, false, nil) }
            await attempt(machine, "resting", using: &generator) { _ = try $0.changes() }
        }
        try await exchangeAll(using: &generator)
        let stranded = machines.filter { (try? $0.replica.identity().space) == nil }
        for machine in stranded { await arrive(machine, using: &generator) }
        let helpless = try helplessParties()
        for role in helpless { await recover(role, using: &generator) }
        if !stranded.isEmpty || !helpless.isEmpty { try await exchangeAll(using: &generator) }
    }

    /// Parties all of whose devices know of a copy, so that nobody is left to write or to give keys.
    func helplessParties() throws -> [Role] {
        try people.roles.filter { role, person in
            try role.isParty
                && !machines.contains { try $0.owner.id == person.id && $0.state == .honest && $0.canSign(in: space) }
        }.map(\.role)
    }

    /// Everybody exchanges with all relays until nothing is new.
    private func exchangeAll(using generator: inout SeededGenerator) async throws {
        for _ in 0..<Self.rounds {
            let moved = tally["changes that moved"]
            await meetAll(at: relays.prefix(1), using: &generator)
            guard tally["changes that moved"] == moved else { continue }
            // Once nothing is new at one relay, the others are filled, each by the first who comes.
            let held = try arrivals()
            await meetAll(at: relays.dropFirst(), using: &generator)
            if try arrivals() == held { return }
        }
        fail("the world does not come to rest")
    }

    /// All that ever came to the machines or was written on them.
    private func arrivals() throws -> UInt64 { try machines.reduce(0) { $0 + (try $1.replica.store.sequence()) } }

    func meetAll(at relays: ArraySlice<SimulatedRelay>, using generator: inout SeededGenerator) async {
        for machine in machines {
            for relay in relays { await exchange(.machine(machine), .relay(relay), using: &generator) }
        }
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
