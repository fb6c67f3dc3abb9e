import Agreement
import Canon
import Ledger
import Testing

/// Rules C7 and C8: amendments that name another agent or mediator.
struct ReplacementTests {
    private static let orders = [Actor.client, .freelancer, .agent, .newAgent].permutations

    private static func terms(_ change: (inout Terms) -> Void = { _ in }) throws -> Terms {
        try Contract.terms {
            ($0.agent, $0.mediator) = (Actor.newAgent.person, Actor.newMediator.person)
            change(&$0)
        }
    }

    @Test("an amendment names another agent while none holds money, and another mediator while no dispute is open")
    func table() throws {
        let agent = try Contract.terms { $0.agent = Actor.newAgent.person }
        let none = try Contract.terms { $0.agent = nil }
        let mediator = try Contract.terms { $0.mediator = Actor.newMediator.person }
        var fresh = Contract.active(try Contract.terms())
        fresh.act(.client, .fund(milestone: 1, total: 10_000))
        var held = try Contract.funded()
        var disputed = try Contract.disputed()
        var paid = try Contract.funded()
        paid.act(.client, .release(milestone: 1, total: 10_000))
        paid.receipt(.release, released: 10_000, at: 1)
        var alone = Contract.active(none)
        alone.act(.client, .release(milestone: 1, total: 4_000))
        var confirmed = alone
        confirmed.act(.freelancer, .confirm(milestone: 1, total: 4_000))
        for terms in [agent, none, mediator] {
            fresh.allows(.client, .offer(terms, prose: .zero))
            paid.allows(.freelancer, .offer(terms, prose: .zero))
        }
        held.allows(.client, .offer(mediator, prose: .zero))
        disputed.refuses(.client, .offer(mediator, prose: .zero), "C7", "A dispute is open")
        for terms in [agent, none] {
            held.refuses(.client, .offer(terms, prose: .zero), "C7", "100.00 EUR is held")
            disputed.refuses(.freelancer, .offer(terms, prose: .zero), "C7", "100.00 EUR is held")
        }
        alone.refuses(.client, .offer(agent, prose: .zero), "C7", "milestone 1, so the agent stays")
        confirmed.allows(.client, .offer(agent, prose: .zero))
        disputed.act(.client, .withdrawDispute(milestone: 1))
        disputed.allows(.client, .offer(mediator, prose: .zero))
    }

    @Test("an offer to replace them is not accepted once money has come in or a dispute is open")
    func tooLate() throws {
        let terms = try Self.terms()
        var scene = Contract.active(try Contract.terms())
        let offer = scene.allows(.client, .offer(terms, prose: .zero))
        scene.act(.client, .fund(milestone: 1, total: 10_000))
        scene.receipt(.funding, funded: 10_000, at: 0)
        scene.refuses(.freelancer, .accept(offer: offer, termsHash: ContractScene.hash(terms)), "C7", "is held")
        var other = try Contract.funded()
        let mediator = try Contract.terms { $0.mediator = Actor.newMediator.person }
        let second = other.allows(.freelancer, .offer(mediator, prose: .zero))
        other.act(.freelancer, .dispute(milestone: 1, statement: .zero))
        other.refuses(.client, .accept(offer: second, termsHash: ContractScene.hash(mediator)), "C7", "A dispute is open")
    }

    @Test("the old ones act until the amendment is accepted, and the new ones take up the roles anew")
    func succession() throws {
        var scene = Contract.active(try Contract.terms())
        scene.allows(.agent, .serve(name: "Escrow"))
        scene.allows(.mediator, .serve(name: "Judge"))
        scene.refuses(.newAgent, .serve(name: "Bank"), "C8", "name another agent")
        scene.allows(.client, .fund(milestone: 1, total: 10_000))
        let terms = try Self.terms()
        let offer = scene.allows(.client, .offer(terms, prose: .zero))
        scene.allows(.agent, .outage(from: Contract.hour(0), to: Contract.hour(9_000)))
        scene.allows(.freelancer, .accept(offer: offer, termsHash: ContractScene.hash(terms)))
        #expect(scene.state.serving.isEmpty)
        scene.refuses(.agent, scene.nextReceipt(.funding, funded: 10_000, at: 9_000), "C8", "name another agent")
        scene.refuses(.mediator, .serve(name: "Judge"), "C8", "name another mediator")
        scene.allows(.newAgent, .serve(name: "Bank"))
        scene.refuses(.newAgent, .serve(name: "Bank"), "C8", "already")
        scene.allows(.newMediator, .serve(name: "Arbiter"))
        #expect(scene.state.serving == [.agent: "Bank", .mediator: "Arbiter"])
        // The old one's clock does not bind the new one, and the client's order stands.
        scene.allows(.newAgent, scene.nextReceipt(.funding, funded: 10_000, at: 1))
        scene.allows(.freelancer, .dispute(milestone: 1, statement: .zero))
        scene.allows(.client, .answer(milestone: 1, statement: .zero, keys: []))
        let split = Split(released: 5_000, refunded: 5_000)
        scene.refuses(.mediator, .rule(milestone: 1, split, statement: .zero), "C8", "name another mediator")
        let ruling = scene.allows(.newMediator, .rule(milestone: 1, split, statement: .zero))
        scene.allows(.newAgent, scene.nextReceipt(.ruling(ruling), released: 5_000, refunded: 5_000, at: 2))
        #expect(scene.state.held == 0 && scene.voids.isEmpty)
        // And back to the first, who has taken up the role before.
        scene.agree(to: try Contract.terms())
        #expect(scene.state.serving == [.agent: "Escrow", .mediator: "Judge"])
        scene.expectOneOutcome()
    }

