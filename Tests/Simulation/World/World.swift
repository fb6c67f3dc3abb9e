import Canon
import Foundation
import GRDB
import HandselKit
import Ledger
import LedgerSupport
import Relay
import Replica
import SimulatedDisk
import Store
import Support
import Sync

/// A world of machines and relays in which one plan happens.
///
/// Everything runs one step after another, and all that is random in a step comes from that step's own seed.
final class World {
    let plan: Plan
    let time = WorldTime()
    let scratch: URL
    let people: People
    var machines: [Machine] = []
    var machinesMade = 0
    var relays: [SimulatedRelay] = []
    /// The contract that all have in common.
    var space = SpaceID(.zero)
    var wires: [Wire] = []
    var tally = Tally()
    private(set) var failures: [String] = []
    /// Where each station is while some cannot reach others; empty if all can.
    var sides: [String: Int] = [:]
    /// Changes that somebody made up, which nobody may ever keep.
    var forged: Set<ChangeID> = []
    /// Acts that their signers were not allowed, which nobody may ever let count.
    var misdeeds: Set<ChangeID> = []
    /// Acts that were signed as the rules allowed; as long as they stand, nothing that arrives later may take them back.
    var rightful: Set<ChangeID> = []
    var bank = Bank()
    private var recorded: [[UInt8]] = []
    private var leaks: Set<String> = []

    /// In all that people write; no relay may ever see it.
    static let secret = "quiddity"
    private static let recordings = 40

    init(_ plan: Plan) throws {
        self.plan = plan
        var generator = SeededGenerator(seed: plan.seed)
        people = try People(plan, using: &generator)
        scratch = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appendingPathComponent("handsel-world-\(plan.seed)-\(ProcessInfo.processInfo.processIdentifier)")
        try? FileManager.default.removeItem(at: scratch)
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        for number in 0..<plan.relays {
            let name = "relay \(number)"
            let folder = scratch.appendingPathComponent(name)
            relays.append(try SimulatedRelay(name, in: folder, time: time, using: &generator))
        }
    }

    func end() {
        wires = []
        for machine in machines { machine.close() }
        for relay in relays { relay.close() }
        try? FileManager.default.removeItem(at: scratch)
    }

    func fail(_ sentence: String) { failures.append(sentence) }

    var stations: [Station] { machines.map(Station.machine) + relays.map(Station.relay) }

    /// Machines that their owners still use and that sign for them.
    var working: [Machine] { machines.filter { $0.state == .honest } }

    func areConnected(_ first: Station, _ second: Station) -> Bool { sides[first.name] == sides[second.name] }

    // MARK: What a machine does, and what becomes of it

    /// Lets a machine do something; what its disk or its rules refuse is counted, and after a loss of power it starts again.
    func attempt(
        _ machine: Machine, _ what: String, using generator: inout SeededGenerator, _ body: (Machine) async throws -> Void
    ) async {
        do { try await body(machine) } catch { take(error, of: machine, what, using: &generator) }
    }

    func attempt(_ relay: SimulatedRelay, _ what: String, _ body: (SimulatedRelay) throws -> Void) {
        do { try body(relay) } catch { fail("\(relay.name), \(what): \(error)") }
    }

    func take(_ error: any Error, of machine: Machine, _ what: String, using generator: inout SeededGenerator) {
        if machine.disk.isOff { return restart(machine, using: &generator) }
        guard let sentence = Self.sentence(of: error) else {
            return fail("\(machine.name), \(what): an error that nobody is told in words: \(error)")
        }
        tally.add("refusals")
        if sentence.code == "quota" || sentence.code == "busy" { machine.disk.set { ($0.room, $0.failsSyncs) = (nil, false) } }
    }

    static func sentence(of error: any Error) -> (code: String, text: String)? {
        switch error {
        case let error as StoreError: ("\(error.code)", error.description)
        case let error as ReplicaError: ("\(error.code)", error.description)
        case let error as SyncError: ("\(error.code)", error.description)
        case let error as LedgerError: ("\(error.code)", error.description)
        case let error as HandselError: ("\(error.code)", error.description)
        default: StoreError(error).map { ("\($0.code)", $0.description) }
        }
    }

    private func restart(_ machine: Machine, using generator: inout SeededGenerator) {
        tally.add("fault: power lost")
        wires.removeAll { $0.touches(machine) }
        do {
            let sent = machine.hasForgotten ? [] : try changesElsewhere(of: machine)
            try machine.restart(using: &generator)
            let here = try machine.changes()
            let lost = machine.promised.union(sent).subtracting(here)
            if !lost.isEmpty { fail("\(machine.name) lost \(lost.count) changes with its power that others rely on") }
        } catch { fail("\(machine.name) does not start after a loss of power: \(error)") }
    }

