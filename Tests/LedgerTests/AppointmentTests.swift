import Canon
import Ledger
import LedgerSupport
import Support
import Testing

/// Agents and mediators of a contract: they are in once both parties agree.
struct AppointmentTests {
    private typealias Contract = MemorySpace.Contract

    /// A contract between two settled parties, and someone outside with a device.
    private struct Stage {
        var generator: SeededGenerator
        var contract: Contract
        let agent: Person
        let office: Device
        var roster: Roster { contract.space.roster }

        init(seed: UInt64) throws {
            generator = SeededGenerator(seed: seed)
            contract = try MemorySpace.contract(using: &generator)
            try contract.settle(using: &generator)
            agent = try Person(using: &generator)
            office = try agent.device(using: &generator)
        }

        mutating func apply(_ role: Role = .agent) throws -> ChangeID {
            try contract.apply(office, as: role, using: &generator)
        }

        @discardableResult
        mutating func write(_ device: Device, _ operation: ControlOperation) throws -> ChangeID {
            try contract.space.write(by: device, operation, using: &generator).id
        }

        /// Why `operation` would be void if `device` wrote it now, having seen everything.
        func reason(_ operation: ControlOperation, by device: Device) throws -> String? {
            var past = VersionVector()
            for tip in contract.space.allTips() { past.insert(tip) }
            let stamp = Stamp(lamport: 999, device: device.id, seq: past[LogID(device.id)], change: ChangeID(.zero))
            let placement = Placement(stamp: stamp, past: past, membership: nil)
            return roster.reasonToVoid(
                operation, in: ControlEntry(placement: placement, claimedTime: 0, operations: [operation]))
        }
    }

    @Test(
        "the other party agrees, then the founding device accepts, and only then the place is given",
        arguments: [Role.agent, .mediator])
    func consents(role: Role) throws {
        var stage = try Stage(seed: 1)
        let (desk, bench, office) = (stage.contract.desk, stage.contract.bench, stage.office)
        let spare = try stage.write(desk, Link(using: &stage.generator).invitation(as: role, epoch: stage.contract.epoch.id))
        let join = try stage.apply(role)
        let invite = try #require(stage.roster.joins.last?.invite)
        func awaiting(_ device: Device) -> [ChangeID] { stage.roster.joinsAwaitingConsent(of: device.id).map(\.id) }

        #expect(stage.roster.places[invite]?.state == .claimed(by: join) && stage.roster.role(of: office.id) == nil)
        #expect(stage.roster.participants == Set([desk, bench, office].map(\.person)))
        #expect(awaiting(bench) == [join] && awaiting(desk).isEmpty && awaiting(office).isEmpty)
        #expect(throws: LedgerError(.notAMember, "")) {
            try stage.write(office, .rotate(predecessor: nil, keys: [:], digests: [:]))
        }

        try stage.write(bench, .accept(join: join))
        #expect(stage.roster.role(of: office.id) == nil && stage.roster.device(in: role) == nil)
        #expect(awaiting(bench).isEmpty && awaiting(desk) == [join])

