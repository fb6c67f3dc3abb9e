import Canon
import Ledger
import LedgerSupport
import Support
import Testing

/// Random histories of a space's control log, written by devices that have seen different parts of it.
private struct ControlHistory {
    private(set) var whole: MemorySpace
    let contract: MemorySpace.Contract
    private(set) var accepted: PersonID?
    private var replicas: [(device: Device, person: Person, space: MemorySpace)] = []
    private var generator: SeededGenerator
    private var links: [(link: Link, invite: ChangeID)]
    /// Devices that are waiting to be added.
    private var spare: [(device: Device, person: Person)] = []

    init(seed: UInt64, steps: Int) throws {
        generator = SeededGenerator(seed: seed)
        var contract = try MemorySpace.contract(using: &generator)
        links = [(contract.link, contract.invite)]
        // Half of the histories begin where the parties can agree to an agent and a mediator.
        if seed.isMultiple(of: 2) { try contract.settle(using: &generator) }
        // And half of these, where they have agreed to one before.
        if seed.isMultiple(of: 4) {
            try contract.appoint(Person(using: &generator).device(using: &generator), as: .mediator, using: &generator)
        }
        for role in [Role.agent, .mediator] {
            let link = Link(using: &generator)
            let invitation = try link.invitation(as: role, epoch: contract.epoch.id)
            links.append((link, try contract.space.write(by: contract.desk, invitation, using: &generator).id))
        }
        self.contract = contract
        whole = contract.space
        replicas = [(contract.desk, contract.client, whole), (contract.bench, contract.freelancer, whole)]
        for _ in 0..<3 {
            let guest = try Person(using: &generator)
            replicas.append((try guest.device(using: &generator), guest, whole))
        }
        let people = [contract.client, contract.freelancer, replicas[2].person]
        for person in people { spare.append((try person.device(using: &generator), person)) }
        for _ in 0..<steps { try step() }
        for replica in replicas { try whole.take(from: replica.space) }
    }

    private mutating func step() throws {
        let index = generator.pick(replicas.indices)
        if generator.chance(35) {
            let source = replicas[generator.pick(replicas.indices)].space
            return try replicas[index].space.take(from: source)
        }
        guard let operation = try operation(for: index) else { return }
        let change = try? replicas[index].space.write(
            by: replicas[index].device, at: UInt64(generator.pick(0..<100)), operation, using: &generator)
        guard let change else { return }
        if case .invite = operation { links[links.count - 1].invite = change.id }
        if case .addDevice(let certificate) = operation,
            let place = spare.firstIndex(where: { $0.device.id == certificate.device })
        {
            let added = spare.remove(at: place)
            replicas.append((added.device, added.person, replicas[index].space))
        }
    }

    private mutating func operation(for index: Int) throws -> ControlOperation? {
        let (device, person, space) = replicas[index]
        if let join = space.roster.joinsAwaitingConsent(of: device.id).first, generator.chance(60) {
            return .accept(join: join.id)
        }
        switch generator.pick(0..<9) {
        case 0: return space.rotation(using: &generator)
        case 1: return .share(epoch: generator.pick(space.roster.epochs), keys: [:])
        case 2:
            let link = Link(using: &generator)
            links.append((link, links[0].invite))
            let role = generator.pick([Role.freelancer, .agent, .mediator])
            return try link.invitation(
                as: role, expiry: UInt64(generator.pick(20..<100)), epoch: generator.pick(space.roster.epochs))
        case 3: return .revokeInvite(generator.pick(links).invite)
        case 4, 5:
            let open = links.filter { space.roster.places[$0.invite]?.state == .open }
            let (link, invite) = generator.pick(open.isEmpty || generator.chance(30) ? links : open)
            return try link.join(invite, in: space.id, by: device)
        case 6: return space.roster.joins.isEmpty ? nil : .accept(join: generator.pick(space.roster.joins).id)
        case 7: return spare.first { $0.person.id == person.id }.map { .addDevice($0.device.certificate) }
        default: return .addDevice(device.certificate)
        }
    }
}

