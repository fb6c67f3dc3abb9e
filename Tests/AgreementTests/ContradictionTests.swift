import Agreement
import Canon
import Ledger
import Testing

/// Rule G3: acts that had not seen one another, in both linear orders and in every order of arrival.
struct ContradictionTests {
    private static let parties = [Actor.client, .freelancer].permutations
    private static let clients = [Actor.client, .otherClient].permutations
    private static let freelancers = [Actor.freelancer, .otherFreelancer].permutations

    private func expect(
        _ scene: ContractScene, lost: ChangeID?, stood: ChangeID?, _ words: String, at location: SourceLocation = #_sourceLocation
    ) {
        #expect(scene.voids.isEmpty, sourceLocation: location)
        #expect(scene.state.resolutions.count == 1, sourceLocation: location)
        let resolution = scene.state.resolutions.first
        #expect(resolution?.lost == lost && resolution?.stood == stood, sourceLocation: location)
        let sentence = resolution?.sentence ?? ""
        #expect(sentence.contains(words) && sentence.hasSuffix(" (rule G3)."), "\(sentence)", sourceLocation: location)
        scene.expectOneOutcome(at: location)
    }

    @Test("a release goes before a dispute, which stays over what remains", arguments: parties)
    func releaseAndDispute(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        let apart = scene.now
        let release = scene.act(.client, .release(milestone: 1, total: 6_000), after: apart)
        let dispute = scene.act(.freelancer, .dispute(milestone: 1, statement: .zero), after: apart)
        expect(scene, lost: dispute, stood: release, "goes first")
        scene.work(at: 1)
        #expect(scene.first?.totals == Totals(funded: 10_000, released: 6_000))
        #expect(scene.first.flatMap { scene.state.dispute(over: $0) }?.opening?.change == dispute)
        scene.allows(.client, .release(milestone: 1, total: 10_000))
        scene.work(at: 2)
        #expect(scene.first?.isDone == true && scene.first?.openDispute == nil)
        scene.expectOneOutcome()
    }

    @Test(
        "a dispute that the agent's release had not seen finds nothing left", arguments: [Actor.freelancer, .agent].permutations)
    func releaseCarriedOut(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        let apart = scene.now
        let release = scene.act(.client, .release(milestone: 1, total: 10_000), after: apart)
        let dispute = scene.act(.freelancer, .dispute(milestone: 1, statement: .zero), after: apart)
        scene.receipt(.release, released: 10_000, at: 1, after: apart + 1)
        expect(scene, lost: dispute, stood: release, "goes first")
        #expect(scene.first?.isDone == true && scene.first?.openDispute == nil)
    }

    @Test("a refund goes before an ask, and ends it", arguments: parties)
    func refundAndAsk(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        let apart = scene.now
        scene.act(.client, .ask(milestone: 1, total: 4_000, statement: .zero), after: apart)
        scene.act(.freelancer, .refund(milestone: 1, total: 10_000), after: apart)
        #expect(scene.voids.isEmpty)
        scene.expectOneOutcome()
        scene.work(at: 1)
        #expect(scene.first?.totals.refunded == 10_000 && scene.first?.ask == nil)
    }

    @Test("a refund stands against the submission of another device of the same person", arguments: freelancers)
    func refundAndSubmit(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        let apart = scene.now
        scene.act(.freelancer, .submit(milestone: 1, round: 1, statement: .zero), after: apart)
        scene.act(.otherFreelancer, .refund(milestone: 1, total: 10_000), after: apart)
        #expect(scene.voids.isEmpty)
        scene.expectOneOutcome()
        scene.work(at: 1)
        #expect(scene.first?.totals == Totals(funded: 10_000, refunded: 10_000) && scene.first?.isDone == true)
    }

    @Test("of two releases from two devices the greater total stands, once", arguments: clients)
    func twoReleases(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        let apart = scene.now
        scene.act(.client, .release(milestone: 1, total: 6_000), after: apart)
        scene.act(.otherClient, .release(milestone: 1, total: 4_000), after: apart)
        #expect(scene.voids.isEmpty && scene.first?.consents.release == 6_000)
        scene.expectOneOutcome()
        scene.work(at: 1)
        #expect(scene.first?.totals == Totals(funded: 10_000, released: 6_000))
    }

