import Agreement
import Canon
import Documents
import Foundation
import HandselKit
import Ledger
import Replica
import Store
import Support

/// What people do in their contract, as the rules allow it.
extension World {
    func work(using generator: inout SeededGenerator) async {
        let machine = generator.pick(working.isEmpty || generator.chance(15) ? machines : working)
        for _ in 0..<generator.pick(1..<4) { await work(at: machine, using: &generator) }
    }

    func work(at machine: Machine, using generator: inout SeededGenerator) async {
        var own = SeededGenerator(seed: generator.next())
        await attempt(machine, "working", using: &generator) { machine in
            guard try machine.isMember(of: space) else { return }
            switch machine.role {
            case .agent: try await collect(machine, using: &own)
            case .mediator: try decide(machine, using: &own)
            default:
                switch own.pick(0..<10) {
                case 0, 1: try write(machine, using: &own)
                case 2: try editTerms(machine, using: &own)
                case 3 where machine.role == .freelancer, 4 where machine.role == .freelancer:
                    try await record(machine, using: &own)
                default: try act(machine, using: &own)
                }
            }
        }
    }

    /// What makes a run long: parties work on, and mostly write.
    ///
    /// Returns whether anything came of it.
    func fillTime(using generator: inout SeededGenerator) async throws -> Bool {
        if generator.chance(40) { await happen(Event(kind: .exchange, seed: generator.next())) }
        let parties = machines.filter { $0.role.isParty && $0.state != .doubled }
        guard !parties.isEmpty else { return false }
        let machine = generator.pick(parties)
        let before = try machine.replica.store.sequence()
        guard generator.chance(70), try machine.isMember(of: space) else {
            await work(at: machine, using: &generator)
            return try machine.replica.store.sequence() > before
        }
        var own = SeededGenerator(seed: generator.next())
        await attempt(machine, "writing", using: &generator) { try write($0, upTo: 40, using: &own) }
        return try machine.replica.store.sequence() > before
    }

    /// Parties all of whose devices are of no use any more come back by the recovery code, once a relay is honest and knows of them.
    func beginAgain(using generator: inout SeededGenerator) async throws {
        sides = [:]
        for relay in relays { attempt(relay, "becoming honest") { try $0.becomeHonest() } }
        await meetAll(at: relays.prefix(1), using: &generator)
        for role in try helplessParties() { await recover(role, using: &generator) }
    }

    private func words(_ generator: inout SeededGenerator) -> String { "\(Self.secret) \(generator.pick(0..<1_000_000))" }

    /// Some messages one after another, or a new wording of one.
    private func write(_ machine: Machine, upTo count: Int = 9, using generator: inout SeededGenerator) throws {
        let texts = (0..<generator.pick(1..<count + 1)).map { _ in words(&generator) }
        try machine.replica.commit(in: space) { composer in
            for text in texts { try composer.write([.edit(.message(text: text, files: []))]) }
        }
        tally.add("messages", texts.count)
    }

    private func editTerms(_ machine: Machine, using generator: inout SeededGenerator) throws {
        let count = try machine.replica.termsText(of: space).unicodeScalars.count
        let position = generator.pick(0..<min(count, 8) + 1)
        let patch = TextPatch(position, deleting: generator.pick(0..<min(count - position, 2) + 1), inserting: words(&generator))
        try machine.replica.commit(in: space) { composer in
            let operations = try composer.termsOperations(for: [patch])
            try composer.write([.edit(.terms(payload: TextOperation.encoded(operations)))])
        }
        tally.add("edits of the terms")
    }

