import Canon
import Foundation
import GRDB
import HandselKit
import Ledger
import LedgerSupport
import Replica
import SimulatedDisk
import Store
import Support
import Sync
import SyncSupport

/// What happens in a world, one event after another.
extension World {
    private static let day: UInt64 = 24 * 3_600_000

    func happen(_ event: Event) async {
        var generator = SeededGenerator(seed: event.seed)
        tally.add("event: \(event.kind.rawValue)")
        time.pass(60_000)
        // What is on its way moves on a little.
        for wire in wires where generator.chance(50) { await pump(wire, generator.pick(1..<8), using: &generator) }
        switch event.kind {
        case .work: await work(using: &generator)
        case .exchange: await meet(using: &generator)
        case .bundle: await carryBundle(using: &generator)
        case .time: time.pass(UInt64(generator.pick(1..<12)) * Self.day)
        case .clock: setClock(using: &generator)
        case .tampering: await meet(tampering: generator.pick(Tampering.Kind.allCases), using: &generator)
        case .lyingRelay: lie(using: &generator)
        case .wipedRelay: wipeRelay(using: &generator)
        case .partition: partition(using: &generator)
        case .powerLoss, .fullDisk, .failedSync: await strike(event.kind, using: &generator)
        case .backup, .restore, .twin: await copy(event.kind, using: &generator)
        case .misdeed: await misbehave(using: &generator)
        case .newDevice: await addDevice(using: &generator)
        case .removal: await remove(using: &generator)
        case .recovery: await recover(using: &generator)
        }
    }

    /// Two that are connected exchange what they have: all of it, or until the connection breaks, or slowly.
    private func meet(tampering: Tampering.Kind? = nil, using generator: inout SeededGenerator) async {
        let first = Station.machine(generator.pick(machines))
        let others = stations.filter { $0.device != first.device && areConnected(first, $0) }
        guard !others.isEmpty else { return tally.add("exchanges that found nobody") }
        let relays = others.filter { $0.relay != nil }
        let second = generator.pick(!relays.isEmpty && generator.chance(60) ? relays : others)
        let weather = generator.pick(0..<10)
        switch tampering == nil ? weather : 0 {
        case 0:
            // So that there is something to tamper with.
            if tampering != nil, let machine = first.machine { await work(at: machine, using: &generator) }
            await exchange(first, second, tampering: tampering, using: &generator)
        case 1:
            tally.add("fault: connections that broke")
            await exchange(first, second, frames: generator.pick(1..<16), using: &generator)
            wires.removeAll { $0.dialer.device == first.device && $0.listener.device == second.device }
        case 2, 3:
            tally.add("fault: slow connections")
            await exchange(first, second, frames: generator.pick(1..<6), using: &generator)
        default: await exchange(first, second, using: &generator)
        }
    }

    private func carryBundle(using generator: inout SeededGenerator) async {
        let (sender, receiver) = (generator.pick(machines), generator.pick(machines))
        let cut = generator.chance(20) ? generator.pick(1..<2_000) : nil
        var bytes: [UInt8]?
        await attempt(sender, "writing a bundle", using: &generator) { sender in
            try sender.replica.makeDurable(through: sender.replica.sequence())
            bytes = try Bundle.bytes(of: space, from: sender.replica)
        }
        guard let bytes else { return }
        tally.add("bundles")
        if cut != nil { tally.add("fault: bundles cut short") }
        await attempt(receiver, "reading a bundle", using: &generator) { receiver in
            try receiver.replica.take(bundle: cut.map { Array(bytes.dropLast($0)) } ?? bytes)
        }
        await settle(receiver, using: &generator)
    }

    private func setClock(using generator: inout SeededGenerator) {
        tally.add("fault: clocks set wrong")
        let skew = Int64(generator.pick(-10..<10)) * Int64(Self.day)
        if generator.chance(80) {
            generator.pick(machines).clock.set(skew: skew)
        } else {
            generator.pick(relays).clock.set(skew: skew)
        }
    }

