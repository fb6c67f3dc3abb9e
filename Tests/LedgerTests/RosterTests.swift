import Canon
import Ledger
import LedgerSupport
import Support
import Testing

/// Who is in a space: invites, joins, devices, and what of it has no effect.
struct RosterTests {
    private typealias Contract = MemorySpace.Contract

    /// A second guest who holds the link too.
    private struct Rival {
        let person: Person
        let device: Device

        init(using generator: inout SeededGenerator) throws {
            person = try Person(using: &generator)
            device = try person.device(using: &generator)
        }
    }

    private func state(_ contract: Contract) -> Roster.Place.State? { contract.space.roster.places[contract.invite]?.state }

    private func isIn(_ person: Person, _ contract: Contract) -> Bool { contract.space.roster.roles[person.id] == .freelancer }

    @Test("a founder is in, and an invite's place is open until someone joins and the inviter accepts")
    func invitation() throws {
        var generator = SeededGenerator(seed: 1)
        var contract = try MemorySpace.contract(using: &generator)
        #expect(contract.space.roster.role(of: contract.desk.id) == .client)
        #expect(contract.space.roster.founder == contract.desk.id)
        #expect(contract.space.roster.epochs == [contract.epoch.id])
        #expect(state(contract) == .open && Set(contract.space.roster.openInvites.keys) == [contract.invite])
        let join = try contract.join(using: &generator)
        #expect(state(contract) == .claimed(by: join.id) && isIn(contract.freelancer, contract))
        #expect(contract.space.roster.openInvites.isEmpty)
        #expect(contract.space.roster.joinsAwaitingConsent(of: contract.desk.id).map(\.id) == [join.id])
        #expect(contract.space.roster.joinsAwaitingConsent(of: contract.bench.id).isEmpty)
        try contract.space.write(by: contract.desk, .accept(join: join.id), using: &generator)
        #expect(state(contract) == .accepted(join: join.id) && isIn(contract.freelancer, contract))
        #expect(contract.space.roster.joinsAwaitingConsent(of: contract.desk.id).isEmpty)
        #expect(contract.space.roster.devices == [contract.desk.id, contract.bench.id])
        let keys = Set(contract.desk.certificate.sealingKeys + contract.bench.certificate.sealingKeys)
        for audience in Audience.allCases { #expect(Set(contract.space.roster.sealingKeys(reading: audience)) == keys) }
    }

    @Test("a person has no more devices than the limit, and goes on with those they have")
    func manyDevices() throws {
        var generator = SeededGenerator(seed: 3)
        var contract = try MemorySpace.contract(using: &generator)
        for _ in 0..<LedgerLimits.devices + 2 {
            let device = try contract.client.device(using: &generator)
            try contract.space.write(by: contract.desk, .addDevice(device.certificate), using: &generator)
        }
        #expect(contract.space.roster.devices.count == LedgerLimits.devices)
        #expect(contract.space.roster.role(of: contract.desk.id) == .client)
        try contract.join(using: &generator)
        #expect(contract.space.roster.role(of: contract.bench.id) == .freelancer, "the other party has room of its own")
    }

    @Test("of two who join, the first in linear order has the place until the inviter accepts the other")
    func rivals() throws {
        var generator = SeededGenerator(seed: 2)
        var contract = try MemorySpace.contract(using: &generator)
        let rival = try Rival(using: &generator)
        var elsewhere = contract.space
        let first = try contract.join(using: &generator)
        let second = try elsewhere.write(
            by: rival.device, contract.link.join(contract.invite, in: elsewhere.id, by: rival.device), using: &generator)
        try contract.space.take(from: elsewhere)
        let isFirst = contract.bench.id < rival.device.id
        #expect(isIn(contract.freelancer, contract) == isFirst && isIn(rival.person, contract) != isFirst)
        let loser = isFirst ? second : first
        try contract.space.write(by: contract.desk, .accept(join: loser.id), using: &generator)
        #expect(isIn(contract.freelancer, contract) != isFirst && isIn(rival.person, contract) == isFirst)
        #expect(state(contract) == .accepted(join: loser.id))
        let winner = isFirst ? first : second
        try contract.space.write(by: contract.desk, .accept(join: winner.id), using: &generator)
        #expect(state(contract) == .accepted(join: loser.id), "what was accepted stays")
    }

    @Test("a revoked invite admits nobody, unless a join was accepted before")
    func revocation() throws {
        var generator = SeededGenerator(seed: 3)
        let open = try MemorySpace.contract(using: &generator)

        var before = open
        try before.space.write(by: open.desk, .revokeInvite(open.invite), using: &generator)
        #expect(throws: LedgerError(.badInvite, "")) { try before.join(using: &generator) }
        #expect(state(before) == .revoked && before.space.roster.openInvites.isEmpty)

        var concurrent = open
        var elsewhere = open.space
        let join = try concurrent.join(using: &generator)
        try elsewhere.write(by: open.desk, .revokeInvite(open.invite), using: &generator)
        try concurrent.space.take(from: elsewhere)
        #expect(!isIn(open.freelancer, concurrent) && state(concurrent) == .revoked)
        try concurrent.space.write(by: open.desk, .accept(join: join.id), using: &generator)
        #expect(!isIn(open.freelancer, concurrent), "a revoked invite is not accepted afterwards")

        var claimed = open
        try claimed.join(using: &generator)
        try claimed.space.write(by: open.desk, .revokeInvite(open.invite), using: &generator)
        #expect(!isIn(open.freelancer, claimed) && state(claimed) == .revoked)

        var accepted = open
        let settled = try accepted.join(using: &generator)
        try accepted.space.write(by: open.desk, .accept(join: settled.id), using: &generator)
        try accepted.space.write(by: open.desk, .revokeInvite(open.invite), using: &generator)
        #expect(isIn(open.freelancer, accepted) && state(accepted) == .accepted(join: settled.id))
    }

    @Test("an invite is good until its expiry, by the clock of whoever joins")
    func expiry() throws {
        var generator = SeededGenerator(seed: 4)
        var contract = try MemorySpace.contract(using: &generator)
        let link = Link(using: &generator)
        let invite = try contract.space.write(
            by: contract.desk, link.invitation(expiry: 1_000, epoch: contract.epoch.id), using: &generator)
        let join = try link.join(invite.id, in: contract.space.id, by: contract.bench)
        #expect(throws: LedgerError(.badInvite, "")) {
            try contract.space.write(by: contract.bench, at: 1_001, join, using: &generator)
        }
        try contract.space.write(by: contract.bench, at: 1_000, join, using: &generator)
        #expect(isIn(contract.freelancer, contract))
    }