    /// Changes of a machine's device that others have, and that it had sent durably.
    private func changesElsewhere(of machine: Machine) throws -> Set<ChangeID> {
        guard machine.state == .honest else { return [] }
        let others = machines.filter { $0 !== machine && $0.state == .honest }.map(\.replica.store) + relays.map(\.store.store)
        return try others.reduce(into: []) { $0.formUnion(try $1.changeIDs(of: machine.device)) }
    }

    // MARK: Exchanges

    /// Opens a connection between two stations and carries `frames` frames; what is left stays on its way.
    func exchange(
        _ first: Station, _ second: Station, frames: Int = .max, tampering: Tampering.Kind? = nil,
        proving keys: [SigningKey] = [],
        using generator: inout SeededGenerator
    ) async {
        time.pass(1_000)
        do {
            let wire = try Wire(first, second, proving: keys, using: &generator)
            if let tampering {
                let spaces = try first.machine?.replica.spaces() ?? []
                wire.tampering = Tampering(
                    tampering, recorded: recorded, target: spaces.isEmpty ? space : generator.pick(spaces), using: &generator)
            }
            wire.onFrame = { [unowned self] in look(at: $0, of: $1) }
            await pump(wire, frames, using: &generator)
        } catch {
            let machines = [first, second].compactMap(\.machine)
            guard let machine = machines.first(where: \.disk.isOff) ?? machines.last else { return fail("\(error)") }
            take(error, of: machine, "exchange", using: &generator)
        }
    }

    func pump(_ wire: Wire, _ frames: Int, using generator: inout SeededGenerator) async {
        switch wire.pump(frames) {
        case .open:
            if !wires.contains(where: { $0 === wire }) { wires.append(wire) }
            return
        case .settled:
            tally.add("exchanges")
            for machine in [wire.dialer, wire.listener].compactMap(\.machine) { promise(machine) }
        case .silent:
            tally.add("exchanges that fell silent")
            if wire.isHonest {
                fail("an exchange of \(wire.dialer.name) with \(wire.listener.name) fell silent without a reason")
            }
        case .failed(let error, let station):
            tally.add("exchanges that failed")
            if let machine = station.machine {
                take(error, of: machine, "exchange", using: &generator)
            } else if Self.sentence(of: error) == nil {
                fail("\(station.name): an error that nobody is told in words: \(error)")
            }
            if wire.isHonest { note(error, of: wire) }
        }
        if let tampering = wire.tampering {
            tally.add("fault: frames tampered with, \(tampering.kind)", tampering.count)
            forged.formUnion(tampering.forged)
        }
        tally.add("changes that moved", wire.ends.reduce(0) { $0 + $1.statistics.changesReceived })
        wires.removeAll { $0 === wire }
        for (station, end) in zip([wire.dialer, wire.listener], wire.ends) {
            // Without anything new there is nothing to do.
            guard let machine = station.machine, end.statistics.changesReceived + end.statistics.receipts > 0 else { continue }
            await settle(machine, using: &generator)
        }
    }

    /// Why an exchange failed in which nobody lied.
    private func note(_ error: any Error, of wire: Wire) {
        guard let sentence = Self.sentence(of: error) else { return }
        tally.add("honest exchanges that failed: \(sentence.code)")
    }

    /// What a session that both have ended says is here.
    private func promise(_ machine: Machine) {
        _ = try? machine.isMember(of: space)
        do { machine.promised = try machine.changes() } catch { fail("\(machine.name) cannot be read: \(error)") }
    }

    /// What a node does by itself after an exchange.
    func settle(_ machine: Machine, using generator: inout SeededGenerator) async {
        guard machine.state != .stolen else { return }
        await attempt(machine, "settling", using: &generator) { machine in
            _ = try await machine.node.settle()
            if machine.role == .agent { try await serve(machine) }
        }
    }

    private func look(at frame: [UInt8], of station: Station) {
        if recorded.count < Self.recordings { recorded.append(frame) } else { recorded[frame.count % Self.recordings] = frame }
        guard station.relay != nil else { return }
        if contains(frame, Self.secret) { leaks.insert(station.name) }
    }

    /// Whether a relay was sent words in the clear.
    var leakingRelays: Set<String> { leaks }
}

/// Whether some bytes contain those of a text.
func contains(_ bytes: some ContiguousBytes, _ text: String) -> Bool {
    let wanted = Array(text.utf8)
    return bytes.withUnsafeBytes { bytes in
        guard let first = wanted.first, let base = bytes.baseAddress, bytes.count >= wanted.count else { return false }
        var start = 0
        let end = bytes.count - wanted.count
        while start <= end {
            guard let found = memchr(base + start, Int32(first), end - start + 1) else { return false }
            start = UnsafeRawPointer(found) - base
            if wanted.indices.allSatisfy({ bytes[start + $0] == wanted[$0] }) { return true }
            start += 1
        }
        return false
    }
}
