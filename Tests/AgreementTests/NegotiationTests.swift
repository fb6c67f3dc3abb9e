import Agreement
import Canon
import Ledger
import Testing

/// The table of the contract: offers, answers, pauses and ends.
struct NegotiationTests {
    @Test("an offer is accepted over its hash by the other side, and the contract is active", arguments: Actor.parties)
    func acceptance(maker: Actor) throws {
        let terms = try Contract.terms()
        let other: Actor = maker == .client ? .freelancer : .client
        var scene = ContractScene()
        #expect(scene.state.status == "empty" && scene.state.current == nil)
        let offer = scene.allows(maker, .offer(terms, prose: .zero))
        #expect(scene.state.status == "offered" && scene.state.phase == .offered(offer) && scene.state.pending?.id == offer)
        #expect(scene.state.milestones.isEmpty && !scene.state.isActive)
        scene.allows(other, .accept(offer: offer, termsHash: ContractScene.hash(terms)))
        #expect(scene.state.status == "active" && scene.state.phase == .active(offer) && scene.state.pending == nil)
        #expect(scene.state.current?.outcome == .accepted && scene.state.current?.by == maker.role)
        #expect(scene.state.milestones.map(\.terms) == terms.milestones && scene.state.activeTerms == terms)
    }

    @Test("a counter-offer takes the place of the one before it, from either side")
    func counterOffers() throws {
        let terms = try Contract.terms()
        var scene = ContractScene()
        for actor in [Actor.client, .freelancer, .freelancer] { scene.allows(actor, .offer(terms, prose: .zero)) }
        let last = ContractScene.change(3)
        #expect(scene.state.status == "countered" && scene.state.phase == .offered(last))
        #expect(scene.state.offers.map(\.outcome) == [.countered, .countered, .pending])
        scene.allows(.client, .accept(offer: last, termsHash: ContractScene.hash(terms)))
        #expect(scene.state.status == "active")
    }

    @Test("a declined or withdrawn offer closes the negotiation until the next one", arguments: [true, false])
    func closing(isWithdrawn: Bool) throws {
        let terms = try Contract.terms()
        var scene = ContractScene()
        let offer = scene.act(.client, .offer(terms, prose: .zero))
        if isWithdrawn {
            scene.allows(.client, .withdraw(offer: offer))
        } else {
            scene.allows(.freelancer, .decline(offer: offer))
        }
        #expect(scene.state.phase == .closed(offer) && scene.state.status == (isWithdrawn ? "withdrawn" : "declined"))
        let next = scene.allows(.freelancer, .offer(terms, prose: .zero))
        #expect(scene.state.phase == .offered(next) && scene.state.offers[0].outcome != .countered)
    }

    @Test("answers to offers that are not due are void, and say why")
    func refusedAnswers() throws {
        let terms = try Contract.terms()
        let hash = ContractScene.hash(terms)
        let missing = ChangeID(.filled(9))
        var scene = ContractScene()
        scene.refuses(.freelancer, .accept(offer: missing, termsHash: hash), "C2", "no such offer")
        let offer = scene.act(.client, .offer(terms, prose: .zero))
        scene.refuses(.client, .accept(offer: offer, termsHash: hash), "C2", "by the other side")
        scene.refuses(.freelancer, .accept(offer: offer, termsHash: .zero), "C2", "names other terms")
        scene.refuses(.client, .decline(offer: offer), "C3", "by the other side")
        scene.refuses(.freelancer, .decline(offer: missing), "C3", "no such offer")
        scene.refuses(.freelancer, .withdraw(offer: offer), "C4", "the other declines it")
        scene.refuses(.client, .withdraw(offer: missing), "C4", "no such offer")
        var untitled = terms
        untitled.title = ""
        scene.refuses(.client, .offer(untitled, prose: .zero), "C1", "needs a title")

        var declined = scene
        declined.act(.freelancer, .decline(offer: offer))
        declined.refuses(.freelancer, .accept(offer: offer, termsHash: hash), "C2", "already declined")
        var withdrawn = scene
        withdrawn.act(.client, .withdraw(offer: offer))
        withdrawn.refuses(.client, .withdraw(offer: offer), "C4", "was withdrawn")
        withdrawn.refuses(.freelancer, .accept(offer: offer, termsHash: hash), "C2", "was withdrawn")
        var countered = scene
        countered.act(.freelancer, .offer(terms, prose: .zero))
        countered.refuses(.freelancer, .accept(offer: offer, termsHash: hash), "C2", "`contract show`")
        scene.act(.freelancer, .accept(offer: offer, termsHash: hash))
        scene.refuses(.freelancer, .accept(offer: offer, termsHash: hash), "C2", "already accepted")
        scene.refuses(.client, .withdraw(offer: offer), "C4", "already accepted")
        scene.refuses(.freelancer, .decline(offer: offer), "C3", "already accepted")
    }

    @Test("whoever paused a contract resumes it")
    func pause() throws {
        var scene = Contract.active(try Contract.terms())
        scene.refuses(.client, .resume, "C5", "have not paused")
        scene.allows(.client, .pause)
        #expect(scene.state.status == "paused" && scene.state.pausedBy == [.client])
        scene.refuses(.client, .pause, "C5", "already")
        scene.refuses(.freelancer, .resume, "C5", "Whoever paused")
        scene.allows(.freelancer, .pause)
        scene.allows(.client, .resume)
        #expect(scene.state.status == "paused")
        scene.allows(.freelancer, .resume)
        #expect(scene.state.status == "active")
    }

