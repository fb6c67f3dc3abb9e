import Agreement
import Canon
import Ledger
import Support
import Testing

/// What a device that was out of reach, or pretends to have been, cannot undo.
struct StaleDeviceTests {
    private static let orders = [Actor.client, .freelancer, .otherFreelancer].permutations

    private func amended(_ hours: UInt64) throws -> Terms { try Contract.terms { $0.deadlines.review = hours } }

    @Test("an amendment that the other side has acted under outlives an end that had not seen it", arguments: orders)
    func end(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        let apart = scene.now
        let offer = scene.act(.client, .offer(try amended(24), prose: .zero))
        scene.act(.freelancer, .accept(offer: offer, termsHash: ContractScene.hash(try amended(24))))
        var unknown = scene
        scene.act(.client, .fund(milestone: 2, total: 5_000))
        for var scene in [scene, unknown] {
            scene.act(.otherFreelancer, .end, after: apart)
            #expect(scene.state.isEnding && scene.voids.isEmpty)
            scene.expectOneOutcome()
        }
        unknown.act(.otherFreelancer, .end, after: apart)
        scene.act(.otherFreelancer, .end, after: apart)
        let agreed = try amended(24)
        #expect(unknown.state.activeTerms?.deadlines.review != 24 && scene.state.activeTerms == agreed)
        #expect(unknown.sentences.contains { $0.contains("nobody had acted under") } && scene.sentences.isEmpty)
    }

    @Test("a stale device resurrects no offer that its maker had replaced", arguments: orders)
    func replacedOffer(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        let first = scene.act(.client, .offer(try amended(24), prose: .zero))
        let apart = scene.now
        let second = scene.act(.client, .offer(try amended(48), prose: .zero))
        let good = scene.act(.freelancer, .accept(offer: second, termsHash: ContractScene.hash(try amended(48))))
        let stale = scene.act(
            .otherFreelancer, .accept(offer: first, termsHash: ContractScene.hash(try amended(24))), after: apart)
        let agreed = try amended(48)
        #expect(scene.voids.isEmpty && scene.state.activeTerms == agreed && scene.state.accords.count == 2)
        #expect(scene.state.resolutions.last?.lost == stale && scene.state.resolutions.last?.stood == good)
        scene.expectOneOutcome()
    }

    @Test("what somebody acted under stays, though a stale device accepts the offer that replaced it", arguments: orders)
    func reliedOffer(order: [Actor]) throws {
        var scene = try Contract.funded(order: order)
        let first = scene.act(.client, .offer(try amended(24), prose: .zero))
        let apart = scene.now
        let good = scene.act(.freelancer, .accept(offer: first, termsHash: ContractScene.hash(try amended(24))))
        let second = scene.act(.otherClient, .offer(try amended(48), prose: .zero), after: apart)
        scene.seen(good, at: 1)
        scene.act(
            .otherFreelancer, .accept(offer: second, termsHash: ContractScene.hash(try amended(48))), seeing: [second],
            after: apart)
        #expect(scene.voids.isEmpty && scene.state.accords.count == 2)
        #expect(scene.state.activeTerms == (try amended(24)))
        scene.expectOneOutcome()
    }

    @Test("a dispute that is withdrawn and opened again goes on with the time that it had")
    func reopened() throws {
        var scene = try Contract.disputed()
        scene.seen(scene.allows(.client, .withdrawDispute(milestone: 1)), at: 401)
        scene.seen(scene.allows(.client, .dispute(milestone: 1, statement: .zero)), at: 1_000)
        let dispute = try #require(scene.first?.openDispute)
        #expect(scene.state.defaultTime(dispute) == Contract.hour(1_000 + 120 + 14 * 24 - 400))
        #expect(scene.state.hearingEnd(dispute) == Contract.hour(1_120))
        // The other side joins, and the first opener's withdrawal no longer ends it.
        scene.allows(.freelancer, .dispute(milestone: 1, statement: .zero))
        #expect(scene.first?.openDispute?.isHeard == true)
        scene.allows(.client, .withdrawDispute(milestone: 1))
        #expect(scene.first?.openDispute.flatMap(scene.state.defaultTime) == scene.state.defaultTime(dispute))
        scene.work(at: 1_057)
        #expect(scene.first?.totals.held == 0)
    }

