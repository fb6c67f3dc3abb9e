import Agreement
import Canon
import Ledger
import Testing

/// What no peer can do, whoever signs it: each is refused by the guard, and void when it arrives all the same.
struct BadActTests {
    private static let everyone: [Actor] = [.client, .freelancer, .agent, .mediator]

    /// A contract in which each act of the table is due to one role at most because of its role.
    private func scene(isHourly: Bool) throws -> ContractScene {
        if isHourly {
            var scene = try Contract.hourly()
            scene.act(.freelancer, .invoice(Contract.invoice(0..<6)))
            return scene
        }
        var scene = try Contract.funded()
        scene.act(.freelancer, .submit(milestone: 1, round: 1, statement: .zero))
        return scene
    }

    @Test("each act is refused to every role that it is not for")
    func roles() throws {
        let scene = try scene(isHourly: false)
        let terms = try Contract.terms { $0.deadlines.review = 1 }
        let split = Split(released: 1, refunded: 9_999)
        var offered = scene
        let offer = offered.act(.client, .offer(terms, prose: .zero))
        let hash = ContractScene.hash(terms)
        var asked = scene
        asked.act(.client, .ask(milestone: 1, total: 1, statement: .zero))
        var disputed = scene
        disputed.act(.client, .dispute(milestone: 1, statement: .zero))
        let proposal = disputed.act(.mediator, .propose(milestone: 1, split, statement: .zero))
        var released = scene
        released.act(.client, .release(milestone: 1, total: 1))
        released.work(at: 1)
        var alone = Contract.active(try Contract.terms { $0.agent = nil })
        alone.act(.client, .release(milestone: 1, total: 1))

        let cases: [(ContractScene, Act, [Actor], String)] = [
            (scene, .offer(terms, prose: .zero), [.client, .freelancer], "C1"),
            (offered, .accept(offer: offer, termsHash: hash), [.freelancer], "C2"),
            (offered, .decline(offer: offer), [.freelancer], "C3"),
            (offered, .withdraw(offer: offer), [.client], "C4"), (scene, .pause, [.client, .freelancer], "C5"),
            (scene, .end, [.client, .freelancer], "C6"), (scene, .serve(name: "x"), [.agent, .mediator], "C8"),
            (scene, .fund(milestone: 2, total: 1), [.client], "M1"),
            (released, .submit(milestone: 1, round: 2, statement: .zero), [], "M2"),
            (scene, .requestChanges(milestone: 1, round: 1, statement: .zero), [.client], "M3"),
            (scene, .release(milestone: 1, total: 1), [.client], "M4"),
            (scene, .ask(milestone: 1, total: 1, statement: .zero), [.client], "M5"),
            (asked, .withdrawAsk(milestone: 1), [.client], "M5"),
            (asked, .declineAsk(milestone: 1, statement: .zero), [.freelancer], "M5"),
            (scene, .refund(milestone: 1, total: 1), [.freelancer], "M6"),
            (released, .giveBack(milestone: 1, total: 1), [.freelancer], "M7"),
            (alone, .confirm(milestone: 1, total: 1), [.freelancer], "M8"),
            (scene, .dispute(milestone: 1, statement: .zero), [.client, .freelancer], "D1"),
            (disputed, .withdrawDispute(milestone: 1), [.client], "D1"),
            (disputed, .answer(milestone: 1, statement: .zero, keys: []), [.client, .freelancer], "D2"),
            (disputed, .propose(milestone: 1, split, statement: .zero), [.client, .freelancer, .mediator], "D3"),
            (disputed, .acceptSplit(proposal: proposal, milestone: 1), [.client, .freelancer], "D3"),
            (disputed, .rule(milestone: 1, split, statement: .zero), [.mediator], "D4"),
            (scene, scene.nextReceipt(.funding, funded: 10_001, at: 5), [.agent], "E1"),
            (scene, .seen(time: Contract.hour(5), [offer]), [.agent], "E1"),
            (scene, .outage(from: 0, to: Contract.hour(5)), [.agent], "E1"),
            (scene, .escalate(milestone: 1, time: Contract.hour(5)), [], "E"),
        ]
        for (scene, act, allowed, rule) in cases { check(scene, act, allowed, rule) }
        let hourly = try self.scene(isHourly: true)
        let invoice = try #require(hourly.state.invoices.first).id
        check(hourly, .invoice(Contract.invoice(6..<12)), [.freelancer], "H1")
        check(hourly, .approve(invoice: invoice), [.client], "H2")
        check(hourly, .disputeSlots(invoice: invoice, Contract.slots(0..<1), statement: .zero), [.client], "H2")
    }

