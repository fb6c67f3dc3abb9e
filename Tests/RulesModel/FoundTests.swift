import Canon
import Ledger
import Testing

@testable import Agreement

/// A history that a test writes act by act, saying what each signer had not seen.
private struct Script {
    let world: World
    private(set) var acts: [SignedAct<Act>] = []

    /// The contract offered and accepted, unless nothing is to happen yet.
    init(_ world: World?, isEmpty: Bool = false) throws {
        self.world = try #require(world)
        if isEmpty { return }
        let offer = sign(.offer(self.world.terms, prose: .zero), .client)
        try accept(offer, .freelancer)
    }

    var fold: ActFold<ContractState> { ActFold(acts) }
    var contract: ContractState { fold.state }
    var voids: [String] { fold.entries.compactMap(\.void) }

    @discardableResult
    mutating func sign(_ act: Act, _ role: Role, device: Int = 0, without unseen: [ChangeID] = []) -> ChangeID {
        let seen = acts.filter { !unseen.contains($0.change) }
        var past = VersionVector()
        for signed in seen { past.insert(signed.stamp) }
        let lamport = seen.map(\.stamp.lamport).max() ?? 0
        acts.append(world.sign(act, by: role, world.device(role, device), having: past, after: lamport))
        return acts[acts.count - 1].change
    }

    @discardableResult
    mutating func accept(_ offer: ChangeID, _ role: Role, device: Int = 0, without unseen: [ChangeID] = []) throws -> ChangeID {
        let hash = try #require(contract.offer(offer)?.termsHash)
        return sign(.accept(offer: offer, termsHash: hash), role, device: device, without: unseen)
    }

    @discardableResult
    mutating func receipt(
        _ basis: EscrowReceipt.Basis, _ totals: Totals, of milestone: Int = 1, at time: UInt64 = 0,
        without unseen: [ChangeID] = []
    ) -> ChangeID {
        sign(.receipt(EscrowReceipt(milestone: milestone, totals: totals, time: time, basis: basis)), .agent, without: unseen)
    }

    @discardableResult
    mutating func funded(_ amount: Int64, milestone: Int = 1, without unseen: [ChangeID] = []) -> ChangeID {
        sign(.fund(milestone: milestone, total: amount), .client, without: unseen)
        return receipt(.funding, Totals(funded: amount), of: milestone, without: unseen)
    }
}

/// Cases that the model found in the rules, each as short as it can be.
struct FoundTests {
    @Test("a ruling does not follow a hearing whose last word the mediator had not seen")
    func unheard() throws {
        var script = try Script(.escrow)
        script.funded(100)
        script.sign(.dispute(milestone: 1, statement: .zero), .client)
        let answer = script.sign(.answer(milestone: 1, statement: .zero, keys: []), .freelancer)
        let split = Split(released: 50, refunded: 50)
        let ruling = script.sign(.rule(milestone: 1, split, statement: .zero), .mediator, without: [answer])
        script.receipt(.ruling(ruling), Totals(funded: 100, released: 50, refunded: 50))
        #expect(script.contract.held == 100 && script.voids.count == 1)
    }

    @Test("what came in under an amendment stays, although ends had not seen it", arguments: [1, 2])
    func endedMeanwhile(ends: Int) throws {
        var script = try Script(.amended)
        let terms = try #require(script.world.amendments.first { $0.milestones.count == 3 })
        let offer = script.sign(.offer(terms, prose: .zero), .client)
        let end = script.sign(.end, .freelancer)
        let endings = [end] + (1..<ends).map { script.sign(.end, .freelancer, device: $0, without: [end]) }
        try script.accept(offer, .freelancer, device: 2, without: endings)
        script.funded(20, milestone: 3, without: endings)
        script.sign(.seen(time: 1, endings), .agent)
        #expect(script.voids.isEmpty && script.contract.held == 20 && script.contract.isEnding)
        #expect(script.contract.milestone(3)?.terms == terms.milestone(3))
    }

    @Test("an offer that two devices accepted is one agreement, whichever acceptance was seen")
    func acceptedTwice() throws {
        var script = try Script(.amended)
        let terms = try #require(script.world.amendments.first)
        let offer = script.sign(.offer(terms, prose: .zero), .client)
        let first = try script.accept(offer, .freelancer)
        try script.accept(offer, .freelancer, device: 1, without: [first])
        script.funded(80, without: [first])
        script.sign(.end, .client, without: [first])
        #expect(script.voids.isEmpty && script.contract.milestone(1)?.terms.amount == 80 && script.contract.accords.count == 2)
    }

