import Canon
import Ledger
import LedgerSupport
import Support
import Testing

/// What counts of devices that forked or were removed: the rule of acknowledgement.
struct StandingTests {
    /// A settled contract, with a second device of the client's, and each device's own view of it.
    private struct Stage {
        let contract: MemorySpace.Contract
        let phone: Device
        var generator: SeededGenerator
        /// What everyone has before the story begins.
        let start: MemorySpace

        init(seed: UInt64 = 1) throws {
            var generator = SeededGenerator(seed: seed)
            var contract = try MemorySpace.contract(using: &generator)
            try contract.settle(using: &generator)
            phone = try contract.client.device(certifiedBy: contract.desk, using: &generator)
            try contract.space.write(by: contract.desk, .addDevice(phone.certificate), using: &generator)
            start = contract.space
            self.contract = contract
            self.generator = generator
        }

        var desk: Device { contract.desk }
        var bench: Device { contract.bench }

        mutating func say(_ word: String, by device: Device, in space: inout MemorySpace) throws -> ChangeID {
            try space.write(by: device, .parties, epoch: contract.epoch, [Operation(word)], using: &generator).id
        }

        mutating func remove(_ device: Device, by author: Device, in space: inout MemorySpace) throws -> ChangeID {
            try space.write(by: author, .removeDevice(device.id), using: &generator).id
        }

        /// Everything that the views hold, in many orders; all come to the same, which is returned.
        mutating func union(_ views: MemorySpace...) throws -> MemorySpace {
            var all: [Verified<Change>] = []
            for view in views {
                for change in view.changes where !all.contains(where: { $0.value.id == change.value.id }) { all.append(change) }
            }
            var result: MemorySpace?
            for _ in 0..<24 {
                let space = try Self.deliver(all.shuffled(using: &generator), to: contract.space.id)
                if let result {
                    #expect(space.standing == result.standing && space.roster == result.roster)
                    #expect(Set(space.allTips()) == Set(result.allTips()))
                }
                result = space
            }
            return try #require(result)
        }

        /// Takes whatever can be taken, again and again, until all is in.
        static func deliver(_ changes: [Verified<Change>], to space: SpaceID) throws -> MemorySpace {
            var memory = MemorySpace(space)
            var waiting = changes
            while !waiting.isEmpty {
                let before = waiting.count
                try waiting.removeAll { change in
                    guard change.value.header.dependencies.allSatisfy({ memory.placement(of: $0) != nil }) else { return false }
                    return try memory.take(change)
                }
                guard waiting.count < before else { break }
            }
            #expect(waiting.isEmpty)
            return memory
        }
    }

    @Test("of a fork what the other party has acknowledged stands, whichever branch came first, and the rest counts for nothing")
    func fork() throws {
        var stage = try Stage()
        var (one, two) = (stage.start, stage.start)
        let first = try stage.say("one", by: stage.desk, in: &one)
        let second = try stage.say("two", by: stage.desk, in: &two)
        var bench = one
        let answer = try stage.say("answer", by: stage.bench, in: &bench)
        let late = try stage.say("late", by: stage.desk, in: &one)
        let all = try stage.union(one, two, bench)
        #expect(all.standing.isSuperset(of: [first, answer]) && all.standing.isDisjoint(with: [second, late]))
        #expect(all.tips(of: stage.desk.id).count == 2 && all.control.standing.proofs.map(\.cause) == [.fork])
        // Whoever knows of the fork builds on nothing that does not stand, so that nothing more of that device ever does.
        var knowing = all
        let afterwards = try stage.say("afterwards", by: stage.bench, in: &knowing)
        #expect(knowing.standing.contains(afterwards) && !knowing.standing.contains(late))
    }

    @Test("a device of the same person acknowledges nothing")
    func sameSide() throws {
        var stage = try Stage()
        var (one, two) = (stage.start, stage.start)
        let first = try stage.say("one", by: stage.desk, in: &one)
        let echo = try stage.say("echo", by: stage.phone, in: &one)
        let second = try stage.say("two", by: stage.desk, in: &two)
        let all = try stage.union(one, two)
        #expect(all.standing.isDisjoint(with: [first, second]) && all.standing.contains(echo))
    }

