import Canon
import Ledger
import LedgerSupport
import Support
import Testing

/// Agents and mediators whom both parties replace by somebody else.
struct ReplacementTests {
    /// A contract with an agent or a mediator, and somebody who is to take that place; each device has its own view of it.
    private struct Stage {
        var generator: SeededGenerator
        let role: Role
        let contract: MemorySpace.Contract
        let agent: Person
        let office: Device
        let deputy: Person
        let counter: Device
        /// Another device of the client, who founded the space.
        let phone: Device
        /// What everyone has before the story begins: whoever is to be replaced is in, and has written.
        private(set) var start: MemorySpace
        let first: ChangeID

        init(_ role: Role = .agent, seed: UInt64 = 1) throws {
            var generator = SeededGenerator(seed: seed)
            var contract = try MemorySpace.contract(using: &generator)
            try contract.settle(using: &generator)
            phone = try contract.client.device(certifiedBy: contract.desk, using: &generator)
            try contract.space.write(by: contract.desk, .addDevice(phone.certificate), using: &generator)
            agent = try Person(using: &generator)
            office = try agent.device(using: &generator)
            deputy = try Person(using: &generator)
            counter = try deputy.device(using: &generator)
            try contract.appoint(office, as: role, using: &generator)
            try contract.space.write(by: contract.bench, contract.space.rotation(using: &generator), using: &generator)
            first = try contract.space.write(
                by: office, .money, epoch: contract.epoch, [Operation("first")], using: &generator
            ).id
            (self.role, self.contract, self.generator, start) = (role, contract, generator, contract.space)
        }

        var desk: Device { contract.desk }
        var bench: Device { contract.bench }

        @discardableResult
        mutating func say(_ word: String, by device: Device, in space: inout MemorySpace) throws -> ChangeID {
            try space.write(by: device, .money, epoch: contract.epoch, [Operation(word)], using: &generator).id
        }

        @discardableResult
        mutating func write(_ operation: ControlOperation, by device: Device, in space: inout MemorySpace) throws -> ChangeID {
            try space.write(by: device, operation, using: &generator).id
        }

        /// The founding device invites to the place, somebody joins, and the other party agrees; returns the join.
        mutating func agree(to device: Device, as role: Role? = nil, in space: inout MemorySpace) throws -> ChangeID {
            let link = Link(using: &generator)
            let invitation = try link.invitation(as: role ?? self.role, epoch: contract.epoch.id)
            let invite = try write(invitation, by: desk, in: &space)
            let join = try write(link.join(invite, in: space.id, by: device), by: device, in: &space)
            try write(.accept(join: join), by: bench, in: &space)
            return join
        }

        /// Both parties let somebody in to the place.
        @discardableResult
        mutating func replace(with device: Device, in space: inout MemorySpace) throws -> ChangeID {
            let join = try agree(to: device, in: &space)
            return try write(.accept(join: join), by: desk, in: &space)
        }

        /// Everything that the views hold, in many orders; all come to the same, which is returned.
        mutating func union(_ views: MemorySpace...) throws -> MemorySpace {
            var all = views[0]
            for view in views { try all.take(from: view) }
            for _ in 0..<16 {
                let other = try all.reordered(using: &generator)
                #expect(other.roster == all.roster && other.standing == all.standing)
            }
            return all
        }

        func holds(_ device: Device, in space: MemorySpace) -> Bool {
            let roster = space.roster
            return roster.person(in: role) == device.person && roster.device(in: role) == device.id
                && roster.signingRole(of: device.id) == role && roster.presentRole(of: device.person) == role
        }
    }

    private static let roles = [Role.agent, .mediator]

    @Test("whom both parties let in has the place, and who had it is out, with what they signed before", arguments: roles)
    func replaced(role: Role) throws {
        var stage = try Stage(role)
        var space = stage.start
        let laptop = try stage.agent.device(certifiedBy: stage.office, using: &stage.generator)
        try stage.write(.addDevice(laptop.certificate), by: stage.office, in: &space)
        let epoch = try #require(space.roster.epochs.last)
        let join = try stage.agree(to: stage.counter, in: &space)
        #expect(stage.holds(stage.office, in: space), "as long as only one party has agreed")
        #expect(space.control.strangers(to: epoch, .money).isEmpty)
        let past = try #require(space.placement(of: stage.first)).past
        try stage.write(.accept(join: join), by: stage.desk, in: &space)
        var all = try stage.union(space)
        #expect(stage.holds(stage.counter, in: all) && all.roster.former == [stage.agent.id])
        for device in [stage.office, laptop] {
            #expect(all.roster.person(of: device.id) == nil && all.roster.signingRole(of: device.id) == nil)
            #expect(all.roster.role(of: device.id) == role && all.roster.author(of: device.id) == stage.agent.id)
        }
        #expect(all.roster.presentRole(of: stage.agent.id) == nil && !all.roster.participants.contains(stage.agent.id))
        #expect(all.roster.signingRole(of: stage.office.id, knownAt: past) == role && all.standing.contains(stage.first))
        // Their keys are strangers to what was keyed before, and are in nothing that is keyed from now on.
        let keys = stage.office.certificate.sealingKeys
        #expect(all.control.strangers(to: epoch, .money).isSuperset(of: keys))
        #expect(all.roster.sealingKeys(reading: .money).allSatisfy { !keys.contains($0) })
        let rotation = all.rotation(using: &stage.generator)
        guard case .rotate(_, let seals, _) = rotation else { return }
        let recipients = Set(seals[.money, default: []].map(\.recipient))
        #expect(recipients.isDisjoint(with: keys) && recipients.isSuperset(of: stage.counter.certificate.sealingKeys))
        // Whoever has seen it all cannot pretend not to have.
        let afterwards = try stage.say("afterwards", by: stage.office, in: &space)
        try stage.say("answer", by: stage.bench, in: &space)
        #expect(!space.standing.contains(afterwards))
        // The place can be given on, and was not given to whoever held another link to it.
        let third = try Person(using: &stage.generator).device(using: &stage.generator)
        try stage.replace(with: third, in: &space)
        #expect(stage.holds(third, in: space) && space.roster.former == [stage.agent.id, stage.deputy.id])
    }