    @Test("whoever knows of a decision no longer withdraws the dispute")
    func decidedDispute() throws {
        let split = Split(released: 1, refunded: 9_999)
        var scene = try Contract.disputed()
        var agreed = scene
        scene.act(.mediator, .rule(milestone: 1, split, statement: .zero))
        scene.refuses(.client, .withdrawDispute(milestone: 1), "D1", "has ruled")
        let proposal = agreed.act(.freelancer, .propose(milestone: 1, split, statement: .zero))
        agreed.act(.client, .acceptSplit(proposal: proposal, milestone: 1))
        agreed.refuses(.client, .withdrawDispute(milestone: 1), "D1", "accepted a division")
    }

    @Test("a decision settles the slots that whoever decided knew to be disputed, and a withdrawal frees them")
    func slots() throws {
        var scene = try Contract.hourly()
        let invoice = scene.act(.freelancer, .invoice(Contract.invoice(0..<60)))
        scene.seen(scene.act(.client, .disputeSlots(invoice: invoice, Contract.slots(0..<6), statement: .zero)), at: 1)
        var withdrawn = scene
        withdrawn.allows(.client, .withdrawDispute(milestone: 0))
        #expect(withdrawn.state.disputedAmount == 0 && withdrawn.deposit?.openDispute == nil)

        scene.act(.freelancer, .answer(milestone: 0, statement: .zero, keys: []))
        scene.allows(.mediator, .rule(milestone: 0, Split(released: 6_000, refunded: 0), statement: .zero))
        scene.refuses(.client, .approve(invoice: invoice), "H2", "has ruled")
        let later = scene.allows(.client, .disputeSlots(invoice: invoice, Contract.slots(6..<12), statement: .zero))
        scene.seen(later, at: 10)
        scene.work(at: 10)
        #expect(scene.deposit?.totals.released == 6_000 && scene.state.disputedAmount == 6_000)
        let rest = try #require(scene.deposit?.openDispute)
        #expect(rest.opening?.change == later && scene.state.defaultTime(rest) == Contract.hour(10 + 120 + 14 * 24))
    }

    @Test("silence releases the amount and no excess, which then goes back")
    func excess() throws {
        var scene = Contract.active(try Contract.terms())
        scene.act(.client, .fund(milestone: 1, total: 10_000))
        scene.receipt(.funding, funded: 12_000, at: 0)
        scene.seen(scene.act(.freelancer, .submit(milestone: 1, round: 1, statement: .zero)), at: 1)
        let late: UInt64 = 2 + 14 * 24
        scene.refuses(.agent, scene.nextReceipt(.reviewTimeout, released: 10_001, at: late), "E4", "100.00 EUR")
        scene.work(at: late)
        #expect(scene.first?.totals == Totals(funded: 12_000, released: 10_000, refunded: 2_000))
    }

    @Test("many acts by a device that sees nothing of the others are judged as each would be alone", arguments: seeds(5))
    func idleDevice(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var scene = try Contract.funded()
        let apart = scene.now
        for total in 1...Int64(60) {
            let actor: Actor = [.client, .otherClient, .freelancer].randomElement(using: &generator) ?? .client
            let amount = Int64.random(in: 0...total * 100, using: &generator)
            let act: Act = actor == .freelancer ? .refund(milestone: 1, total: amount) : .release(milestone: 1, total: amount)
            scene.act(actor, act, after: Bool.random(using: &generator) ? apart : nil)
        }
        var fold = ActFold<ContractState>()
        for signed in scene.history.sorted(by: { $0.stamp < $1.stamp }) {
            let expected = fold.view(of: signed.moment).reasonToRefuse(signed.act, by: signed.role)
            #expect(fold.append(signed) == expected)
        }
    }
}