    @Test("a pause never stops a milestone's deadlines")
    func pauseAndDeadlines() throws {
        var (scene, _) = try Contract.submitted()
        let due = scene.first.flatMap(scene.state.reviewTimeout)
        scene.act(.client, .pause)
        #expect(due == Contract.hour(1 + 14 * 24) && scene.first.flatMap(scene.state.reviewTimeout) == due)
        scene.work(at: 2 + 14 * 24)
        #expect(scene.first?.totals.released == 10_000 && scene.state.status == "paused")
    }

    @Test("an ending contract takes no new funding, keeps reviews open, and is ended once nothing is held")
    func ending() throws {
        var (scene, _) = try Contract.submitted()
        scene.allows(.freelancer, .end)
        #expect(scene.state.status == "ending")
        scene.refuses(.freelancer, .end, "C6", "already")
        scene.refuses(.client, .fund(milestone: 2, total: 5_000), "M1", "ending")
        scene.refuses(.client, .pause, "C5", "active")
        scene.refuses(.client, .offer(try Contract.terms(), prose: .zero), "C7", "no longer be amended")
        scene.allows(.client, .requestChanges(milestone: 1, round: 1, statement: .zero))
        scene.allows(.freelancer, .submit(milestone: 1, round: 2, statement: .zero))
        scene.allows(.client, .release(milestone: 1, total: 10_000))
        scene.work(at: 5)
        #expect(scene.state.status == "ended" && scene.state.held == 0)
        scene.allows(.client, .end)
    }

    @Test("without an agent no new work is submitted once the contract is ending")
    func endingWithoutAgent() throws {
        var scene = Contract.active(try Contract.terms { $0.agent = nil })
        scene.act(.client, .end)
        scene.refuses(.freelancer, .submit(milestone: 1, round: 1, statement: .zero), "M2", "ending")
    }

    @Test("a contract that is not active has nothing to pause, to end, to serve in or to work on")
    func inactive() throws {
        var scene = ContractScene()
        scene.act(.client, .offer(try Contract.terms(), prose: .zero))
        let cases: [(Actor, Act, String)] = [
            (.client, .pause, "C5"), (.client, .resume, "C5"), (.freelancer, .end, "C6"), (.agent, .serve(name: "E"), "C8"),
            (.client, .fund(milestone: 1, total: 1), "M1"),
            (.freelancer, .submit(milestone: 1, round: 1, statement: .zero), "M2"),
            (.client, .requestChanges(milestone: 1, round: 1, statement: .zero), "M3"),
            (.client, .release(milestone: 1, total: 1), "M4"), (.client, .ask(milestone: 1, total: 1, statement: .zero), "M5"),
            (.client, .withdrawAsk(milestone: 1), "M5"), (.freelancer, .refund(milestone: 1, total: 1), "M6"),
            (.freelancer, .giveBack(milestone: 1, total: 1), "M7"), (.freelancer, .confirm(milestone: 1, total: 1), "M8"),
            (.client, .dispute(milestone: 1, statement: .zero), "D1"), (.client, .withdrawDispute(milestone: 1), "D1"),
            (.client, .answer(milestone: 1, statement: .zero, keys: []), "D2"),
            (.client, .propose(milestone: 1, Split(released: 1, refunded: 0), statement: .zero), "D3"),
            (.freelancer, .invoice(Contract.invoice(0..<1)), "H1"), (.agent, .outage(from: 0, to: 1), "E1"),
            (.agent, .escalate(milestone: 1, time: 0), "E1"), (.agent, .seen(time: 0, [ContractScene.change(1)]), "E1"),
            (.agent, scene.nextReceipt(.funding, funded: 1, at: 0), "E1"),
            (.client, try Contract.delivery(of: [ContractScene.change(1)], at: 1), "E10"),
        ]
        for (actor, act, rule) in cases { scene.refuses(actor, act, rule) }
    }

    @Test("agent and mediator take up their roles once, where the terms name them")
    func service() throws {
        var scene = Contract.active(try Contract.terms())
        scene.allows(.agent, .serve(name: "Escrow"))
        scene.allows(.mediator, .serve(name: "Judge"))
        #expect(scene.state.serving == [.agent: "Escrow", .mediator: "Judge"])
        scene.refuses(.agent, .serve(name: "Again"), "C8", "already")
        var alone = Contract.active(try Contract.terms { ($0.agent, $0.mediator) = (nil, nil) })
        alone.refuses(.agent, .serve(name: "Escrow"), "C8", "name no agent")
        alone.refuses(.mediator, .serve(name: "Judge"), "C8", "name no mediator")
    }

    @Test("a change carries one act, because its id names the act")
    func oneActAChange() throws {
        var fold = ActFold<ContractState>()
        let stamp = Stamp(lamport: 1, device: DeviceID(.zero), seq: 0, change: ChangeID(.filled(1)))
        let act = Act.offer(try Contract.terms(), prose: .zero)
        #expect(fold.append(SignedAct(act, at: Moment(stamp: stamp, past: VersionVector()), by: .client)) == nil)
        let second = SignedAct(act, at: Moment(stamp: stamp.operation(1), past: VersionVector()), by: .client)
        #expect(fold.append(second)?.hasSuffix("(rule G1).") == true)
        #expect(fold.state.offers.count == 1 && fold.entries.count == 2)
    }
}