    private func check(_ scene: ContractScene, _ act: Act, _ allowed: [Actor], _ rule: String) {
        for actor in Self.everyone {
            let reason = scene.state.reasonToRefuse(act, by: actor.role)
            guard !allowed.contains(actor) else {
                #expect(reason == nil, "\(actor) \(act)")
                continue
            }
            #expect(reason?.contains("(rule \(rule)") == true, "\(actor) \(act): \(reason ?? "allowed")")
            var hostile = scene
            let change = hostile.act(actor, act)
            #expect(hostile.fold.entries.first { $0.signed.change == change }?.void == reason, "\(actor) \(act)")
            #expect(hostile.state == scene.state, "\(actor) \(act)")
        }
    }

    private static let amounts: [Int64] = [0, -1, .min, .max, .max - 1, AgreementLimits.total + 1, AgreementLimits.total * 2]

    @Test("no intent names an amount that is none, or more than there can be", arguments: amounts)
    func intents(amount: Int64) throws {
        var scene = try scene(isHourly: false)
        scene.refuses(.client, .fund(milestone: 1, total: amount), "M1")
        scene.refuses(.client, .release(milestone: 1, total: amount), "M4")
        scene.refuses(.client, .ask(milestone: 1, total: amount, statement: .zero), "M5")
        scene.refuses(.freelancer, .refund(milestone: 1, total: amount), "M6")
        scene.act(.client, .release(milestone: 1, total: 1))
        scene.work(at: 1)
        scene.refuses(.freelancer, .giveBack(milestone: 1, total: amount), "M7")
        var alone = Contract.active(try Contract.terms { $0.agent = nil })
        alone.act(.client, .release(milestone: 1, total: 1))
        alone.refuses(.freelancer, .confirm(milestone: 1, total: amount), "M8")
        alone.refuses(.client, .release(milestone: 1, total: amount), "M4")
    }

    @Test("no receipt's totals are negative, fall, repeat, or pay out what is not there", arguments: amounts + [9_999, 10_000])
    func receipts(amount: Int64) throws {
        var scene = try scene(isHourly: false)
        let most = Int64.max
        let unsound = [
            Totals(funded: amount), Totals(funded: amount, released: amount), Totals(funded: amount, refunded: amount),
            Totals(funded: 10_000, released: most, refunded: most),
            Totals(funded: most, released: most, refunded: most, returned: most),
            Totals(funded: 10_000, released: 5_000, refunded: 5_001), Totals(funded: 10_000, returned: 1),
            Totals(funded: 10_000, released: -1, refunded: 1), Totals(funded: 10_000),
        ]
        let bases: [EscrowReceipt.Basis] = [
            .release, .refund, .reviewTimeout, .askTimeout, .excess, .split(ChangeID(.zero)), .ruling(ChangeID(.zero)),
            .defaultShare,
            .giveBack, .invoice(ChangeID(.zero)),
        ]
        for totals in unsound {
            for basis in bases {
                let receipt = EscrowReceipt(milestone: 1, totals: totals, time: Contract.hour(1), basis: basis)
                let reason = scene.state.reasonToRefuse(.receipt(receipt), by: .agent)
                #expect(reason?.contains(" (rule ") == true && reason?.hasSuffix(").") == true, "\(totals) \(basis)")
                var hostile = scene
                hostile.act(.agent, .receipt(receipt))
                #expect(hostile.state == scene.state && hostile.voids == [reason ?? ""], "\(totals) \(basis)")
            }
        }
        scene.refuses(.agent, scene.nextReceipt(.funding, funded: 10_000, at: 1), "E1", "repeats")
        scene.refuses(.agent, scene.nextReceipt(.funding, of: 3, funded: 10_000, at: 1), "E1", "no milestone 3")
        scene.refuses(.agent, scene.nextReceipt(.funding, funded: AgreementLimits.total + 1, at: 1), "E1", "add up")
    }