extension MemorySpace {
    /// The same changes, each after what it depends on, otherwise in random order.
    func reordered(using generator: inout SeededGenerator) throws -> MemorySpace {
        var waiting = changes
        var result = MemorySpace(id)
        while !waiting.isEmpty {
            let ready = waiting.indices.filter { waiting[$0].value.header.dependencies.allSatisfy(result.ids.contains) }
            try result.take(waiting.remove(at: generator.pick(ready)))
        }
        return result
    }
}

struct RosterOrderTests {
    @Test("the roster is the same in every order of delivery", arguments: seeds(24))
    func orders(seed: UInt64) throws {
        let history = try ControlHistory(seed: seed, steps: 90)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<3 {
            let other = try history.whole.reordered(using: &generator)
            #expect(other.roster == history.whole.roster, "seed \(seed)")
            for change in history.whole.changes {
                #expect(other.placement(of: change.value.id) == history.whole.placement(of: change.value.id), "seed \(seed)")
            }
        }
    }

    @Test("a log that is rebuilt at once equals one that grew", arguments: seeds(6))
    func rebuilt(seed: UInt64) throws {
        let history = try ControlHistory(seed: seed, steps: 90)
        var grown = history.whole.control
        var rebuilt = ControlLog(
            try history.whole.changes.reversed().map { change in
                ControlEntry(
                    placement: try #require(history.whole.placement(of: change.value.id)),
                    claimedTime: change.value.header.claimedTime, operations: try Admission.controlOperations(of: change.value))
            })
        #expect(grown.roster == rebuilt.roster, "seed \(seed)")
        for change in history.whole.changes {
            #expect(grown.roster(at: change.value.id) == rebuilt.roster(at: change.value.id), "seed \(seed)")
        }
    }

    @Test("the histories show what they are for: joins that lose, places revoked, accepted and given on, devices added")
    func coverage() throws {
        let rosters = try seeds(24).map { try ControlHistory(seed: $0, steps: 90).whole.roster }
        let states = rosters.flatMap { $0.places.values.map(\.state) }
        #expect(rosters.contains { $0.joins.count > 1 })
        #expect(rosters.contains { $0.devices.count > 3 })
        #expect(states.contains(.revoked) && states.contains(.open))
        #expect(states.contains { if case .claimed = $0 { true } else { false } })
        #expect(states.contains { if case .accepted = $0 { true } else { false } })
        #expect(rosters.contains { $0.person(in: .agent) != nil } && rosters.contains { $0.person(in: .mediator) != nil })
        #expect(rosters.contains { !$0.former.isEmpty })
        #expect(rosters.contains { !$0.consents.isEmpty && $0.device(in: .agent) == nil && $0.device(in: .mediator) == nil })
    }

    /// The other side founds the space and wants its accepted guest out: it adds devices, which claim to have seen only the
    /// beginning, and lets confederates join in the past.
    @Test("whoever was accepted is in for good, whatever the other side signs afterwards", arguments: seeds(24))
    func settled(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var contract = try MemorySpace.contract(using: &generator)
        let spare = Link(using: &generator)
        let second = try contract.space.write(by: contract.desk, spare.invitation(epoch: contract.epoch.id), using: &generator)
        var pasts = [contract.space]
        let join = try contract.join(using: &generator)
        pasts.append(contract.space)
        try contract.space.write(by: contract.desk, .accept(join: join.id), using: &generator)
        pasts.append(contract.space)
        for _ in 0..<20 {
            var past = generator.pick(pasts)
            let confederate = generator.chance(50) ? contract.client : try Person(using: &generator)
            let device = try confederate.device(using: &generator)
            let operation: ControlOperation =
                switch generator.pick(0..<6) {
                case 0: .revokeInvite(contract.invite)
                case 1: .accept(join: generator.pick([join.id] + contract.space.roster.joins.map(\.id)))
                case 2: try contract.link.join(contract.invite, in: past.id, by: device)
                case 3: try spare.join(second.id, in: past.id, by: device)
                case 4: try Link(using: &generator).invitation(epoch: contract.epoch.id)
                default: .create(.contract, .client, device.certificate)
                }
            let entrance = ControlOperation.addDevice(device.certificate).operation
            let operations = confederate.id == contract.client.id ? [entrance, operation.operation] : [operation.operation]
            guard (try? past.write(by: device, .control, operations, using: &generator)) != nil else { continue }
            try contract.space.take(from: past)
            pasts.append(past)
            let roster = contract.space.roster
            #expect(roster.role(of: contract.bench.id) == .freelancer, "seed \(seed)")
            #expect(roster.role(of: contract.desk.id) == .client, "seed \(seed)")
            #expect(roster.person(in: .freelancer) == contract.freelancer.id, "seed \(seed)")
        }
        #expect(pasts.count > 6, "seed \(seed) attacks too little")
    }