    @Test("a join proves its invite for its own device, space and invite")
    func proofs() throws {
        var generator = SeededGenerator(seed: 5)
        var contract = try MemorySpace.contract(using: &generator)
        let other = try MemorySpace.contract(using: &generator)
        let rival = try Rival(using: &generator)
        let link = Link(using: &generator)
        let space = contract.space.id
        let forged = try contract.freelancer.device(certifiedBy: rival.device, using: &generator)
        let joins: [(String, Device, ControlOperation)] = [
            ("with another link", contract.bench, try link.join(contract.invite, in: space, by: contract.bench)),
            (
                "for another space", contract.bench,
                try contract.link.join(contract.invite, in: other.space.id, by: contract.bench)
            ),
            ("to no invite", contract.bench, try contract.link.join(ChangeID(.zero), in: space, by: contract.bench)),
            ("with another's proof", rival.device, try contract.link.join(contract.invite, in: space, by: contract.bench)),
            (
                "with another's certificate", rival.device,
                try contract.link.join(contract.invite, in: space, by: rival.device, certificate: contract.bench.certificate)
            ),
            ("certified by a stranger", forged, try contract.link.join(contract.invite, in: space, by: forged)),
            ("by the inviter", contract.desk, try contract.link.join(contract.invite, in: space, by: contract.desk)),
        ]
        for (name, device, join) in joins {
            var attempt = contract
            let refusal = #expect(throws: (any Error).self, "\(name)") {
                try attempt.space.write(by: device, join, using: &generator)
                // A member may write it, but it has no effect.
                if self.isIn(contract.client, attempt) || attempt.space.roster == contract.space.roster {
                    throw LedgerError(.badInvite, "it had no effect")
                }
            }
            #expect((refusal as? LedgerError)?.code == .badInvite, "\(name)")
        }
        try contract.join(using: &generator)
        #expect(isIn(contract.freelancer, contract))
    }

    @Test("a person adds devices by their own key or from a device of theirs, and nobody else does")
    func devices() throws {
        var generator = SeededGenerator(seed: 6)
        var contract = try MemorySpace.contract(using: &generator)
        try contract.join(using: &generator)
        let recovered = try contract.freelancer.device(using: &generator)
        try contract.space.write(by: recovered, .addDevice(recovered.certificate), using: &generator)
        #expect(contract.space.roster.role(of: recovered.id) == .freelancer)
        let phone = try contract.freelancer.device(certifiedBy: recovered, using: &generator)
        try contract.space.write(by: contract.bench, .addDevice(phone.certificate), using: &generator)
        #expect(contract.space.roster.role(of: phone.id) == .freelancer)

        let foreign = try contract.client.device(using: &generator)
        try contract.space.write(by: contract.bench, .addDevice(foreign.certificate), using: &generator)
        #expect(contract.space.roster.role(of: foreign.id) == nil, "a device of the other party")
        let rival = try Rival(using: &generator)
        try contract.space.write(by: contract.bench, .addDevice(rival.device.certificate), using: &generator)
        #expect(contract.space.roster.role(of: rival.device.id) == nil, "a device of a stranger")
        let forged = try contract.freelancer.device(certifiedBy: rival.device, using: &generator)
        try contract.space.write(by: contract.bench, .addDevice(forged.certificate), using: &generator)
        #expect(contract.space.roster.role(of: forged.id) == nil, "a device that a stranger certified")
    }

    @Test("nobody can claim a device that is not theirs")
    func capture() throws {
        var generator = SeededGenerator(seed: 7)
        var contract = try MemorySpace.contract(using: &generator)
        try contract.join(using: &generator)
        // What the client can make: a certificate for the freelancer's device, which its own signature does not confirm.
        let fields = [contract.client.id.raw, contract.bench.id.raw, .zero, .zero, contract.client.id.raw]
        let signature = try contract.client.key.sign(CBORWriter.encode { $0.array(fields) { $0.bytes32($1) } }, for: .certificate)
        for possession in [signature, contract.bench.certificate.possession] {
            let claim = Operation("device.add") { writer in
                writer.array(7)
                for field in fields { writer.bytes32(field) }
                writer.bytes(signature)
                writer.bytes(possession)
            }
            try contract.space.write(by: contract.desk, .control, [claim], using: &generator)
        }
        #expect(contract.space.roster.role(of: contract.bench.id) == .freelancer)
        // Not even the device itself moves on to another person, and takes along what it signed.
        let moved = try Device(keys: contract.bench.keys, of: contract.client, certifiedBy: contract.client.key)
        try contract.space.write(by: contract.desk, .addDevice(moved.certificate), using: &generator)
        #expect(contract.space.roster.role(of: contract.bench.id) == .freelancer)
    }

    @Test("a stranger's control operations are void")
    func strangers() throws {
        var generator = SeededGenerator(seed: 8)
        let contract = try MemorySpace.contract(using: &generator)
        let stranger = try Rival(using: &generator).device
        let operations: [ControlOperation] = [
            .create(.contract, .client, stranger.certificate), .rotate(predecessor: nil, keys: [:], digests: [:]),
            .share(epoch: contract.epoch.id, keys: [:]), try contract.link.invitation(epoch: contract.epoch.id),
            .revokeInvite(contract.invite), .accept(join: contract.invite), .addDevice(stranger.certificate), .listSpace([]),
            .addMember(.agent, stranger.certificate),
        ]
        for operation in operations {
            let stamp = Stamp(lamport: 99, device: stranger.id, seq: 0, change: ChangeID(.random(using: &generator)))
            let placement = Placement(stamp: stamp, past: VersionVector(), membership: nil)
            let entry = ControlEntry(placement: placement, claimedTime: 0, operations: [operation])
            #expect(contract.space.roster.reasonToVoid(operation, in: entry) != nil, "\(operation.operation.kind)")
        }
    }

    @Test("members' control operations are void where they overreach")
    func overreach() throws {
        var generator = SeededGenerator(seed: 9)
        var contract = try MemorySpace.contract(using: &generator)
        let join = try contract.join(using: &generator)
        let laptop = try contract.client.device(using: &generator)
        try contract.space.write(by: contract.desk, .addDevice(laptop.certificate), using: &generator)
        let unknown = ChangeID(.random(using: &generator))
        let cases: [(String, Device, ControlOperation)] = [
            ("found the space again", contract.desk, .create(.contract, .client, contract.desk.certificate)),
            ("offer one's own place", contract.desk, try contract.link.invitation(as: .client, epoch: contract.epoch.id)),
            ("invite under an unknown epoch", contract.desk, try contract.link.invitation(epoch: unknown)),
            ("invite from another device", laptop, try contract.link.invitation(epoch: contract.epoch.id)),
            ("invite as the guest", contract.bench, try contract.link.invitation(as: .client, epoch: contract.epoch.id)),
            ("revoke from another device", laptop, .revokeInvite(contract.invite)),
            ("revoke as the guest", contract.bench, .revokeInvite(contract.invite)),
            ("revoke what does not exist", contract.desk, .revokeInvite(unknown)),
            ("accept from another device", laptop, .accept(join: join.id)),
            ("accept oneself", contract.bench, .accept(join: join.id)),
            ("accept what does not exist", contract.desk, .accept(join: unknown)),
            ("share an unknown epoch", contract.desk, .share(epoch: unknown, keys: [:])),
            ("list a space in a contract", contract.desk, .listSpace([])),
        ]
        for (name, device, operation) in cases {
            var attempt = contract
            try attempt.space.write(by: device, operation, using: &generator)
            #expect(attempt.space.roster == contract.space.roster, "\(name)")
        }
    }

    @Test("once a place is given, no other invite gives it away")
    func oneGuest() throws {
        var generator = SeededGenerator(seed: 10)
        var contract = try MemorySpace.contract(using: &generator)
        let spare = Link(using: &generator)
        let other = try contract.space.write(by: contract.desk, spare.invitation(epoch: contract.epoch.id), using: &generator)
        let beforeAll = contract.space
        let join = try contract.join(using: &generator)
        try contract.space.write(by: contract.desk, .accept(join: join.id), using: &generator)
        #expect(contract.space.roster.places[other.id]?.state == .revoked)
        let late = try contract.space.write(
            by: contract.desk, Link(using: &generator).invitation(epoch: contract.epoch.id), using: &generator)
        #expect(contract.space.roster.places[late.id] == nil)
        // A guest who has seen nothing of it, and whose join comes first in linear order.
        var elsewhere = beforeAll
        var rival = try Rival(using: &generator)
        while rival.device.id > contract.bench.id { rival = try Rival(using: &generator) }
        try elsewhere.write(by: rival.device, spare.join(other.id, in: elsewhere.id, by: rival.device), using: &generator)
        try contract.space.take(from: elsewhere)
        #expect(isIn(contract.freelancer, contract) && !isIn(rival.person, contract))
    }

    @Test("keys that leave a member out, or do not say which they are, key nothing")
    func partialKeys() throws {
        var generator = SeededGenerator(seed: 21)
        var contract = try MemorySpace.contract(using: &generator)
        try contract.settle(using: &generator)
        let whole = contract.space.rotation(using: &generator)
        guard case .rotate(let predecessor, let keys, let digests) = whole else { return }
        let partial = keys.mapValues { seals in seals.filter { contract.desk.certificate.sealingKeys.contains($0.recipient) } }
        let cases: [(ControlOperation, String?)] = [
            (.rotate(predecessor: predecessor, keys: partial, digests: digests), "it leaves out somebody who reads the space"),
            (.rotate(predecessor: predecessor, keys: [:], digests: digests), "it leaves out somebody who reads the space"),
            (.rotate(predecessor: predecessor, keys: keys, digests: [:]), "it does not say which keys it gives"), (whole, nil),
        ]
        for (operation, reason) in cases {
            let before = contract.space.roster
            let change = try contract.space.write(by: contract.desk, operation, using: &generator)
            let stamp = try #require(contract.space.placement(of: change.id))
            let entry = ControlEntry(placement: stamp, claimedTime: 0, operations: [operation])
            #expect(before.reasonToVoid(operation, in: entry) == reason)
            #expect(contract.space.roster.epochs.contains(change.id) == (reason == nil), "\(reason ?? "whole")")
        }
        let missing = contract.space.roster.keysWithout(contract.epoch.id, .money)
        #expect(Set(missing) == Set(contract.bench.certificate.sealingKeys), "who joined later was given nothing yet")
    }

    @Test("what a member knew is folded from the past of what it had seen")
    func pasts() throws {
        var generator = SeededGenerator(seed: 11)
        var contract = try MemorySpace.contract(using: &generator)
        var elsewhere = contract.space
        let join = try contract.join(using: &generator)
        let rotation = try elsewhere.write(by: contract.desk, elsewhere.rotation(using: &generator), using: &generator)
        try contract.space.take(from: elsewhere)
        #expect(contract.space.control.roster(at: rotation.id)?.devices == [contract.desk.id])
        #expect(contract.space.control.roster(at: join.id)?.epochs == [contract.epoch.id])
        #expect(contract.space.control.roster(at: ChangeID(.zero)) == nil)
        let named = contract.space.control.membership(after: nil) { $0.person(of: contract.bench.id) != nil }
        #expect(named == join.id)
        #expect(contract.space.control.membership(after: join.id) { _ in false } == join.id)
    }

    @Test("a join that nobody accepted yet takes along what its person adds, once it is accepted")
    func devicesOfAClaim() throws {
        var generator = SeededGenerator(seed: 12)
        var contract = try MemorySpace.contract(using: &generator)
        var elsewhere = contract.space
        let join = try contract.join(using: &generator)
        let phone = try contract.freelancer.device(using: &generator)
        try contract.space.write(by: contract.bench, .addDevice(phone.certificate), using: &generator)
        var rival = try Rival(using: &generator)
        while rival.device.id > contract.bench.id { rival = try Rival(using: &generator) }
        try elsewhere.write(
            by: rival.device, contract.link.join(contract.invite, in: elsewhere.id, by: rival.device), using: &generator)
        try contract.space.take(from: elsewhere)
        #expect(isIn(rival.person, contract) && contract.space.roster.role(of: phone.id) == nil)
        try contract.space.write(by: contract.desk, .accept(join: join.id), using: &generator)
        #expect(contract.space.roster.role(of: phone.id) == .freelancer)
    }
}