    @Test("what somebody signs who was replaced counts if the other party acknowledged it before it knew, and else not")
    func concurrently() throws {
        var stage = try Stage()
        var (office, parties) = (stage.start, stage.start)
        let seen = try stage.say("seen", by: stage.office, in: &office)
        // The freelancer has a second device, which hears of the word and not of the change.
        let tablet = try stage.contract.freelancer.device(certifiedBy: stage.bench, using: &stage.generator)
        try stage.write(.addDevice(tablet.certificate), by: stage.bench, in: &parties)
        var elsewhere = parties
        try stage.replace(with: stage.counter, in: &parties)
        try elsewhere.take(from: office)
        let answer = try stage.say("answer", by: tablet, in: &elsewhere)
        let unseen = try stage.say("unseen", by: stage.office, in: &office)
        let all = try stage.union(parties, office, elsewhere)
        #expect(all.standing.isSuperset(of: [stage.first, seen, answer]) && !all.standing.contains(unseen))
        #expect(all.control.standing.proofs.map(\.cause) == [.replacement] && stage.holds(stage.counter, in: all))
        #expect(all.placement(of: unseen).map { all.control.standing.cause(against: $0) } == .replacement)
        #expect(try all.roster.signingRole(of: stage.office.id, knownAt: #require(all.placement(of: seen)).past) == .agent)
        // From then on nobody acknowledges anything of it any more, nor builds upon it.
        var knowing = all
        let heard = try stage.say("heard", by: tablet, in: &knowing)
        #expect(knowing.standing.contains(heard) && !knowing.standing.contains(unseen))
        #expect(!all.heads().map(\.change).contains(unseen))
    }

    @Test("a device that they add meanwhile is none of theirs, and one that removes another saves nothing that this one signed")
    func otherDevices() throws {
        var stage = try Stage()
        let laptop = try stage.agent.device(certifiedBy: stage.office, using: &stage.generator)
        var parties = stage.start
        try stage.write(.addDevice(laptop.certificate), by: stage.office, in: &parties)
        var office = parties
        try stage.replace(with: stage.counter, in: &parties)
        let word = try stage.say("word", by: stage.office, in: &office)
        // Put before the change in linear order, with the word in its past.
        try stage.write(.removeDevice(stage.office.id), by: laptop, in: &office)
        let early = try stage.agent.device(using: &stage.generator)
        try stage.write(.addDevice(early.certificate), by: early, in: &office)
        // And these behind it.
        for number in 0..<6 { try stage.say("\(number)", by: laptop, in: &office) }
        let later = try stage.agent.device(using: &stage.generator)
        try stage.write(.addDevice(later.certificate), by: later, in: &office)
        let tablet = try stage.agent.device(certifiedBy: laptop, using: &stage.generator)
        try stage.write(.addDevice(tablet.certificate), by: laptop, in: &office)
        let late = try stage.say("late", by: laptop, in: &office)
        let all = try stage.union(parties, office)
        #expect(stage.holds(stage.counter, in: all) && all.standing.isDisjoint(with: [word, late]))
        for device in [stage.office, laptop, early, later, tablet] {
            #expect(all.roster.person(of: device.id) == nil)
            #expect(Set(all.roster.sealingKeys(reading: .money)).isDisjoint(with: device.certificate.sealingKeys))
        }
    }