    @Test("an agent stays to whom money came in before that was known to whoever agreed to another", arguments: orders)
    func receiptMeanwhile(order: [Actor]) throws {
        for isReceiptFirst in [true, false] {
            var scene = Contract.active(try Contract.terms(), order: order)
            scene.act(.client, .fund(milestone: 1, total: 10_000))
            let terms = try Self.terms()
            let offer = scene.act(.client, .offer(terms, prose: .zero))
            let apart = scene.now
            let receipt = scene.nextReceipt(.funding, funded: 10_000, at: 0)
            let acceptance = Act.accept(offer: offer, termsHash: ContractScene.hash(terms))
            if isReceiptFirst { scene.act(.agent, receipt, after: apart) }
            scene.act(.freelancer, acceptance, after: apart)
            if !isReceiptFirst { scene.act(.agent, receipt, after: apart) }
            #expect(scene.voids.isEmpty && scene.state.held == 10_000)
            #expect(scene.state.activeTerms?.agent == Actor.agent.person && scene.state.offer(offer)?.outcome == .lapsed)
            #expect(scene.sentences.contains { $0.contains("(rule G3)") })
            scene.expectOneOutcome()
            scene.refuses(.newAgent, scene.nextReceipt(.funding, funded: 20_000, at: 1), "C8", "name another agent")
            scene.allows(.client, .release(milestone: 1, total: 10_000))
            scene.work(at: 1)
            scene.agree(to: terms)
            #expect(scene.state.activeTerms == terms && scene.state.held == 0)
        }
    }

    @Test("money that the agent had paid out before the amendment counts, and what they knew of it", arguments: orders)
    func knownReceipts(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        scene.act(.freelancer, .refund(milestone: 1, total: 6_000))
        scene.act(.client, .release(milestone: 1, total: 4_000))
        scene.work(at: 1)
        scene.agree(to: try Self.terms())
        scene.act(.client, .fund(milestone: 2, total: 5_000))
        scene.allows(.newAgent, scene.nextReceipt(.funding, of: 2, funded: 5_000, at: 0))
        scene.allows(.newAgent, scene.nextReceipt(.funding, of: 2, funded: 6_000, at: 0))
        #expect(scene.state.activeTerms == (try Self.terms()) && scene.state.held == 6_000)
        scene.expectOneOutcome()
    }

    @Test("what was refunded before the parties went on without an agent is not paid again by a confirmation")
    func withoutAgent() throws {
        var scene = try Contract.funded()
        scene.act(.freelancer, .refund(milestone: 1, total: 6_000))
        scene.act(.client, .release(milestone: 1, total: 4_000))
        scene.work(at: 1)
        let agreed = try Contract.terms { ($0.agent, $0.mediator) = (nil, nil) }
        scene.agree(to: agreed)
        let apart = scene.now
        scene.allows(.client, .release(milestone: 1, total: 10_000))
        scene.allows(.freelancer, .confirm(milestone: 1, total: 7_000))
        #expect(scene.first?.totals == Totals(funded: 13_000, released: 7_000, refunded: 6_000))
        // A receipt that had not seen it takes its place.
        scene.act(.otherClient, .fund(milestone: 2, total: 5_000), after: apart - 1)
        var other = scene
        other.act(
            .agent, other.nextReceipt(.funding, of: 2, funded: 5_000, at: 2), seeing: [ContractScene.change(other.now)],
            after: apart - 1)
        #expect(other.state.activeTerms?.agent == Actor.agent.person)
        #expect(other.first?.totals == Totals(funded: 10_000, released: 4_000, refunded: 6_000))
        other.expectOneOutcome()
        scene.allows(.freelancer, .confirm(milestone: 1, total: 10_000))
        #expect(scene.first?.totals == Totals(funded: 16_000, released: 10_000, refunded: 6_000))
        scene.expectOneOutcome()
    }
}