    private func lie(using generator: inout SeededGenerator) {
        let relay = generator.pick(relays)
        wires.removeAll { $0.touches(relay) }
        guard relay.lie == nil else { return attempt(relay, "becoming honest") { try $0.becomeHonest() } }
        let lie = generator.pick(Lie.allCases)
        tally.add("fault: a relay lies, \(lie)")
        relay.lie(about: lie)
    }

    private func wipeRelay(using generator: inout SeededGenerator) {
        let relay = generator.pick(relays)
        tally.add("fault: relays wiped")
        wires.removeAll { $0.touches(relay) }
        attempt(relay, "beginning anew") { try $0.wipe() }
    }

    private func partition(using generator: inout SeededGenerator) {
        guard sides.isEmpty else {
            sides = [:]
            return
        }
        tally.add("fault: partitions")
        for station in stations { sides[station.name] = generator.pick(0..<2) }
        wires.removeAll { !areConnected($0.dialer, $0.listener) }
    }

    /// Lets something fail in what a machine does next.
    private func strike(_ kind: EventKind, using generator: inout SeededGenerator) async {
        let machine = generator.pick(machines)
        switch kind {
        case .powerLoss:
            let moment = machine.disk.operations + generator.pick(1..<120)
            machine.disk.set { $0.powerFailsAt = moment }
        case .fullDisk:
            tally.add("fault: disks full")
            let room = generator.pick(0..<60_000)
            machine.disk.set { $0.room = room }
        default:
            tally.add("fault: syncs that fail")
            machine.disk.set { $0.failsSyncs = true }
        }
        await work(at: machine, using: &generator)
        if generator.chance(60) { await exchange(.machine(machine), .relay(generator.pick(relays)), using: &generator) }
        if generator.chance(50) { machine.disk.set { ($0.room, $0.failsSyncs) = (nil, false) } }
    }

    private func copy(_ kind: EventKind, using generator: inout SeededGenerator) async {
        let kept = working.filter { $0.backup != nil }
        switch kind {
        case .restore where !kept.isEmpty:
            let machine = generator.pick(kept)
            tally.add("fault: disks put back to an earlier state")
            wires.removeAll { $0.touches(machine) }
            do { try machine.restore() } catch { fail("\(machine.name) does not open its backup: \(error)") }
        case .twin where machines.count < Plan.machines && !kept.isEmpty:
            let machine = generator.pick(kept)
            guard let backup = machine.backup else { return }
            tally.add("fault: copies used beside the original")
            do {
                let twin = try newMachine(
                    of: machine.owner, as: machine.role, files: backup.files, keys: machine.keys, using: &generator)
                twin.state = .doubled
                machine.state = .doubled
                await work(at: twin, using: &generator)
                await work(at: machine, using: &generator)
            } catch { fail("\(machine.name) cannot be copied: \(error)") }
        default:
            let machine = generator.pick(working.isEmpty ? machines : working)
            await attempt(machine, "a backup", using: &generator) { try $0.backUp() }
        }
    }

    /// Somebody's device is stolen or done with, and another of theirs removes it; it works on all the same.
    private func remove(using generator: inout SeededGenerator) async {
        let pairs = working.flatMap { first in
            working.filter { $0 !== first && $0.owner.id == first.owner.id }.map { (first, $0) }
        }
        guard !pairs.isEmpty else { return }
        let (remover, removed) = generator.pick(pairs)
        let isStolen = generator.chance(60)
        removed.state = isStolen ? .stolen : .retired
        if isStolen { tally.add("fault: devices stolen") }
        for _ in 0..<generator.pick(0..<3) { await work(at: removed, using: &generator) }
        let device = removed.device.description
        await attempt(remover, "removing a device", using: &generator) { _ = try await $0.node.removeDevice(device) }
        for _ in 0..<generator.pick(0..<3) { await work(at: removed, using: &generator) }
        tally.add("devices removed")
    }
}