    @Test("of a release and a refund of the same money the release goes first", arguments: parties)
    func releaseAndRefund(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        let apart = scene.now
        let release = scene.act(.client, .release(milestone: 1, total: 6_000), after: apart)
        let refund = scene.act(.freelancer, .refund(milestone: 1, total: 5_000), after: apart)
        #expect(scene.voids.isEmpty && scene.sentences.isEmpty)
        scene.refuses(.agent, scene.nextReceipt(.refund, refunded: 4_001, at: 1), "E3", "40.00 EUR in all")
        scene.work(at: 1)
        expect(scene, lost: refund, stood: release, "a release goes first")
        #expect(scene.first?.totals == Totals(funded: 10_000, released: 6_000, refunded: 4_000))
    }

    @Test("a release and a refund of different money are both carried out", arguments: parties)
    func releaseBesideRefund(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        let apart = scene.now
        scene.act(.client, .release(milestone: 1, total: 6_000), after: apart)
        scene.act(.freelancer, .refund(milestone: 1, total: 4_000), after: apart)
        scene.work(at: 1)
        #expect(scene.first?.totals == Totals(funded: 10_000, released: 6_000, refunded: 4_000) && scene.sentences.isEmpty)
        scene.expectOneOutcome()
    }

    @Test("an amendment loses to an end", arguments: parties)
    func amendAndEnd(order: [Actor]) throws {
        let terms = try Contract.terms { $0.deadlines.review = 1 }
        var scene = try Contract.funded(order: order)
        let before = scene.state.activeTerms
        let offer = scene.act(.client, .offer(terms, prose: .zero))
        let apart = scene.now
        let end = scene.act(.client, .end, after: apart)
        let acceptance = scene.act(.freelancer, .accept(offer: offer, termsHash: ContractScene.hash(terms)), after: apart)
        expect(scene, lost: acceptance, stood: end, "loses to an end")
        #expect(
            scene.state.activeTerms == before && scene.state.status == "ending" && scene.state.offer(offer)?.outcome == .lapsed)
    }

    @Test("an offer to amend lapses that had not seen the end", arguments: parties)
    func offerAndEnd(order: [Actor]) throws {
        let terms = try Contract.terms { $0.deadlines.review = 1 }
        var scene = try Contract.funded(order: order)
        let apart = scene.now
        scene.act(.client, .end, after: apart)
        let offer = scene.act(.freelancer, .offer(terms, prose: .zero), after: apart)
        #expect(scene.voids.isEmpty && scene.state.offer(offer)?.outcome == .lapsed && scene.state.pending == nil)
        scene.expectOneOutcome()
        scene.refuses(.client, .accept(offer: offer, termsHash: ContractScene.hash(terms)), "C2", "lapsed")
    }

    @Test("two ends are one end", arguments: parties)
    func twoEnds(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        let apart = scene.now
        let terms = try Contract.terms { $0.deadlines.review = 1 }
        scene.act(.client, .end, after: apart)
        scene.act(.freelancer, .end, after: apart)
        scene.act(.otherFreelancer, .offer(terms, prose: .zero), after: apart)
        #expect(scene.voids.isEmpty && scene.state.status == "ending" && scene.state.endings.count == 2)
        scene.expectOneOutcome()
    }

    @Test("an acceptance stands against a withdrawal", arguments: parties)
    func acceptAndWithdraw(order: [Actor]) throws {
        let terms = try Contract.terms()
        var scene = ContractScene(order: order)
        let offer = scene.act(.client, .offer(terms, prose: .zero))
        let apart = scene.now
        let withdrawal = scene.act(.client, .withdraw(offer: offer), after: apart)
        let acceptance = scene.act(.freelancer, .accept(offer: offer, termsHash: ContractScene.hash(terms)), after: apart)
        expect(scene, lost: withdrawal, stood: acceptance, "an acceptance stands")
        #expect(scene.state.status == "active" && scene.state.offer(offer)?.outcome == .accepted)
    }

    @Test("an acceptance stands against the decline of another device", arguments: freelancers)
    func acceptAndDecline(order: [Actor]) throws {
        let terms = try Contract.terms()
        var scene = ContractScene(order: order)
        let offer = scene.act(.client, .offer(terms, prose: .zero))
        let apart = scene.now
        let decline = scene.act(.freelancer, .decline(offer: offer), after: apart)
        let acceptance = scene.act(.otherFreelancer, .accept(offer: offer, termsHash: ContractScene.hash(terms)), after: apart)
        expect(scene, lost: decline, stood: acceptance, "an acceptance stands")
        #expect(scene.state.status == "active")
    }

    @Test("an acceptance stands against a new offer of the other side", arguments: parties)
    func acceptAndCounter(order: [Actor]) throws {
        let terms = try Contract.terms()
        var scene = ContractScene(order: order)
        let offer = scene.act(.client, .offer(terms, prose: .zero))
        let apart = scene.now
        let counter = scene.act(.client, .offer(try Contract.terms { $0.title = "Less" }, prose: .zero), after: apart)
        let acceptance = scene.act(.freelancer, .accept(offer: offer, termsHash: ContractScene.hash(terms)), after: apart)
        expect(scene, lost: counter, stood: acceptance, "accept")
        #expect(scene.state.phase == .active(offer) && scene.state.offer(counter)?.outcome == .lapsed)
        #expect(scene.state.activeTerms == terms && scene.state.pending == nil)
    }

    @Test("of two amendments that were accepted at once one stands, the same everywhere", arguments: parties)
    func twoAmendments(order: [Actor]) throws {
        let terms = try [2, 3].map { hours in try Contract.terms { $0.deadlines.review = hours } }
        var scene = try Contract.funded(order: order)
        let apart = scene.now
        let first = scene.act(.client, .offer(terms[0], prose: .zero), after: apart)
        let second = scene.act(.freelancer, .offer(terms[1], prose: .zero), after: apart)
        let offered = scene.now
        let acceptances = [
            scene.act(.freelancer, .accept(offer: first, termsHash: ContractScene.hash(terms[0])), after: apart + 1),
            scene.act(.client, .accept(offer: second, termsHash: ContractScene.hash(terms[1])), after: offered),
        ]
        #expect(scene.voids.count == 1, "The acceptance of an offer that its signer knew to be countered is void.")
        let standing = scene.state.accords.last?.since.change
        #expect(scene.state.accords.count == 2 && acceptances.contains { $0 == standing })
        #expect(scene.state.offers.filter { $0.outcome == .pending }.isEmpty && scene.state.pending == nil)
        scene.expectOneOutcome()
    }

    @Test(
        "of two acceptances of two amendments by people who knew only one each, the first stands",
        arguments: [Actor.freelancer, .otherFreelancer].permutations)
    func twoAcceptances(order: [Actor]) throws {
        let terms = try [2, 3].map { hours in try Contract.terms { $0.deadlines.review = hours } }
        var scene = try Contract.funded(order: order)
        let apart = scene.now
        // The client's two devices offer, and the freelancer's two accept what each of them had received.
        let first = scene.act(.client, .offer(terms[0], prose: .zero), after: apart)
        let second = scene.act(.otherClient, .offer(terms[1], prose: .zero), after: apart)
        let accept = { Act.accept(offer: $0, termsHash: ContractScene.hash($1)) }
        let one = scene.act(.freelancer, accept(first, terms[0]), seeing: [first], after: apart)
        let two = scene.act(.otherFreelancer, accept(second, terms[1]), seeing: [second], after: apart)
        #expect(scene.voids.isEmpty && scene.state.accords.count == 2)
        let isFirst = order.first == .freelancer
        #expect(scene.state.activeTerms == terms[isFirst ? 0 : 1])
        let last = scene.state.resolutions.last
        #expect(last?.lost == (isFirst ? two : one) && last?.stood == (isFirst ? one : two))
        scene.expectOneOutcome()
    }

    @Test("what the agent funds under the terms it knew keeps them", arguments: [Actor.freelancer, .agent].permutations)
    func fundingAndAmendment(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        let amended = try Contract.terms {
            $0.pricing = .fixed([$0.milestones[0], MilestoneTerms(number: 2, title: "Rest", amount: 9_000, due: nil)])
        }
        scene.act(.client, .fund(milestone: 2, total: 5_000))
        let offer = scene.act(.client, .offer(amended, prose: .zero))
        let apart = scene.now
        scene.act(.freelancer, .accept(offer: offer, termsHash: ContractScene.hash(amended)), after: apart)
        scene.receipt(.funding, of: 2, funded: 5_000, at: 1, after: apart)
        #expect(scene.voids.isEmpty && scene.state.activeTerms == amended)
        #expect(scene.state.milestone(2)?.terms.amount == 5_000 && scene.state.milestone(2)?.totals.held == 5_000)
        scene.expectOneOutcome()
        scene.allows(.freelancer, .submit(milestone: 2, round: 1, statement: .zero))
    }

    @Test(
        "what the agent funds stays though an amendment dropped its milestone",
        arguments: [Actor.freelancer, .agent].permutations)
    func fundingAndDrop(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        let amended = try Contract.terms { $0.pricing = .fixed([$0.milestones[0]]) }
        scene.act(.client, .fund(milestone: 2, total: 5_000))
        let offer = scene.act(.client, .offer(amended, prose: .zero))
        let apart = scene.now
        scene.act(.freelancer, .accept(offer: offer, termsHash: ContractScene.hash(amended)), after: apart)
        scene.receipt(.funding, of: 2, funded: 5_000, at: 1, after: apart)
        #expect(scene.voids.isEmpty && scene.state.milestone(2)?.totals.held == 5_000)
        scene.expectOneOutcome()
        scene.allows(.client, .release(milestone: 2, total: 5_000))
        scene.work(at: 2)
        #expect(scene.state.milestone(2)?.isDone == true)
    }

    @Test(
        "a timeout's receipt is final, and an answer that it had not seen contests it",
        arguments: [Actor.client, .agent].permutations)
    func timeoutAndAnswer(order: [Actor]) throws {
        var (scene, _) = try Contract.submitted(order: order)
        let apart = scene.now
        let answer = scene.act(.client, .requestChanges(milestone: 1, round: 1, statement: .zero), after: apart)
        scene.receipt(.reviewTimeout, released: 10_000, at: 2 + 14 * 24, after: apart)
        #expect(scene.voids.isEmpty && scene.first?.totals.released == 10_000)
        #expect(scene.first?.contested == answer)
        scene.expectOneOutcome()
    }

    @Test("a refund by timeout is contested by work that it had not seen", arguments: [Actor.freelancer, .agent].permutations)
    func refundTimeoutAndSubmission(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        scene.seen(scene.act(.client, .ask(milestone: 1, total: 10_000, statement: .zero)), at: 1)
        let apart = scene.now
        let submission = scene.act(.freelancer, .submit(milestone: 1, round: 1, statement: .zero), after: apart)
        scene.receipt(.askTimeout, refunded: 10_000, at: 2 + 7 * 24, after: apart)
        #expect(scene.voids.isEmpty && scene.first?.totals.refunded == 10_000 && scene.first?.contested == submission)
        scene.expectOneOutcome()
    }

    @Test("of two invoices of the same slots the smaller stands, against whoever signed both", arguments: freelancers)
    func twoInvoices(order: [Actor]) throws {
        var scene = try Contract.hourly(order: order)
        let apart = scene.now
        let large = scene.act(.freelancer, .invoice(Contract.invoice(0..<60)), after: apart)
        let small = scene.act(.otherFreelancer, .invoice(Contract.invoice(30..<60)), after: apart)
        expect(scene, lost: large, stood: small, "the smaller stands")
        #expect(scene.state.invoices.map { scene.state.owed($0) }.sorted() == [0, 30_000])
        scene.allows(.freelancer, .invoice(Contract.invoice(0..<30)))
    }

    @Test("two devices together bill no more than the weekly limit", arguments: freelancers)
    func overLimitTogether(order: [Actor]) throws {
        var scene = try Contract.hourly(order: order)
        let apart = scene.now
        let large = scene.act(.freelancer, .invoice(Contract.invoice(0..<200)), after: apart)
        let small = scene.act(.otherFreelancer, .invoice(Contract.invoice(200..<241)), after: apart)
        expect(scene, lost: large, stood: small, "the smaller stands")
        scene.allows(.freelancer, .invoice(Contract.invoice(0..<199)))
    }

    @Test("two invoices that fit one another both stand", arguments: freelancers)
    func invoicesTogether(order: [Actor]) throws {
        var scene = try Contract.hourly(order: order)
        let apart = scene.now
        scene.act(.freelancer, .invoice(Contract.invoice(0..<120)), after: apart)
        scene.act(.otherFreelancer, .invoice(Contract.invoice(120..<240)), after: apart)
        #expect(
            scene.voids.isEmpty && scene.sentences.isEmpty && scene.state.invoices.allSatisfy { scene.state.owed($0) == 120_000 })
        scene.expectOneOutcome()
    }

    @Test("an approval stands against the dispute of another device", arguments: clients)
    func approveAndDispute(order: [Actor]) throws {
        var scene = try Contract.hourly(order: order)
        let invoice = scene.act(.freelancer, .invoice(Contract.invoice(0..<60)))
        let apart = scene.now
        let approval = scene.act(.client, .approve(invoice: invoice), after: apart)
        let slots = Contract.slots(0..<6)
        let dispute = scene.act(.otherClient, .disputeSlots(invoice: invoice, slots, statement: .zero), after: apart)
        expect(scene, lost: dispute, stood: approval, "the approval stands")
        #expect(scene.state.disputedAmount == 0 && scene.state.invoices.map { scene.state.owed($0) } == [60_000])
        #expect(scene.deposit?.openDispute == nil)
    }

    @Test("a payment is final, and a dispute that it had not seen contests it", arguments: [Actor.client, .agent].permutations)
    func paymentAndDispute(order: [Actor]) throws {
        var scene = try Contract.hourly(order: order)
        let invoice = scene.act(.freelancer, .invoice(Contract.invoice(0..<60)))
        scene.seen(invoice, at: 7 * 24)
        let apart = scene.now
        let slots = Contract.slots(0..<6)
        let dispute = scene.act(.client, .disputeSlots(invoice: invoice, slots, statement: .zero), after: apart)
        scene.receipt(.invoice(invoice), of: 0, released: 60_000, at: 900, after: apart)
        #expect(scene.voids.isEmpty && scene.deposit?.totals.released == 60_000)
        #expect(scene.state.invoice(invoice)?.contested == dispute)
        #expect(scene.state.disputedAmount == 0 && scene.deposit?.openDispute == nil)
        scene.expectOneOutcome()
    }

    @Test("a withdrawn dispute is over, though a ruling came meanwhile", arguments: [Actor.client, .mediator].permutations)
    func withdrawalAndRuling(order: [Actor]) throws {
        var scene = try Contract.disputed(order: order)
        scene.act(.freelancer, .answer(milestone: 1, statement: .zero, keys: []))
        let apart = scene.now
        scene.act(.client, .withdrawDispute(milestone: 1), after: apart)
        let split = Split(released: 0, refunded: 10_000)
        let ruling = scene.act(.mediator, .rule(milestone: 1, split, statement: .zero), after: apart)
        #expect(scene.voids.isEmpty && scene.first?.openDispute == nil && scene.duties(at: 9_000).isEmpty)
        scene.expectOneOutcome()
        scene.refuses(.agent, scene.nextReceipt(.ruling(ruling), released: 0, refunded: 10_000, at: 5), "E6", "no such ruling")
    }

    @Test(
        "a ruling that had not seen the other side's answer waits for another",
        arguments: [Actor.freelancer, .mediator].permutations)
    func answerAndRuling(order: [Actor]) throws {
        var scene = try Contract.disputed(order: order)
        let apart = scene.now
        let split = Split(released: 0, refunded: 10_000)
        scene.act(.freelancer, .answer(milestone: 1, statement: .zero, keys: []), after: apart)
        let ruling = scene.act(.mediator, .rule(milestone: 1, split, statement: .zero), after: apart)
        #expect(scene.voids.isEmpty)
        scene.expectOneOutcome()
        scene.refuses(.agent, scene.nextReceipt(.ruling(ruling), refunded: 10_000, at: 900), "E6", "has not been heard")
        scene.allows(.mediator, .rule(milestone: 1, split, statement: .zero))
        scene.work(at: 2)
        #expect(scene.first?.totals.refunded == 10_000)
    }

    @Test("what was said in a dispute that was withdrawn counts for none that follows")
    func earlierDispute() throws {
        var scene = try Contract.disputed()
        let apart = scene.now
        scene.act(.client, .withdrawDispute(milestone: 1), after: apart)
        scene.act(.client, .dispute(milestone: 1, statement: .zero), after: apart)
        let split = Split(released: 0, refunded: 10_000)
        for _ in 0..<4 { scene.act(.mediator, .propose(milestone: 1, split, statement: .zero), after: apart) }
        scene.act(.mediator, .rule(milestone: 1, split, statement: .zero), after: apart)
        #expect(scene.voids.isEmpty && scene.first?.openDispute?.ruling == nil && scene.first?.openDispute?.proposals == [])
        scene.expectOneOutcome()
    }

    @Test("a withdrawal leaves a dispute open that another device opened unseen", arguments: clients)
    func unseenDispute(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        let apart = scene.now
        scene.act(.client, .dispute(milestone: 1, statement: .zero), after: apart)
        let other = scene.act(.otherClient, .dispute(milestone: 1, statement: .zero), after: apart)
        scene.act(.client, .withdrawDispute(milestone: 1), after: apart)
        #expect(scene.voids.isEmpty && scene.first?.openDispute?.opening?.change == other)
        scene.expectOneOutcome()
        scene.allows(.client, .withdrawDispute(milestone: 1))
        #expect(scene.first?.openDispute == nil)
    }

    @Test("a dispute that both opened stays when one withdraws", arguments: parties)
    func bothOpened(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        let apart = scene.now
        scene.act(.client, .dispute(milestone: 1, statement: .zero), after: apart)
        let other = scene.act(.freelancer, .dispute(milestone: 1, statement: .zero), after: apart)
        #expect(scene.voids.isEmpty && scene.first?.openDispute?.isHeard == true)
        scene.expectOneOutcome()
        scene.allows(.client, .withdrawDispute(milestone: 1))
        #expect(scene.first?.openDispute?.opening?.change == other)
    }

    @Test("changes to a round that was submitted again since leave the new round alone", arguments: clients)
    func oldRound(order: [Actor]) throws {
        var (scene, _) = try Contract.submitted(order: order)
        let apart = scene.now
        scene.act(.client, .requestChanges(milestone: 1, round: 1, statement: .zero), after: apart)
        scene.act(.freelancer, .submit(milestone: 1, round: 2, statement: .zero))
        // Orders of deposits put the other device's request behind the new round in the common order.
        for total in 1...Int64(9) { scene.act(.otherClient, .fund(milestone: 2, total: total), after: apart) }
        scene.act(.otherClient, .requestChanges(milestone: 1, round: 1, statement: .zero), after: apart)
        #expect(scene.voids.isEmpty && scene.first?.work == .submitted(round: 2) && scene.first?.requests.count == 2)
        scene.expectOneOutcome()
    }

    @Test("a void act is none to whoever has seen it", arguments: parties)
    func voidActs(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        scene.act(.client, .release(milestone: 1, total: 20_000))
        let apart = scene.now
        scene.act(.freelancer, .submit(milestone: 1, round: 1, statement: .zero), after: apart)
        scene.act(.client, .release(milestone: 1, total: 10_000), after: apart)
        #expect(scene.voids.count == 1 && scene.first?.consents.release == 10_000)
        scene.expectOneOutcome()
    }

    @Test("an ask that had not seen the submission waits, and becomes a dispute instead of a refund", arguments: parties)
    func askAndSubmission(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        let apart = scene.now
        let ask = scene.act(.client, .ask(milestone: 1, total: 10_000, statement: .zero), after: apart)
        scene.act(.freelancer, .submit(milestone: 1, round: 1, statement: .zero), after: apart)
        scene.expectOneOutcome()
        scene.seen(ask, at: 1)
        scene.work(at: 2 + 7 * 24)
        #expect(scene.first?.totals.held == 10_000 && scene.first?.openDispute != nil && scene.voids.isEmpty)
    }
}