    /// Both parties want the agent out: every device of theirs, and guests who claim the freelancer's place, sign what they can
    /// in any past they like, the founding device only in its own line.
    @Test("whoever became the agent is it until both let in another, whatever else they sign afterwards", arguments: seeds(24))
    func settledAgent(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var contract = try MemorySpace.contract(using: &generator)
        let spare = Link(using: &generator)
        let second = try contract.space.write(
            by: contract.desk, spare.invitation(as: .agent, epoch: contract.epoch.id), using: &generator)
        var pasts = [contract.space]
        try contract.settle(using: &generator)
        pasts.append(contract.space)
        let office = try Person(using: &generator).device(using: &generator)
        let rival = try Person(using: &generator).device(using: &generator)
        var joins = [try contract.apply(office, as: .agent, using: &generator)]
        joins.append(
            try contract.space.write(
                by: rival, spare.join(second.id, in: contract.space.id, by: rival), using: &generator
            ).id)
        pasts.append(contract.space)
        // Void, unless a consent that comes before it in linear order could give it an effect.
        try contract.space.write(by: contract.desk, .accept(join: joins[1]), using: &generator)
        for party in [contract.bench, contract.desk] {
            try contract.space.write(by: party, .accept(join: joins[0]), using: &generator)
        }
        var attacks = 0
        for _ in 0..<20 {
            let isFounding = generator.chance(30)
            var past = isFounding ? contract.space : generator.pick(pasts)
            let confederate = generator.pick([contract.client, contract.freelancer, try Person(using: &generator)])
            let device = isFounding ? contract.desk : try confederate.device(using: &generator)
            let operation: ControlOperation =
                switch generator.pick(0..<6) {
                case 0: .revokeInvite(generator.pick(contract.space.roster.joins).invite)
                case 1, 2: .accept(join: generator.pick(joins))
                case 3: try contract.link.join(contract.invite, in: past.id, by: device)
                case 4: try spare.join(second.id, in: past.id, by: device)
                default: .addMember(.agent, rival.certificate)
                }
            let isGuest = !isFounding && confederate.id != contract.client.id && confederate.id != contract.freelancer.id
            let entrance = isFounding || isGuest ? [] : [ControlOperation.addDevice(device.certificate).operation]
            guard (try? past.write(by: device, .control, entrance + [operation.operation], using: &generator)) != nil
            else { continue }
            attacks += 1
            try contract.space.take(from: past)
            if !isFounding { pasts.append(past) }
            let roster = contract.space.roster
            #expect(roster.person(in: .agent) == office.person && roster.device(in: .agent) == office.id, "seed \(seed)")
            #expect(roster.person(in: .freelancer) == contract.freelancer.id, "seed \(seed)")
            #expect(roster.person(in: .client) == contract.client.id, "seed \(seed)")
        }
        #expect(attacks > 6, "seed \(seed) attacks too little")
    }
}