        try stage.write(desk, .accept(join: join))
        #expect(stage.roster.role(of: office.id) == role && stage.roster.person(in: role) == stage.agent.id)
        #expect(stage.roster.places[invite]?.state == .accepted(join: join) && stage.roster.places[spare]?.state == .revoked)
        #expect(awaiting(bench).isEmpty && awaiting(desk).isEmpty)
        #expect(stage.roster.device(in: role) == office.id && stage.roster.device(in: .client) == nil)
        let laptop = try stage.agent.device(using: &stage.generator)
        try stage.write(office, .addDevice(laptop.certificate))
        #expect(stage.roster.role(of: laptop.id) == role && stage.roster.device(in: role) == office.id)
    }

    @Test("the founding device's accept is void without the other party's in its past")
    func order() throws {
        var stage = try Stage(seed: 2)
        let join = try stage.apply()
        var elsewhere = stage.contract.space
        try stage.write(stage.contract.desk, .accept(join: join))
        #expect(stage.roster.role(of: stage.office.id) == nil)
        // Two more changes, so that the accept that has not seen the consent comes after it in linear order.
        try elsewhere.write(by: stage.contract.bench, .accept(join: join), using: &stage.generator)
        for _ in 0..<2 { try stage.write(stage.contract.desk, .share(epoch: stage.contract.epoch.id, keys: [:])) }
        try stage.write(stage.contract.desk, .accept(join: join))
        try stage.contract.space.take(from: elsewhere)
        #expect(stage.roster.role(of: stage.office.id) == nil && stage.roster.consents[join]?.count == 1)
        try stage.write(stage.contract.desk, .accept(join: join))
        #expect(stage.roster.role(of: stage.office.id) == .agent)
    }

    @Test("consent is void from everyone but the other party, and before that party's own place is settled")
    func consentsThatDoNotCount() throws {
        var stage = try Stage(seed: 3)
        let laptop = try stage.contract.client.device(using: &stage.generator)
        let phone = try stage.contract.freelancer.device(using: &stage.generator)
        try stage.write(stage.contract.desk, .addDevice(laptop.certificate))
        try stage.write(stage.contract.bench, .addDevice(phone.certificate))
        let mediator = try Person(using: &stage.generator).device(using: &stage.generator)
        try stage.contract.appoint(mediator, as: .mediator, using: &stage.generator)
        let join = try stage.apply()
        let own = try #require(stage.roster.joins.first?.id)
        let cases: [(Device, ControlOperation, String?)] = [
            (phone, .accept(join: join), nil),
            (stage.contract.desk, .accept(join: join), "the other party has not agreed to the agent yet"),
            (laptop, .accept(join: join), "only the other party agrees to the agent"),
            (mediator, .accept(join: join), "only the other party agrees to the agent"),
            (stage.office, .accept(join: join), "its author is not a member"),
            (phone, .accept(join: own), "the invite was already accepted"),
            (phone, .accept(join: ChangeID(.zero)), "there is no such join"),
        ]
        for (device, operation, reason) in cases { #expect(try stage.reason(operation, by: device) == reason) }

        var early = try MemorySpace.contract(using: &stage.generator)
        try early.join(using: &stage.generator)
        let waiting = try early.apply(stage.office, as: .agent, using: &stage.generator)
        try early.space.write(by: early.bench, .accept(join: waiting), using: &stage.generator)
        #expect(early.space.roster.consents.isEmpty, "who only claims a place could lose it to another")
        #expect(early.space.roster.joinsAwaitingConsent(of: early.bench.id).isEmpty)
        let party = early.space.roster.joinsAwaitingConsent(of: early.desk.id).map(\.id)
        #expect(party == early.space.roster.joins.prefix(1).map(\.id))
    }

    @Test("invites for places that cannot be offered are void, each for its reason")
    func invites() throws {
        var stage = try Stage(seed: 4)
        let epoch = stage.contract.epoch.id
        let link = Link(using: &stage.generator)
        let (desk, bench) = (stage.contract.desk, stage.contract.bench)
        try stage.contract.appoint(stage.office, as: .mediator, using: &stage.generator)
        let cases: [(Device, ControlOperation, String?)] = [
            (desk, try link.invitation(as: .agent, epoch: epoch), nil),
            (desk, try link.invitation(as: .agent, epoch: epoch, keys: [.money: []]), "an invite for the agent carries no keys"),
            (desk, try link.invitation(as: .agent, epoch: ChangeID(.zero)), "it names an unknown epoch"),
            (desk, try link.invitation(as: .mediator, epoch: epoch), nil),
            (desk, try link.invitation(as: .freelancer, epoch: epoch), "the freelancer's place is taken"),
            (desk, try link.invitation(as: .client, epoch: epoch), "only another's place in a contract can be offered"),
            (desk, try link.invitation(as: .owner, epoch: epoch), "only another's place in a contract can be offered"),
            (bench, try link.invitation(as: .agent, epoch: epoch), "only the device that founded the space invites"),
            (stage.office, try link.invitation(as: .agent, epoch: epoch), "only the device that founded the space invites"),
        ]
        for (device, operation, reason) in cases { #expect(try stage.reason(operation, by: device) == reason) }
    }

    @Test("nobody has two places in one contract")
    func twoPlaces() throws {
        var stage = try Stage(seed: 5)
        let phone = try stage.contract.freelancer.device(using: &stage.generator)
        for party in [stage.contract.desk, stage.contract.bench, phone] {
            #expect(throws: LedgerError(.badInvite, "")) {
                _ = try stage.contract.apply(party, as: .agent, using: &stage.generator)
                // A member may write it, but it has no effect.
                if stage.roster.joins.count == 1 { throw LedgerError(.badInvite, "it had no effect") }
            }
        }
        // One who waits for two places gets the one that is settled first.
        let agent = try stage.apply(.agent)
        let again = try stage.agent.device(using: &stage.generator)
        let mediator = try stage.contract.apply(again, as: .mediator, using: &stage.generator)
        for join in [agent, mediator] { try stage.write(stage.contract.bench, .accept(join: join)) }
        try stage.write(stage.contract.desk, .accept(join: agent))
        for party in [stage.contract.desk, stage.contract.bench] {
            #expect(try stage.reason(.accept(join: mediator), by: party) == "its person is already a member")
        }
        #expect(stage.roster.roles[stage.agent.id] == .agent && stage.roster.person(in: .mediator) == nil)
        let invite = try #require(stage.roster.joins.last?.invite)
        #expect(
            stage.roster.places[invite]?.state == .open && stage.roster.joinsAwaitingConsent(of: stage.contract.desk.id).isEmpty)
        #expect(stage.roster.role(of: again.id) == .agent)
    }

    @Test("an invite can be taken back until both have agreed, and others may join and be agreed to in its place")
    func revocation() throws {
        var stage = try Stage(seed: 6)
        let (desk, bench) = (stage.contract.desk, stage.contract.bench)
        let first = try stage.apply()
        let invite = try #require(stage.roster.joins.last?.invite)
        try stage.write(bench, .accept(join: first))
        try stage.write(desk, .revokeInvite(invite))
        #expect(try stage.reason(.accept(join: first), by: desk) == "the invite was revoked")
        #expect(!stage.roster.participants.contains(stage.agent.id))
        #expect(stage.roster.joinsAwaitingConsent(of: desk.id).isEmpty)

        let other = try Person(using: &stage.generator).device(using: &stage.generator)
        try stage.contract.appoint(other, as: .agent, using: &stage.generator)
        let accepted = try #require(stage.roster.joins.last?.invite)
        try stage.write(desk, .revokeInvite(accepted))
        #expect(stage.roster.role(of: other.id) == .agent, "what is settled cannot be taken back")
        #expect(try stage.reason(.accept(join: first), by: desk) == "the invite was revoked")
    }

    @Test("of several joins to one link, the parties choose the one they accept")
    func strangerWithTheLink() throws {
        var stage = try Stage(seed: 7)
        let link = Link(using: &stage.generator)
        let invite = try stage.write(
            stage.contract.desk, link.invitation(as: .agent, epoch: stage.contract.epoch.id))
        var elsewhere = stage.contract.space
        let stranger = try Person(using: &stage.generator).device(using: &stage.generator)
        let id = stage.contract.space.id
        try stage.write(stranger, link.join(invite, in: id, by: stranger))
        let join = try elsewhere.write(
            by: stage.office, link.join(invite, in: id, by: stage.office), using: &stage.generator)
        try stage.contract.space.take(from: elsewhere)
        #expect(stage.roster.joinsAwaitingConsent(of: stage.contract.bench.id).count == 2)
        for party in [stage.contract.bench, stage.contract.desk] { try stage.write(party, .accept(join: join.id)) }
        #expect(stage.roster.role(of: stage.office.id) == .agent && stage.roster.role(of: stranger.id) == nil)
        #expect(!stage.roster.participants.contains(stranger.person))
    }

    @Test("a device that its person adds while they wait is in with them")
    func devicesOfAnApplicant() throws {
        var stage = try Stage(seed: 8)
        let join = try stage.apply()
        let recovered = try stage.agent.device(using: &stage.generator)
        try stage.write(recovered, .addDevice(recovered.certificate))
        #expect(stage.roster.role(of: recovered.id) == nil)
        for party in [stage.contract.bench, stage.contract.desk] { try stage.write(party, .accept(join: join)) }
        #expect(stage.roster.role(of: recovered.id) == .agent && stage.roster.device(in: .agent) == stage.office.id)
        let keys = Set(stage.office.certificate.sealingKeys + recovered.certificate.sealingKeys)
        #expect(Set(stage.roster.sealingKeys(of: stage.agent.id)) == keys)
    }

    @Test("an agent gives a space no new keys, because it would know those of what it does not read")
    func keys() throws {
        var stage = try Stage(seed: 9)
        try stage.contract.appoint(stage.office, as: .agent, using: &stage.generator)
        let epochs = stage.roster.epochs
        try stage.write(stage.office, stage.contract.space.rotation(using: &stage.generator))
        #expect(stage.roster.epochs == epochs)
        let rotation = try stage.write(stage.contract.bench, stage.contract.space.rotation(using: &stage.generator))
        #expect(stage.roster.epochs == epochs + [rotation])
    }
}

