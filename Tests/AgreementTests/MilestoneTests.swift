import Agreement
import Canon
import Ledger
import Testing

/// The table of a milestone: work, intents and what the agent makes of them.
struct MilestoneTests {
    private func statement(_ byte: UInt8) -> Bytes32 { .filled(byte) }

    @Test("the client orders a deposit, and the agent receipts what comes in, up to any amount")
    func funding() throws {
        var scene = Contract.active(try Contract.terms())
        scene.refuses(.agent, scene.nextReceipt(.funding, funded: 10_000, at: 0), "E2", "has not ordered")
        scene.allows(.client, .fund(milestone: 1, total: 10_000))
        scene.refuses(.client, .fund(milestone: 1, total: 10_000), "M1", "signed already")
        scene.refuses(.client, .fund(milestone: 1, total: 9_999), "M1", "only grow")
        #expect(scene.first?.totals == Totals() && scene.state.held == 0)
        scene.allows(.agent, scene.nextReceipt(.funding, funded: 4_000, at: 0, reference: .filled(1)))
        scene.refuses(.freelancer, .submit(milestone: 1, round: 1, statement: .zero), "M2", "40.00 EUR of 100.00 EUR")
        scene.refuses(.agent, scene.nextReceipt(.funding, funded: 8_000, at: 0, reference: .filled(1)), "E2", "entry")
        scene.refuses(.agent, scene.nextReceipt(.funding, funded: 5_000, released: 1, at: 0), "E2", "nothing else")
        scene.allows(.agent, scene.nextReceipt(.funding, funded: 12_500, at: 0, reference: .filled(2)))
        #expect(scene.first?.totals.held == 12_500)
        scene.allows(.freelancer, .submit(milestone: 1, round: 1, statement: .zero))
    }

    @Test("what exceeds the amount goes back by the agent alone, and no more")
    func excess() throws {
        var scene = Contract.active(try Contract.terms())
        scene.act(.client, .fund(milestone: 1, total: 10_000))
        scene.receipt(.funding, funded: 12_500, at: 0)
        scene.refuses(.agent, scene.nextReceipt(.excess, refunded: 2_501, at: 1), "E8", "100.00 EUR")
        scene.refuses(.agent, scene.nextReceipt(.excess, released: 1, refunded: 1, at: 1), "E8", "nothing else")
        scene.allows(.agent, scene.nextReceipt(.excess, refunded: 2_500, at: 1))
        #expect(scene.first?.totals == Totals(funded: 12_500, refunded: 2_500))
        var released = scene
        released.act(.client, .release(milestone: 1, total: 10_000))
        released.refuses(.agent, released.nextReceipt(.excess, refunded: 2_501, at: 2), "E8")
    }

    @Test("what the client has released is no excess, even above the amount")
    func releasedExcess() throws {
        var scene = Contract.active(try Contract.terms())
        scene.act(.client, .fund(milestone: 1, total: 12_500))
        scene.receipt(.funding, funded: 12_500, at: 0)
        scene.allows(.client, .release(milestone: 1, total: 12_500))
        scene.refuses(.agent, scene.nextReceipt(.excess, refunded: 1, at: 1), "E8")
        scene.work(at: 1)
        #expect(scene.first?.totals.released == 12_500)
    }