    @Test("of a stolen device counts what its person knew or the other party had acknowledged before they heard of the removal")
    func stolen() throws {
        var stage = try Stage()
        var thief = stage.start
        let known = try stage.say("known", by: stage.phone, in: &thief)
        var owner = thief
        let seen = try stage.say("seen", by: stage.phone, in: &thief)
        var bench = thief
        let answer = try stage.say("answer", by: stage.bench, in: &bench)
        let removal = try stage.remove(stage.phone, by: stage.desk, in: &owner)
        let unseen = try stage.say("unseen", by: stage.phone, in: &thief)
        let all = try stage.union(owner, thief, bench)
        #expect(all.standing.isSuperset(of: [known, seen, answer, removal]) && !all.standing.contains(unseen))
        #expect(all.roster.person(of: stage.phone.id) == nil && all.roster.author(of: stage.phone.id) == stage.contract.client.id)
        // Once the other party knows, the device says nothing more to them, and cannot pretend to know less.
        let before = bench
        try bench.take(from: owner)
        let heard = try stage.say("heard", by: stage.bench, in: &bench)
        var later = before
        try later.take(from: thief)
        var knowing = bench
        let again = try stage.say("again", by: stage.phone, in: &knowing)
        let everything = try stage.union(owner, thief, bench, later, knowing)
        #expect(everything.standing.contains(heard) && everything.standing.isDisjoint(with: [unseen, again]))
    }

    @Test("a device that a stolen one adds after its removal is none of the person's")
    func accomplice() throws {
        var stage = try Stage()
        var (owner, thief) = (stage.start, stage.start)
        let accomplice = try Device(
            keys: DeviceKeys(using: &stage.generator), of: stage.contract.client, certifiedBy: stage.phone.keys.signing)
        try thief.write(by: stage.phone, .addDevice(accomplice.certificate), using: &stage.generator)
        let word = try stage.say("word", by: accomplice, in: &thief)
        _ = try stage.remove(stage.phone, by: stage.desk, in: &owner)
        let all = try stage.union(owner, thief)
        #expect(all.roster.author(of: accomplice.id) == nil && all.ids.contains(word))
        #expect(!all.roster.sealingKeys(reading: .money).contains(accomplice.certificate.agreementKey))
    }

    @Test("a device that was removed is not saved by a removal that an accomplice signs first, knowing all of it")
    func removedTwice() throws {
        var stage = try Stage()
        var (owner, thief) = (stage.start, stage.start)
        let word = try stage.say("word", by: stage.phone, in: &thief)
        let accomplice = try Device(
            keys: DeviceKeys(using: &stage.generator), of: stage.contract.client, certifiedBy: stage.phone.keys.signing)
        try thief.write(by: stage.phone, .addDevice(accomplice.certificate), using: &stage.generator)
        _ = try stage.remove(stage.phone, by: accomplice, in: &thief)
        for number in 0..<6 { _ = try stage.say("\(number)", by: stage.desk, in: &owner) }
        _ = try stage.remove(stage.phone, by: stage.desk, in: &owner)
        let all = try stage.union(owner, thief)
        #expect(all.roster.person(of: stage.phone.id) == nil && !all.standing.contains(word))
    }

    @Test("two devices that remove each other are both out, until the recovery code lets in another, which neither can remove")
    func mutual() throws {
        var stage = try Stage()
        var (one, two) = (stage.start, stage.start)
        _ = try stage.remove(stage.phone, by: stage.desk, in: &one)
        _ = try stage.remove(stage.desk, by: stage.phone, in: &two)
        var all = try stage.union(one, two)
        #expect(all.roster.person(of: stage.desk.id) == nil && all.roster.person(of: stage.phone.id) == nil)
        #expect(all.roster.sealingKeys(reading: .money).contains(stage.contract.client.recovery.publicKey))
        let saved = try stage.contract.client.device(using: &stage.generator)
        try all.write(by: saved, .addDevice(saved.certificate), using: &stage.generator)
        #expect(all.roster.role(of: saved.id) == .client && all.roster.founder == saved.id)
        // A thief who signs a removal of it has not seen it come, or has been removed.
        try one.write(by: stage.desk, .removeDevice(saved.id), using: &stage.generator)
        all = try stage.union(all, one)
        #expect(all.roster.person(of: saved.id) == stage.contract.client.id)
    }