    @Test("nobody but the client's consent, a decision or a time that is over moves money to the freelancer")
    func noConsent() throws {
        var scene = try scene(isHourly: false)
        scene.refuses(.agent, scene.nextReceipt(.release, released: 1, at: 1), "E3")
        scene.refuses(.agent, scene.nextReceipt(.refund, refunded: 1, at: 1), "E3")
        scene.refuses(.agent, scene.nextReceipt(.giveBack, returned: 1, at: 1), "E1")
        scene.refuses(.agent, scene.nextReceipt(.reviewTimeout, released: 1, at: 900), "E4")
        scene.refuses(.agent, scene.nextReceipt(.askTimeout, refunded: 1, at: 900), "E5")
        scene.refuses(.agent, scene.nextReceipt(.defaultShare, released: 5_000, refunded: 5_000, at: 900), "E7")
        scene.refuses(.agent, scene.nextReceipt(.excess, refunded: 1, at: 900), "E8")
        scene.refuses(.agent, scene.nextReceipt(.invoice(ChangeID(.zero)), released: 1, at: 900), "H3")
    }

    @Test("the agent's clock never runs backwards, nor beyond what counts")
    func clock() throws {
        var scene = try Contract.funded()
        let change = ContractScene.change(1)
        scene.seen(change, at: 9)
        scene.refuses(.agent, .seen(time: Contract.hour(8), [ContractScene.change(2)]), "E1", "backwards")
        scene.refuses(.agent, scene.nextReceipt(.funding, funded: 10_001, at: 8), "E1", "backwards")
        scene.refuses(.agent, .seen(time: AgreementLimits.time + 1, [ContractScene.change(2)]), "E1", "10000")
        scene.refuses(.agent, .seen(time: Contract.hour(10), [change]), "E10", "before")
        scene.refuses(.agent, .outage(from: Contract.hour(10), to: Contract.hour(10)), "E10", "after it begins")
    }

    @Test("a relay's receipt counts if the terms name the relay, it signed, and something is new")
    func deliveries() throws {
        var scene = try Contract.funded()
        let change = ContractScene.change(1)
        let stranger = try SigningKey(seed: .filled(8))
        scene.refuses(.client, try Contract.delivery(of: [change], at: 1, by: stranger), "E10", "no such relay")
        scene.refuses(.client, try Contract.delivery(of: [change], at: AgreementLimits.time + 1), "E10", "not signed")
        guard case .delivered(let receipt) = try Contract.delivery(of: [change], at: 5) else { return }
        let forged = try forge(receipt)
        scene.refuses(.client, .delivered(forged), "E10", "not signed")
        scene.allows(.mediator, .delivered(receipt))
        scene.refuses(.client, .delivered(receipt), "E10", "new")
        scene.refuses(.client, try Contract.delivery(of: [change], at: 6), "E10", "new")
        scene.allows(.client, try Contract.delivery(of: [change], at: 4))
        scene.allows(.client, try Contract.delivery(of: [change, ContractScene.change(2)], at: 6))
        #expect(scene.state.deliveries[change]?.relay == 4)
    }

    /// The receipt with its signature's last bit changed.
    private func forge(_ receipt: Receipt) throws -> Receipt {
        var bytes = CBORWriter.encode { receipt.write(to: &$0) }
        bytes[bytes.count - 1] ^= 1
        var reader = CBORReader(bytes.span)
        return try Receipt(from: &reader)
    }
}