    @Test("work is handed in and sent back in rounds, each milestone on its own")
    func rounds() throws {
        var scene = try Contract.funded()
        scene.act(.client, .fund(milestone: 2, total: 5_000))
        scene.receipt(.funding, of: 2, funded: 5_000, at: 0)
        #expect(scene.first?.work == .open && scene.first?.round == 0 && scene.first?.status == "open")
        scene.refuses(.freelancer, .submit(milestone: 1, round: 2, statement: .zero), "M2", "round 1")
        scene.refuses(.client, .requestChanges(milestone: 1, round: 1, statement: .zero), "M3", "no submission")
        scene.allows(.freelancer, .submit(milestone: 1, round: 1, statement: statement(1)))
        #expect(scene.first?.work == .submitted(round: 1) && scene.first?.status == "submitted")
        scene.refuses(.freelancer, .submit(milestone: 1, round: 2, statement: .zero), "M2", "waits for the client")
        scene.allows(.client, .requestChanges(milestone: 1, round: 1, statement: statement(2)))
        #expect(scene.first?.work == .changes(round: 1) && scene.first?.status == "changes")
        scene.refuses(.client, .requestChanges(milestone: 1, round: 1, statement: .zero), "M3", "no submission")
        scene.refuses(.freelancer, .submit(milestone: 1, round: 1, statement: .zero), "M2", "round 2")
        scene.allows(.freelancer, .submit(milestone: 1, round: 2, statement: statement(3)))
        scene.refuses(.client, .requestChanges(milestone: 1, round: 1, statement: .zero), "M3", "round is 2")
        scene.allows(.freelancer, .submit(milestone: 2, round: 1, statement: statement(4)))
        #expect(scene.first?.submissions.map(\.statement) == [statement(1), statement(3)])
        #expect(scene.first?.requests.map(\.statement) == [statement(2)])
        #expect(scene.state.milestone(2)?.work == .submitted(round: 1))
        scene.refuses(.freelancer, .submit(milestone: 3, round: 1, statement: .zero), "M2", "no milestone 3")
    }

    @Test("the client releases up to a total in every state with money held, and the rest stays")
    func release() throws {
        var scene = try Contract.funded()
        scene.allows(.client, .release(milestone: 1, total: 2_500))
        scene.refuses(.client, .release(milestone: 1, total: 2_500), "M4", "signed already")
        scene.refuses(.client, .release(milestone: 1, total: 10_001), "M4", "100.00 EUR")
        scene.refuses(.agent, scene.nextReceipt(.release, released: 2_501, at: 1), "E3", "25.00 EUR in all")
        scene.refuses(.agent, scene.nextReceipt(.release, funded: 10_001, released: 2_500, at: 1), "E3", "nothing else")
        scene.work(at: 1)
        #expect(scene.first?.totals == Totals(funded: 10_000, released: 2_500) && scene.first?.isDone == false)
        scene.allows(.freelancer, .submit(milestone: 1, round: 1, statement: .zero))
        scene.allows(.client, .release(milestone: 1, total: 5_000))
        scene.work(at: 2)
        #expect(scene.first?.work == .submitted(round: 1) && scene.first?.totals.held == 5_000)
        scene.allows(.client, .dispute(milestone: 1, statement: .zero))
        scene.allows(.client, .release(milestone: 1, total: 10_000))
        scene.work(at: 3)
        #expect(scene.first?.totals.released == 10_000 && scene.first?.isDone == true && scene.first?.status == "done")
        #expect(scene.first.flatMap { scene.state.dispute(over: $0) } == nil)
        scene.refuses(.freelancer, .submit(milestone: 1, round: 2, statement: .zero), "M2")
        scene.refuses(.client, .requestChanges(milestone: 1, round: 1, statement: .zero), "M3", "done")
    }

    @Test("the freelancer refunds up to a total of what is held")
    func refund() throws {
        var scene = try Contract.funded()
        scene.act(.client, .release(milestone: 1, total: 4_000))
        scene.work(at: 1)
        scene.refuses(.freelancer, .refund(milestone: 1, total: 6_001), "M6", "60.00 EUR")
        scene.allows(.freelancer, .refund(milestone: 1, total: 1_000))
        scene.refuses(.agent, scene.nextReceipt(.refund, refunded: 1_001, at: 2), "E3", "10.00 EUR in all")
        scene.work(at: 2)
        #expect(scene.first?.totals == Totals(funded: 10_000, released: 4_000, refunded: 1_000))
        scene.refuses(.client, .release(milestone: 1, total: 9_001), "M4", "90.00 EUR")
        scene.allows(.freelancer, .refund(milestone: 1, total: 6_000))
        scene.work(at: 3)
        #expect(scene.first?.isDone == true && scene.first?.totals.held == 0)
    }