    @Test("what the founding device alone may do passes on to the device that removes it")
    func succession() throws {
        var stage = try Stage()
        var space = stage.start
        _ = try stage.remove(stage.desk, by: stage.phone, in: &space)
        #expect(space.roster.founder == stage.phone.id)
        let link = Link(using: &stage.generator)
        let epoch = stage.contract.epoch.id
        let invite = try space.write(by: stage.phone, link.invitation(as: .agent, epoch: epoch), using: &stage.generator)
        #expect(space.roster.places[invite.id]?.state == .open)
    }

    @Test("nobody removes another person's device, and a device that was removed never comes back")
    func otherPerson() throws {
        var stage = try Stage()
        var space = stage.start
        _ = try stage.remove(stage.bench, by: stage.desk, in: &space)
        #expect(space.roster.role(of: stage.bench.id) == .freelancer && space.roster.removals.isEmpty)
        _ = try stage.remove(stage.phone, by: stage.desk, in: &space)
        try space.write(by: stage.desk, .addDevice(stage.phone.certificate), using: &stage.generator)
        #expect(space.roster.person(of: stage.phone.id) == nil)
    }

    @Test("a device keeps a limited number of changes in one place")
    func manyBranches() throws {
        var stage = try Stage()
        var all = stage.start
        for branch in 0..<LedgerLimits.branches + 1 {
            var copy = stage.start
            _ = try stage.say("branch \(branch)", by: stage.desk, in: &copy)
            let change = try #require(copy.changes.last)
            if branch < LedgerLimits.branches {
                try all.take(change)
            } else {
                #expect(throws: LedgerError(.forked, "")) { try all.take(change) }
            }
        }
        #expect(all.tips(of: stage.desk.id).count == LedgerLimits.branches)
    }

    @Test("a device keeps a limited number of places in which it forked, and its log goes on all the same")
    func manyForks() throws {
        var stage = try Stage()
        var line = stage.start
        var all = stage.start
        for place in 0...LedgerLimits.forks {
            var copy = line
            _ = try stage.say("twin \(place)", by: stage.desk, in: &copy)
            _ = try stage.say("line \(place)", by: stage.desk, in: &line)
            try all.take(try #require(line.changes.last))
            let twin = try #require(copy.changes.last)
            if place < LedgerLimits.forks {
                try all.take(twin)
            } else {
                #expect(throws: LedgerError(.forked, "")) { try all.take(twin) }
            }
        }
        #expect(all.forks(of: stage.desk.id) == LedgerLimits.forks)
    }

    @Test("random histories with forks and removals come to what the rule says, word for word", arguments: seeds(40))
    func random(seed: UInt64) throws {
        var stage = try Stage(seed: seed)
        let devices = [stage.desk, stage.phone, stage.bench]
        var views = devices.map { ($0, stage.start) }
        for step in 0..<24 {
            let index = Int(stage.generator.next() % UInt64(views.count))
            switch stage.generator.next() % 10 {
            case 0 where views.count < 6: views.append(views[index])
            case 1 where step > 8:
                let target = views[Int(stage.generator.next() % 2)].0
                if target.person == views[index].0.person {
                    _ = try? stage.remove(target, by: views[index].0, in: &views[index].1)
                }
            case 2...5:
                let other = views[Int(stage.generator.next() % UInt64(views.count))].1
                try? views[index].1.take(from: other)
            default: _ = try? stage.say("\(step)", by: views[index].0, in: &views[index].1)
            }
        }
        var all = stage.start
        for view in views { try all.take(from: view.1) }
        let (again, oracle) = (try stage.union(all), StandingOracle(all))
        #expect(again.standing == oracle.standing, "seed \(seed)")
    }
}