/// What an agent's device can open.
struct AppointmentKeyTests {
    private static func rotation(
        _ keys: [Audience: Bytes32], in space: MemorySpace, after predecessor: ChangeID
    ) throws -> ControlOperation {
        var seals: [Audience: [SealedKey]] = [:]
        for (audience, key) in keys {
            let context = SealContext(label: SealContext.rotation, space: space.id, audience: audience, epoch: predecessor)
            seals[audience] = try HPKESealing().seal(key, to: space.roster.sealingKeys(reading: audience), in: context)
        }
        return .rotate(predecessor: predecessor, keys: seals, digests: keys.mapValues(Derivation.epochKeyDigest))
    }

    /// What a device opens of the seals of one operation.
    private static func opened(
        _ seals: [Audience: [SealedKey]], by device: Device, in space: SpaceID, _ label: String, _ epoch: ChangeID
    ) -> [Audience: Bytes32] {
        var opened: [Audience: Bytes32] = [:]
        for (audience, seals) in seals {
            let context = SealContext(label: label, space: space, audience: audience, epoch: epoch)
            opened[audience] = HPKESealing().open(seals, with: [device.keys.agreement], in: context)
        }
        return opened
    }

    @Test("a rotation and a share give an agent the money's key and not the parties'", arguments: [Role.agent, .mediator])
    func money(role: Role) throws {
        var generator = SeededGenerator(seed: 1)
        var contract = try MemorySpace.contract(using: &generator)
        try contract.settle(using: &generator)
        let office = try Person(using: &generator).device(using: &generator)
        let (id, epoch) = (contract.space.id, contract.epoch.id)
        let keys: [Audience: Bytes32] = [.money: .random(using: &generator), .parties: .random(using: &generator)]

        let join = try contract.apply(office, as: role, using: &generator)
        for party in [contract.bench, contract.desk] {
            guard case .rotate(_, let seals, _) = try Self.rotation(keys, in: contract.space, after: epoch) else { return }
            #expect(Self.opened(seals, by: office, in: id, SealContext.rotation, epoch).isEmpty, "nothing before both agree")
            try contract.space.write(by: party, .accept(join: join), using: &generator)
        }
        let roster = contract.space.roster
        guard case .rotate(_, let seals, _) = try Self.rotation(keys, in: contract.space, after: epoch) else { return }
        #expect(Self.opened(seals, by: office, in: id, SealContext.rotation, epoch) == [.money: keys[.money]])
        #expect(Self.opened(seals, by: contract.bench, in: id, SealContext.rotation, epoch) == keys)

        let audiences = try #require(roster.kind).audiences(readBy: role)
        var shares: [Audience: [SealedKey]] = [:]
        for audience in audiences {
            let context = SealContext(label: SealContext.share, space: id, audience: audience, epoch: epoch)
            shares[audience] = try HPKESealing().seal(
                try #require(keys[audience]), to: roster.sealingKeys(of: office.person), in: context)
        }
        #expect(Self.opened(shares, by: office, in: id, SealContext.share, epoch) == [.money: keys[.money]])
        #expect(Self.opened(shares, by: contract.bench, in: id, SealContext.share, epoch).isEmpty)
        #expect(roster.sealingKeys(reading: .control).count == 6, "unsealed audiences are everyone's")
        #expect(roster.sealingKeys(reading: .money).count == 6 && roster.sealingKeys(reading: .parties).count == 4)
    }
}
