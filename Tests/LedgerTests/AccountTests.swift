import Canon
import Ledger
import LedgerSupport
import Support
import Testing

/// Accounts: a freelancer founds one and takes in an agent by a certificate of theirs.
struct AccountTests {
    private struct Stage {
        var generator: SeededGenerator
        var space: MemorySpace
        let freelancer: Person
        let bench: Device
        let agent: Person
        let office: Device

        init(seed: UInt64) throws {
            generator = SeededGenerator(seed: seed)
            freelancer = try Person(using: &generator)
            bench = try freelancer.device(using: &generator)
            agent = try Person(using: &generator)
            office = try agent.device(using: &generator)
            space = try MemorySpace.founded(.account, as: .freelancer, by: bench, using: &generator)
        }

        mutating func write(_ device: Device, _ operation: ControlOperation) throws -> ChangeID {
            try space.write(by: device, operation, using: &generator).id
        }
    }

    @Test("the agent is a member at once, reads everything, and acts with the device that was certified")
    func addition() throws {
        var stage = try Stage(seed: 1)
        _ = try stage.write(stage.bench, .addMember(.agent, stage.office.certificate))
        let roster = stage.space.roster
        #expect(roster.kind == .account && roster.role(of: stage.office.id) == .agent)
        #expect(roster.device(in: .agent) == stage.office.id && roster.device(in: .freelancer) == nil)
        let keys = Set(stage.bench.certificate.sealingKeys + stage.office.certificate.sealingKeys)
        for audience in Audience.sealed { #expect(Set(roster.sealingKeys(reading: audience)) == keys) }
        _ = try stage.write(stage.office, stage.space.rotation(using: &stage.generator))
        let laptop = try stage.agent.device(using: &stage.generator)
        _ = try stage.write(stage.office, .addDevice(laptop.certificate))
        #expect(stage.space.roster.role(of: laptop.id) == .agent && stage.space.roster.device(in: .agent) == stage.office.id)
    }

    @Test("nobody founds an account but a freelancer, and neither agent nor mediator founds a contract")
    func founders() throws {
        var generator = SeededGenerator(seed: 2)
        let device = try Person(using: &generator).device(using: &generator)
        let roles: [Role] = [.owner, .client, .freelancer, .agent, .mediator]
        for kind in [SpaceKind.identity, .contract, .account] {
            for role in roles {
                let space = try? MemorySpace.founded(kind, as: role, by: device, using: &generator)
                #expect((space?.roster.role(of: device.id) == role) == kind.founders.contains(role), "\(role) of \(kind)")
            }
        }
    }

    @Test("additions are void where they overreach, each for its reason")
    func overreach() throws {
        var stage = try Stage(seed: 3)
        var other = stage.generator
        let laptop = try stage.freelancer.device(using: &other)
        _ = try stage.write(stage.bench, .addDevice(laptop.certificate))
        let stranger = try Person(using: &other)
        let forged = try stage.agent.device(certifiedBy: stranger.device(using: &other), using: &other)
        let certificate = stage.office.certificate
        var contract = try MemorySpace.contract(using: &other)
        try contract.settle(using: &other)
        var full = stage.space
        try full.write(by: stage.bench, .addMember(.agent, certificate), using: &other)
        let epoch = try stage.write(stage.bench, stage.space.rotation(using: &stage.generator))
        let link = Link(using: &other)
        let cases: [(MemorySpace, Device, ControlOperation, String)] = [
            (stage.space, laptop, .addMember(.agent, certificate), "only the device that founded the space adds a member"),
            (full, stage.office, .addMember(.agent, certificate), "only the device that founded the space adds a member"),
            (stage.space, stage.office, .addMember(.agent, certificate), "its author is not a member"),
            (stage.space, stage.bench, .addMember(.mediator, certificate), "only the agent is added"),
            (stage.space, stage.bench, .addMember(.freelancer, certificate), "only the agent is added"),
            (stage.space, stage.bench, .addMember(.agent, laptop.certificate), "its person is already a member"),
            (stage.space, stage.bench, .addMember(.agent, forged.certificate), "its certificate is not valid"),
            (full, stage.bench, .addMember(.agent, certificate), "the agent's place is taken"),
            (
                contract.space, contract.desk, .addMember(.agent, certificate),
                "only an account takes in a member without an invite"
            ),
            (
                stage.space, stage.bench, try link.invitation(as: .agent, epoch: epoch),
                "only another's place in a contract can be offered"
            ),
            (
                stage.space, stage.bench, try link.invitation(as: .client, epoch: epoch),
                "only another's place in a contract can be offered"
            ),
        ]
        for (space, device, operation, reason) in cases {
            let stamp = Stamp(lamport: 999, device: device.id, seq: 99, change: ChangeID(.zero))
            let placement = Placement(stamp: stamp, past: VersionVector(), membership: nil)
            let entry = ControlEntry(placement: placement, claimedTime: 0, operations: [operation])
            #expect(space.roster.reasonToVoid(operation, in: entry) == reason)
        }
    }

    @Test("nobody takes the agent's place in the past", arguments: seeds(6))
    func settled(seed: UInt64) throws {
        var stage = try Stage(seed: seed)
        let laptop = try stage.freelancer.device(using: &stage.generator)
        _ = try stage.write(stage.bench, .addDevice(laptop.certificate))
        var past = stage.space
        _ = try stage.write(stage.bench, .addMember(.agent, stage.office.certificate))
        let other = try Person(using: &stage.generator).device(using: &stage.generator)
        let attacks: [ControlOperation] = [
            .addMember(.agent, other.certificate), .addDevice(other.certificate),
            .create(.account, .freelancer, laptop.certificate),
        ]
        for attack in attacks { try past.write(by: laptop, attack, using: &stage.generator) }
        try stage.space.take(from: past)
        #expect(stage.space.roster.person(in: .agent) == stage.agent.id && stage.space.roster.role(of: other.id) == nil)
    }
}