    @Test("who was replaced does not come back by a device or by the recovery code, only by an invite with a new device")
    func comingBack() throws {
        var stage = try Stage()
        var space = stage.start
        let before = space
        try stage.replace(with: stage.counter, in: &space)
        let saved = try stage.agent.device(using: &stage.generator)
        #expect(throws: LedgerError(.badInvite, "")) { try stage.write(.addDevice(saved.certificate), by: saved, in: &space) }
        var past = before
        try stage.write(.addDevice(saved.certificate), by: saved, in: &past)
        space = try stage.union(space, past)
        #expect(space.roster.person(of: saved.id) == nil && stage.holds(stage.counter, in: space))
        let joins = space.roster.joins
        _ = try stage.agree(to: stage.office, in: &space)
        #expect(space.roster.joins == joins, "a device that was removed never comes back")

        let fresh = try stage.agent.device(using: &stage.generator)
        let other = stage.role == .agent ? Role.mediator : .agent
        #expect(throws: LedgerError(.badInvite, "")) { _ = try stage.agree(to: fresh, as: other, in: &space) }
        try stage.replace(with: fresh, in: &space)
        space = try stage.union(space)
        #expect(stage.holds(fresh, in: space) && space.roster.former == [stage.deputy.id])
        #expect(space.roster.person(of: stage.office.id) == nil && space.roster.person(of: saved.id) == nil)
        #expect(space.standing.contains(stage.first) && space.roster.author(of: stage.office.id) == stage.agent.id)
        let second = try stage.agent.device(certifiedBy: fresh, using: &stage.generator)
        try stage.write(.addDevice(second.certificate), by: fresh, in: &space)
        #expect(space.roster.presentRole(of: stage.agent.id) == .agent && space.roster.person(of: second.id) == stage.agent.id)
        // A device that claims not to have heard that they were replaced is out with those of that time.
        let hidden = try stage.agent.device(certifiedBy: stage.office, using: &stage.generator)
        var hiding = before
        try stage.write(.addDevice(hidden.certificate), by: stage.office, in: &hiding)
        space = try stage.union(space, hiding)
        #expect(space.roster.person(of: hidden.id) == nil && stage.holds(fresh, in: space))
    }

    @Test("a stolen founding device replaces nobody, nor lets in anybody, unless somebody else acknowledged it before they knew")
    func stolen() throws {
        for isAcknowledged in [false, true] {
            var stage = try Stage()
            var thief = stage.start
            let join = try stage.agree(to: stage.counter, in: &thief)
            var owner = thief
            let accomplice = try stage.contract.client.device(certifiedBy: stage.desk, using: &stage.generator)
            try stage.write(.addDevice(accomplice.certificate), by: stage.desk, in: &thief)
            let acceptance = try stage.write(.accept(join: join), by: stage.desk, in: &thief)
            try stage.write(.removeDevice(stage.desk.id), by: stage.phone, in: &owner)
            var bench = isAcknowledged ? thief : owner
            let word = try stage.say("word", by: stage.bench, in: &bench)
            let all = try stage.union(owner, thief, bench)
            #expect(all.standing.contains(word) && all.standing.contains(acceptance) == isAcknowledged)
            #expect(stage.holds(isAcknowledged ? stage.counter : stage.office, in: all))
            #expect((all.roster.person(of: accomplice.id) != nil) == isAcknowledged)
            let keys = all.roster.sealingKeys(reading: .money)
            #expect(keys.contains(stage.counter.certificate.agreementKey) == isAcknowledged)
            #expect(keys.contains(stage.office.certificate.agreementKey) != isAcknowledged)
            // What does not stand is named by nobody, though it would have removed a device.
            #expect(isAcknowledged || !all.heads().map(\.change).contains(acceptance))
            var later = all
            let after = try stage.say("after", by: stage.office, in: &later)
            #expect(later.standing.contains(after) != isAcknowledged)
        }
    }

    @Test("random histories around a replacement come to what the rule says, word for word", arguments: seeds(40))
    func random(seed: UInt64) throws {
        var stage = try Stage(seed.isMultiple(of: 2) ? .agent : .mediator, seed: seed)
        let laptop = try stage.agent.device(certifiedBy: stage.office, using: &stage.generator)
        var start = stage.start
        try stage.write(.addDevice(laptop.certificate), by: stage.office, in: &start)
        let join = try stage.agree(to: stage.counter, in: &start)
        var views = [stage.desk, stage.bench, stage.office, laptop, stage.phone].map { ($0, start) }
        for step in 0..<30 {
            let index = Int(stage.generator.next() % UInt64(views.count))
            let device = views[index].0
            switch stage.generator.next() % 12 {
            case 0 where step > 6: views[0].1 = (try? accepting(join, views[0].1, &stage)) ?? views[0].1
            case 1 where views.count < 7: views.append(views[index])
            case 2 where step > 12:
                let target = views[Int(stage.generator.next() % UInt64(views.count))].0
                if target.person == device.person, target.id != device.id {
                    _ = try? stage.write(.removeDevice(target.id), by: device, in: &views[index].1)
                }
            case 3...6: try? views[index].1.take(from: views[Int(stage.generator.next() % UInt64(views.count))].1)
            default: _ = try? stage.say("\(step)", by: device, in: &views[index].1)
            }
        }
        var all = start
        for view in views { try all.take(from: view.1) }
        all = try stage.union(all)
        #expect(all.standing == StandingOracle(all).standing, "seed \(seed)")
        #expect(stage.holds(stage.counter, in: all) != all.roster.former.isEmpty, "seed \(seed)")
    }

    private func accepting(_ join: ChangeID, _ view: MemorySpace, _ stage: inout Stage) throws -> MemorySpace {
        var view = view
        try stage.write(.accept(join: join), by: stage.desk, in: &view)
        return view
    }
}
