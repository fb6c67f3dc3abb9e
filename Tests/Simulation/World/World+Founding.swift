import Agreement
import Canon
import Foundation
import HandselKit
import Ledger
import LedgerSupport
import Replica
import Store
import Support
import Sync

/// How a world begins: in peace, with a contract that all have agreed to.
extension World {
    private struct NotFounded: Error {}

    func found(using generator: inout SeededGenerator) async throws {
        for (role, person) in people.roles {
            let machine = try newMachine(of: person, as: role, using: &generator)
            let device = try Device(keys: machine.keys, of: person, certifiedBy: person.key)
            try machine.introduce(device.certificate)
            try machine.replica.setIdentitySpace(try machine.replica.createSpace(.identity, as: .owner))
        }
        guard let client = machines.first(where: { $0.role == .client }) else { throw NotFounded() }
        let terms = try people.terms(plan, relays: relays.map(\.device), using: &generator)
        space = try client.replica.createSpace(.contract, as: .client) { composer in
            let prose = Prose(salt: composer.randomSalt(), text: "All of it. \(World.secret)")
            try composer.write([.edit(.name("client \(World.secret)"))])
            let edits = try [composer.termsEdit(to: prose.text)].compactMap { $0 } + [.statement(prose)]
            try composer.write(edits.map(Assertion.edit))
            try composer.sign(.offer(terms, prose: prose.hash))
        }
        try invite(.freelancer, by: client, using: &generator)
        await calm(using: &generator)
        guard let freelancer = machines.first(where: { $0.role == .freelancer }) else { throw NotFounded() }
        try freelancer.replica.commit(in: space) { composer in
            guard let offer = try composer.state().current else { throw NotFounded() }
            try composer.sign(.accept(offer: offer.id, termsHash: offer.termsHash))
        }
        await calm(using: &generator)
        for (role, _) in people.roles where !role.isParty { try invite(role, by: client, using: &generator) }
        await calm(using: &generator)
        for _ in 0..<plan.furtherDevices { await addDevice(using: &generator) }
        await calm(using: &generator)
        for machine in machines where try machine.replica.roster(of: space).role(of: machine.device) == nil {
            fail("\(machine.name) is not a member once all is founded")
        }
    }

    func newMachine(
        of person: Person, as role: Role, files: URL? = nil, keys: DeviceKeys? = nil, using generator: inout SeededGenerator
    ) throws -> Machine {
        let name = "\(role.rawValue) \(machinesMade)"
        machinesMade += 1
        let machine = try Machine(
            name, of: person, as: role, keys: try keys ?? DeviceKeys(using: &generator),
            in: scratch.appendingPathComponent(name), time: time, seed: generator.next(), files: files)
        machines.append(machine)
        return machine
    }

    private func invite(_ role: Role, by client: Machine, using generator: inout SeededGenerator) throws {
        let secret = InviteSecret(using: &generator)
        try client.replica.commit(in: space) { composer in
            guard let epoch = composer.view.roster.epochs.last else { throw NotFounded() }
            let key = try secret.agreementKey().publicKey
            let keys = role.isParty ? try composer.sealedKeys(of: epoch, Audience.sealed, to: [key]) : [:]
            try composer.write(
                .invite(
                    Invite(
                        signingKey: try secret.signingKey().publicKey, agreementKey: key, role: role, expiry: .max >> 1,
                        epoch: epoch, keys: keys)))
        }
        let guest = machines.first { $0.role == role }
        try guest?.replica.holdInvite(secret, to: space, link: "")
    }

    /// All that are connected exchange what they have, through the first relay, until nothing is new.
    func calm(using generator: inout SeededGenerator) async {
        for _ in 0..<6 {
            let before = tally["changes that moved"]
            for machine in machines { await exchange(.machine(machine), .relay(relays[0]), using: &generator) }
            if tally["changes that moved"] == before { return }
        }
    }

    /// A person who is at a working machine lets in another one.
    func addDevice(using generator: inout SeededGenerator) async {
        let hosts = working
        guard machines.count < Plan.machines, !hosts.isEmpty else { return }
        let host = generator.pick(hosts)
        do {
            guard let own = try host.replica.identity().space else { return }
            let machine = try newMachine(of: host.owner, as: host.role, using: &generator)
            let device = try Device(keys: machine.keys, of: host.owner, certifiedBy: host.keys.signing)
            try machine.introduce(device.certificate)
            _ = try host.replica.commit(in: own) { try $0.write(.addDevice(device.certificate)) }
            _ = try await host.node.settle()
            try machine.reopen(isArriving: true)
            await exchange(.machine(machine), .machine(host), using: &generator)
            try machine.replica.setIdentitySpace(own)
            try machine.reopen()
            tally.add("devices added")
        } catch { take(error, of: host, "adding a device", using: &generator) }
    }

    /// A device whose first exchange was cut off tries once more, with a relay; it stays outside if nobody knows of it.
    func arrive(_ machine: Machine, using generator: inout SeededGenerator) async {
        guard let relay = relays.first else { return }
        var own = SeededGenerator(seed: generator.next())
        await attempt(machine, "arriving", using: &generator) { machine in
            if let certificate = machine.certificate { try machine.introduce(certificate) }
            try machine.reopen(isArriving: true)
            await exchange(.machine(machine), .relay(relay), using: &own)
            let identity = try machine.replica.spaces().first { try machine.replica.roster(of: $0).kind == .identity }
            if let identity { try machine.replica.setIdentitySpace(identity) }
            try machine.reopen()
        }
    }

    /// A person comes back by the recovery code, on a new machine, from a relay; machines of theirs that are doubled go.
    func recover(_ role: Role? = nil, using generator: inout SeededGenerator) async {
        guard role != nil || machines.count < Plan.machines, let relay = relays.first(where: { $0.lie == nil }) else { return }
        let (role, person) = generator.pick(people.roles.filter { role == nil || $0.role == role })
        do {
            let machine = try newMachine(of: person, as: role, using: &generator)
            let device = try Device(keys: machine.keys, of: person, certifiedBy: person.key)
            try machine.reopen(recovery: person.recovery)
            try machine.introduce(device.certificate)
            await exchange(.machine(machine), .relay(relay), proving: [person.key], using: &generator)
            let spaces = try machine.replica.spaces()
            guard let own = try spaces.first(where: { try machine.replica.roster(of: $0).kind == .identity }) else {
                machines.removeAll { $0 === machine }
                machine.close()
                return tally.add("recoveries from a relay that has nothing")
            }
            try machine.replica.setIdentitySpace(own)
            for space in spaces { try await machine.node.enter(space, with: device.certificate) }
            try machine.reopen()
            let known = try machine.replica.roster(of: own)
            for old in machines where old.state == .doubled && old.owner.id == person.id && known.person(of: old.device) != nil {
                _ = try await machine.node.removeDevice(old.device.description)
                for twin in machines where twin.device == old.device { twin.state = .retired }
            }
            await exchange(.machine(machine), .relay(relay), using: &generator)
            tally.add("recoveries")
        } catch { fail("\(role.rawValue) cannot be brought back: \(error)") }
    }
}