    @Test("the acceptance of a later first offer stands, although the earlier one was accepted and ended meanwhile")
    func endedBeforeReplaced() throws {
        for isReversed in [false, true] {
            var script = try Script(isReversed ? World.amended?.reversed : .amended, isEmpty: true)
            let earlier = script.sign(.offer(script.world.terms, prose: .zero), .client)
            let later = script.sign(.offer(try #require(script.world.amendments.first), prose: .zero), .client)
            try script.accept(earlier, .freelancer, without: [later])
            let end = script.sign(.end, .freelancer, without: [later])
            let unseen = script.acts.map(\.change).filter { ![earlier, later].contains($0) }
            try script.accept(later, .freelancer, device: 1, without: unseen)
            #expect(script.voids.isEmpty && script.contract.phase == .active(later))
            #expect(script.contract.activeTerms == script.world.amendments.first)
            #expect(script.contract.isEnding && script.contract.endings[.freelancer]?.change == end)
        }
    }

    @Test("of two offers accepted at once, the one stands that money came in under, with its agent", arguments: [false, true])
    func agentStays(isReversed: Bool) throws {
        let direct = try #require(World.direct?.terms)
        for isFundedFirst in [true, false] {
            var script = try Script(isReversed ? World.escrow?.reversed : .escrow, isEmpty: true)
            let held = script.sign(.offer(script.world.terms, prose: .zero), .client)
            let paid = script.sign(.offer(direct, prose: .zero), .freelancer, device: 1, without: [held])
            let start = script.acts.map(\.change)
            func fund(_ script: inout Script) throws {
                let unseen = script.acts.map(\.change).filter { !start.contains($0) } + [paid]
                try script.accept(held, .freelancer, without: unseen)
                script.funded(100, without: unseen)
            }
            func pay(_ script: inout Script) throws {
                let unseen = script.acts.map(\.change).filter { !start.contains($0) } + [held]
                try script.accept(paid, .client, device: 1, without: unseen)
                script.sign(.release(milestone: 1, total: 100), .client, device: 1, without: unseen)
                script.sign(.confirm(milestone: 1, total: 100), .freelancer, device: 1, without: unseen)
            }
            for step in isFundedFirst ? [fund, pay] : [pay, fund] { try step(&script) }
            #expect(script.voids.isEmpty && script.contract.milestone(1)?.totals == Totals(funded: 100))
            #expect(script.contract.activeTerms?.agent == World.agent && script.contract.offer(paid)?.outcome == .lapsed)
        }
    }

    @Test("money that came in under earlier terms keeps them, if all that its agent knew had undone the amendment")
    func keptUnseen() throws {
        var script = try Script(.amended)
        let old = try #require(script.contract.milestone(1)?.terms)
        script.sign(.fund(milestone: 1, total: 50), .client)
        let offer = script.sign(.offer(try #require(script.world.amendments.first), prose: .zero), .client)
        let end = script.sign(.end, .freelancer, device: 1)
        try script.accept(offer, .freelancer, without: [end])
        let reliance = script.sign(.fund(milestone: 1, total: 80), .client, without: [end])
        script.receipt(.funding, Totals(funded: 50), without: [reliance])
        #expect(script.voids.isEmpty && script.contract.accords.count == 2)
        #expect(script.contract.milestone(1)?.terms == old)
    }

    @Test("money keeps the terms that its agent acted under, though what it saw these take the place of stands after all")
    func keptUnderRestored() throws {
        var script = try Script(.amended, isEmpty: true)
        let earlier = script.sign(.offer(script.world.terms, prose: .zero), .client)
        let later = script.sign(.offer(try #require(script.world.amendments.first), prose: .zero), .client)
        let first = try script.accept(earlier, .freelancer, without: [later])
        let second = try script.accept(later, .freelancer, device: 1, without: [first])
        let service = script.sign(.serve(name: "M"), .mediator)
        let unseen = [later, second, service]
        script.sign(.pause, .freelancer, without: unseen)
        script.sign(.resume, .freelancer, without: unseen)
        // The client relies on the first acceptance; later in the order than the mediator, whom the agent has not heard.
        script.sign(.fund(milestone: 1, total: 100), .client, device: 1, without: unseen)
        script.receipt(.funding, Totals(funded: 100), without: [service])
        #expect(script.voids.isEmpty && script.contract.phase == .active(later))
        #expect(script.contract.milestone(1)?.terms == script.world.terms.milestone(1))
    }

    @Test("a withdrawal takes back the disputes that it had seen, and no other of the same side")
    func disputesOfTwoDevices() throws {
        var script = try Script(.escrow)
        script.funded(100)
        let first = script.sign(.dispute(milestone: 1, statement: .zero), .client)
        script.sign(.dispute(milestone: 1, statement: .zero), .client, device: 1, without: [first])
        let withdrawal = script.sign(
            .withdrawDispute(milestone: 1), .client, without: [script.acts[script.acts.count - 1].change])
        #expect(script.contract.milestone(1)?.openDispute?.openers[.client]?.count == 1)
        script.sign(.withdrawDispute(milestone: 1), .client, device: 1, without: [first, withdrawal])
        #expect(script.voids.isEmpty && script.contract.milestone(1)?.openDispute == nil)
    }

    private func hourly() throws -> (script: Script, invoice: ChangeID, slots: SlotRanges) {
        var script = try Script(.hourly)
        script.sign(.fund(milestone: 0, total: 120), .client)
        script.receipt(.funding, Totals(funded: 120), of: 0)
        let week = Week(number: 1)
        let slots = SlotRanges((0..<6).map { Slot(number: week.range.lowerBound + $0) })
        let invoice = script.sign(.invoice(Invoice(week: week, slots: slots, entries: .zero, amount: 60)), .freelancer)
        script.sign(.seen(time: 0, [invoice]), .agent)
        return (script, invoice, slots)
    }

    @Test("a payment that had seen the dispute of one slot leaves it in dispute, and stands against that of another")
    func partlyDisputed() throws {
        var (script, invoice, slots) = try hourly()
        let one = SlotRanges(slots.slots.prefix(1))
        script.sign(.disputeSlots(invoice: invoice, one, statement: .zero), .client)
        let other = SlotRanges(slots.slots.suffix(1))
        let late = script.sign(.disputeSlots(invoice: invoice, other, statement: .zero), .client, device: 1)
        let due = try #require(script.contract.invoice(invoice).flatMap { script.contract.payableAt($0) })
        script.receipt(.invoice(invoice), Totals(funded: 120, released: 50), of: 0, at: due + 1, without: [late])
        #expect(script.voids.isEmpty && script.contract.invoice(invoice)?.disputed == one && script.contract.disputedAmount == 10)
        #expect(script.contract.invoice(invoice)?.contested == late)
    }

    @Test("after some slots were decided, others can be disputed and are decided too; the same ones are not")
    func disputedAgain() throws {
        var (script, invoice, slots) = try hourly()
        let one = SlotRanges(slots.slots.prefix(1))
        let dispute = script.sign(.disputeSlots(invoice: invoice, one, statement: .zero), .client)
        let twin = script.sign(.disputeSlots(invoice: invoice, one, statement: .zero), .client, device: 1, without: [dispute])
        script.sign(.seen(time: 0, [dispute, twin]), .agent, without: [twin])
        let due = try #require(script.contract.deadlines.last)
        script.receipt(.defaultShare, Totals(funded: 120, released: 5, refunded: 5), of: 0, at: due + 1, without: [twin])
        #expect(script.voids.isEmpty && script.contract.milestone(0)?.openDispute == nil && script.contract.disputedAmount == 0)
        script.sign(.disputeSlots(invoice: invoice, slots, statement: .zero), .client)
        #expect(script.voids.isEmpty && script.contract.milestone(0)?.openDispute != nil && script.contract.disputedAmount == 50)
    }

    @Test("the time that a dispute was open before counts once, though a relay's clock ran ahead of the agent's")
    func clocksThatDiffer() throws {
        var script = try Script(.escrow)
        script.funded(100)
        let first = script.sign(.dispute(milestone: 1, statement: .zero), .client)
        script.sign(.seen(time: 1, [first]), .agent)
        let end = script.sign(.withdrawDispute(milestone: 1), .client)
        let second = script.sign(.dispute(milestone: 1, statement: .zero), .client)
        let relay = try #require(World.relayKey)
        let receipt = try Receipt(by: relay, incarnation: .zero, time: 90_000, changes: [end])
        script.sign(.delivered(receipt), .client)
        script.sign(.seen(time: 1, [second]), .agent)
        let hours = script.world.terms.deadlines.hearing + script.world.terms.deadlines.silence
        let dispute = try #require(script.contract.milestone(1).flatMap { script.contract.dispute(over: $0) })
        #expect(script.voids.isEmpty && script.contract.defaultTime(dispute) == 1 + hours * 3_600_000)
    }
}