    @Test("a submission that the client leaves unanswered is released once the review time is past")
    func reviewTimeout() throws {
        var (scene, _) = try Contract.submitted()
        let due: UInt64 = 1 + 14 * 24
        #expect(scene.duties(at: due).isEmpty)
        scene.refuses(.agent, scene.nextReceipt(.reviewTimeout, released: 10_000, at: due), "E4", "not over")
        scene.refuses(.agent, scene.nextReceipt(.reviewTimeout, refunded: 10_000, at: due + 1), "E4", "nothing else")
        for act in [
            Act.requestChanges(milestone: 1, round: 1, statement: .zero), .dispute(milestone: 1, statement: .zero),
            .ask(milestone: 1, total: 10_000, statement: .zero),
        ] {
            var answered = scene
            answered.allows(.client, act)
            answered.refuses(.agent, answered.nextReceipt(.reviewTimeout, released: 10_000, at: due + 1), "E4", "unanswered")
        }
        scene.work(at: due + 1)
        #expect(scene.first?.totals.released == 10_000 && scene.first?.contested == nil)
    }

    @Test("an ask for a refund is withdrawn by the client, declined by the freelancer, or overtaken by a submission")
    func ask() throws {
        var scene = try Contract.funded()
        scene.refuses(.client, .ask(milestone: 1, total: 10_001, statement: .zero), "M5", "100.00 EUR")
        scene.refuses(.client, .ask(milestone: 2, total: 1, statement: .zero), "M5", "Nothing is held")
        scene.refuses(.client, .withdrawAsk(milestone: 1), "M5", "No ask")
        scene.refuses(.freelancer, .declineAsk(milestone: 1, statement: .zero), "M5", "No ask")
        scene.allows(.client, .ask(milestone: 1, total: 4_000, statement: .zero))
        scene.refuses(.client, .ask(milestone: 1, total: 5_000, statement: .zero), "M5", "withdraw it")
        scene.refuses(.freelancer, .withdrawAsk(milestone: 1), "M5", "Only the client")
        scene.refuses(.client, .declineAsk(milestone: 1, statement: .zero), "M5", "Only the freelancer")
        for (actor, act) in [
            (Actor.client, Act.withdrawAsk(milestone: 1)), (.freelancer, .declineAsk(milestone: 1, statement: .zero)),
            (.freelancer, .submit(milestone: 1, round: 1, statement: .zero)), (.client, .dispute(milestone: 1, statement: .zero)),
        ] {
            var answered = scene
            answered.allows(actor, act)
            #expect(answered.first?.ask == nil, "\(act)")
        }
        scene.allows(.freelancer, .refund(milestone: 1, total: 4_000))
        scene.work(at: 1)
        #expect(scene.first?.ask == nil && scene.first?.totals.refunded == 4_000)
    }

    @Test("an ask that is unanswered for its time is refunded if nothing was ever submitted")
    func askTimeout() throws {
        var scene = try Contract.funded()
        scene.refuses(.agent, scene.nextReceipt(.askTimeout, refunded: 4_000, at: 900), "E5", "No delivered ask")
        let ask = scene.act(.client, .ask(milestone: 1, total: 4_000, statement: .zero))
        scene.refuses(.agent, scene.nextReceipt(.askTimeout, refunded: 4_000, at: 900), "E5", "No delivered ask")
        scene.seen(ask, at: 1)
        let due: UInt64 = 1 + 7 * 24
        scene.refuses(.agent, scene.nextReceipt(.askTimeout, refunded: 4_000, at: due), "E5", "not over")
        scene.refuses(.agent, scene.nextReceipt(.askTimeout, refunded: 4_001, at: due + 1), "E5", "40.00 EUR")
        scene.refuses(.agent, .escalate(milestone: 1, time: Contract.hour(due + 1)), "E5", "after work was submitted")
        var disputed = scene
        disputed.allows(.freelancer, .dispute(milestone: 1, statement: .zero))
        disputed.refuses(.agent, disputed.nextReceipt(.askTimeout, refunded: 4_000, at: due + 1), "E5", "unanswered")
        scene.work(at: due + 1)
        #expect(scene.first?.totals == Totals(funded: 10_000, refunded: 4_000) && scene.first?.ask == nil)
        scene.allows(.freelancer, .submit(milestone: 1, round: 1, statement: .zero))
        #expect(scene.first?.contested == nil, "Work that was submitted after the refund was known contests nothing.")
    }