    /// Slots of the diary, and now and then the week's invoice.
    private func record(_ machine: Machine, using generator: inout SeededGenerator) async throws {
        let now = Slot(containing: time.now).number
        let first = now - UInt64(generator.pick(1..<200))
        let count = UInt64(generator.pick(1..<18))
        let text = words(&generator)
        try machine.replica.commit(in: space) { composer in
            for number in first..<first + count {
                let slot = Slot(number: number)
                let salt = composer.randomSalt()
                try composer.write([.edit(.memo(slot, device: nil, salt: salt, text: text))])
                try composer.write([.edit(.diary(slot, device: nil, DiaryEntry(activity: 3, isManual: true, memo: nil)))])
            }
        }
        tally.add("slots of the diary", Int(count))
        guard plan.isHourly, generator.chance(40) else { return }
        _ = try await machine.node.signWeek(space.description, containing: nil)
        tally.add("acts")
    }

    /// One act that the rules allow, of some that are tried.
    private func act(_ machine: Machine, using generator: inout SeededGenerator) throws {
        let note = words(&generator)
        try machine.replica.commit(in: space) { composer in
            let state = try composer.state()
            let role = try composer.role()
            var moves = Moves(state, by: role).all
            for _ in 0..<6 where !moves.isEmpty {
                let make = moves.remove(at: generator.pick(0..<moves.count))
                guard state.reasonToRefuse(make(.zero), by: role) == nil else { continue }
                let hasStatement = make(.zero).statement != nil
                rightful.insert(
                    hasStatement ? try composer.sign(note: note) { _, hash in make(hash) } : try composer.sign(make(.zero)))
                tally.add("acts")
                return
            }
        }
    }

    /// An agent books what came in at the bank, and signs what is due.
    private func collect(_ machine: Machine, using generator: inout SeededGenerator) async throws {
        let state = try machine.replica.state(of: space)
        for milestone in state.milestones where milestone.consents.fund > milestone.totals.funded && generator.chance(70) {
            let missing = milestone.consents.fund - milestone.totals.funded
            let amount = generator.chance(80) ? missing : missing / 2 + 1
            let reference = bank.payIn(amount, for: milestone.terms.number, using: &generator)
            try book(amount, reference, machine)
        }
        // An entry that was booked and then forgotten with the machine's power, or is read twice.
        if let entry = bank.anyEntry(using: &generator), generator.chance(30) { try book(entry.amount, entry.reference, machine) }
        try await serve(machine)
    }

    private func book(_ amount: Int64, _ reference: Bytes32, _ machine: Machine) throws {
        guard let number = bank.entries[reference]?.milestone else { return }
        try machine.replica.commit(in: space) { composer in
            let state = try composer.state()
            guard var totals = state.milestone(number)?.totals else { return }
            totals.funded += amount
            let receipt = EscrowReceipt(
                milestone: number, totals: totals, time: max(machine.clock.read(), state.agentTime), basis: .funding,
                reference: reference)
            guard state.reasonToRefuse(.receipt(receipt), by: .agent) == nil else { return }
            rightful.insert(try composer.sign(.receipt(receipt)))
            tally.add("deposits")
        }
    }

    /// What an agent's node does by itself.
    func serve(_ machine: Machine) async throws {
        guard try machine.replica.roster(of: space).signingRole(of: machine.device) == .agent,
            try machine.replica.state(of: space).isActive
        else { return }
        tally.add("duties", try await machine.node.signDuties().count)
    }

    private func decide(_ machine: Machine, using generator: inout SeededGenerator) throws {
        let note = words(&generator)
        try machine.replica.commit(in: space) { composer in
            let state = try composer.state()
            guard try composer.role() == .mediator else { return }
            if state.serving[.mediator] == nil, state.reasonToRefuse(.serve(name: "M"), by: .mediator) == nil {
                try composer.sign(.serve(name: "M"))
            }
            for milestone in state.milestones where state.dispute(over: milestone) != nil {
                let half = milestone.totals.released + milestone.totals.held / 2
                let split = Split(released: half, refunded: milestone.totals.funded - half)
                let make = { (hash: Bytes32) -> Act in .rule(milestone: milestone.terms.number, split, statement: hash) }
                guard state.reasonToRefuse(make(.zero), by: .mediator) == nil else { continue }
                rightful.insert(try composer.sign(note: note) { _, hash in make(hash) })
                tally.add("acts")
            }
        }
    }
}