    @Test("an ask that is unanswered after work was submitted becomes a dispute that the client has opened")
    func escalation() throws {
        var (scene, _) = try Contract.submitted()
        scene.seen(scene.act(.client, .ask(milestone: 1, total: 10_000, statement: .zero)), at: 2)
        let due: UInt64 = 2 + 7 * 24
        scene.refuses(.agent, scene.nextReceipt(.askTimeout, refunded: 10_000, at: due + 1), "E5", "dispute instead")
        scene.refuses(.agent, .escalate(milestone: 1, time: Contract.hour(due)), "E5", "not over")
        #expect(scene.duties(at: due + 1) == [.escalate(milestone: 1, time: Contract.hour(due + 1))])
        scene.work(at: due + 1)
        let dispute = try #require(scene.first.flatMap { scene.state.dispute(over: $0) })
        #expect(dispute.openers.keys.sorted { $0.rawValue < $1.rawValue } == [.client] && dispute.heard == [.client])
        #expect(scene.state.hearingEnd(dispute) == Contract.hour(due + 1 + 120) && scene.first?.ask == nil)
        #expect(scene.first?.totals.held == 10_000)
    }

    @Test("what was released is given back within 180 days of the last release, and no more than it")
    func givingBack() throws {
        var scene = try Contract.funded()
        scene.refuses(.freelancer, .giveBack(milestone: 1, total: 1), "M7", "0.00 EUR")
        scene.act(.client, .release(milestone: 1, total: 6_000))
        scene.work(at: 10)
        scene.refuses(.freelancer, .giveBack(milestone: 1, total: 6_001), "M7", "60.00 EUR")
        scene.refuses(.agent, scene.nextReceipt(.giveBack, returned: 1, at: 11), "E9", "0.00 EUR in all")
        scene.allows(.freelancer, .giveBack(milestone: 1, total: 2_000))
        let last: UInt64 = 10 + 180 * 24
        scene.refuses(.agent, scene.nextReceipt(.giveBack, returned: 2_000, at: last + 1), "E9", "is over")
        scene.refuses(.agent, scene.nextReceipt(.giveBack, returned: 2_001, at: last), "E9", "20.00 EUR in all")
        scene.refuses(.agent, scene.nextReceipt(.giveBack, refunded: 1, returned: 1, at: last), "E9", "nothing else")
        scene.allows(.agent, scene.nextReceipt(.giveBack, returned: 2_000, at: last))
        #expect(scene.first?.totals == Totals(funded: 10_000, released: 6_000, returned: 2_000))
        #expect(scene.first?.totals.held == 4_000)
    }

    @Test("without an agent a milestone is paid by the client's claim and the freelancer's confirmation")
    func confirmation() throws {
        var scene = Contract.active(try Contract.terms { $0.agent = nil })
        scene.refuses(.client, .fund(milestone: 1, total: 10_000), "M1", "`milestone release`")
        scene.refuses(.freelancer, .giveBack(milestone: 1, total: 1), "M7", "directly")
        scene.refuses(.freelancer, .confirm(milestone: 1, total: 1), "M8", "0.00 EUR paid")
        scene.refuses(.client, .release(milestone: 1, total: 10_001), "M4", "worth 100.00 EUR")
        scene.allows(.freelancer, .submit(milestone: 1, round: 1, statement: .zero))
        scene.allows(.client, .release(milestone: 1, total: 6_000))
        #expect(scene.first?.totals == Totals() && scene.state.duties(at: Contract.hour(9_000)).isEmpty)
        scene.refuses(.freelancer, .confirm(milestone: 1, total: 6_001), "M8", "60.00 EUR paid")
        scene.allows(.freelancer, .confirm(milestone: 1, total: 5_000))
        scene.refuses(.freelancer, .confirm(milestone: 1, total: 5_000), "M8", "signed already")
        #expect(scene.first?.totals == Totals(funded: 5_000, released: 5_000))
        scene.allows(.client, .release(milestone: 1, total: 10_000))
        scene.allows(.freelancer, .confirm(milestone: 1, total: 10_000))
        #expect(scene.first?.isDone == true && scene.first?.totals.held == 0)
        scene.refuses(.agent, scene.nextReceipt(.funding, funded: 20_000, at: 0), "E1", "name no agent")
        var held = try Contract.funded()
        held.act(.client, .release(milestone: 1, total: 1))
        held.refuses(.freelancer, .confirm(milestone: 1, total: 1), "M8", "The agent confirms")
    }
}
