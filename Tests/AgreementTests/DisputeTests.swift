import Agreement
import Canon
import Ledger
import Testing

/// Disputes: who opens and closes them, who is heard, and who decides.
struct DisputeTests {
    private static let split = Split(released: 3_000, refunded: 7_000)

    private func dispute(_ scene: ContractScene) -> Dispute? { scene.first.flatMap { scene.state.dispute(over: $0) } }

    @Test("either party disputes what is held, and only whoever opened a dispute withdraws it", arguments: Actor.parties)
    func opening(opener: Actor) throws {
        let other: Actor = opener == .client ? .freelancer : .client
        var scene = try Contract.funded()
        scene.refuses(opener, .dispute(milestone: 2, statement: .zero), "D1", "Nothing is held")
        scene.refuses(opener, .withdrawDispute(milestone: 1), "D1", "not in dispute")
        scene.allows(opener, .dispute(milestone: 1, statement: .zero))
        scene.refuses(opener, .dispute(milestone: 1, statement: .zero), "D1", "already")
        scene.refuses(other, .withdrawDispute(milestone: 1), "D1", "not opened this one")
        #expect(dispute(scene)?.heard == [opener.role])
        scene.allows(opener, .withdrawDispute(milestone: 1))
        #expect(dispute(scene) == nil)
        scene.refuses(opener, .answer(milestone: 1, statement: .zero, keys: []), "D2", "not in dispute")
    }

    @Test("an answer is heard, and reveals the keys of changes")
    func answers() throws {
        var scene = try Contract.disputed()
        let key = ChangeKey(change: ChangeID(.filled(1)), key: .filled(2))
        scene.refuses(.mediator, .answer(milestone: 1, statement: .zero, keys: [key]), "D2", "the mediator rules")
        #expect(dispute(scene)?.isHeard == false)
        scene.allows(.freelancer, .answer(milestone: 1, statement: .zero, keys: [key]))
        #expect(dispute(scene)?.isHeard == true && scene.state.disclosed == [key])
    }

    @Test("a division that the mediator proposes needs both parties, one of a party the other")
    func proposals() throws {
        var scene = try Contract.disputed()
        for split in [
            Split(released: 3_000, refunded: 6_999), Split(released: 10_001, refunded: 0), Split(released: -1, refunded: 10_001),
        ] {
            scene.refuses(.mediator, .propose(milestone: 1, split, statement: .zero), "D3")
        }
        let proposal = scene.allows(.mediator, .propose(milestone: 1, Self.split, statement: .zero))
        scene.refuses(.mediator, .acceptSplit(proposal: proposal, milestone: 1), "D3", "client and the freelancer")
        scene.refuses(.client, .acceptSplit(proposal: ChangeID(.zero), milestone: 1), "D3", "no such proposal")
        scene.allows(.client, .acceptSplit(proposal: proposal, milestone: 1))
        scene.refuses(.client, .acceptSplit(proposal: proposal, milestone: 1), "D3", "already")
        let receipt = scene.nextReceipt(.split(proposal), released: 3_000, refunded: 7_000, at: 2)
        scene.refuses(.agent, receipt, "E6", "Not both")
        scene.allows(.freelancer, .acceptSplit(proposal: proposal, milestone: 1))
        scene.refuses(.agent, scene.nextReceipt(.split(proposal), released: 3_001, refunded: 6_999, at: 2), "E6", "other sums")
        #expect(scene.duties(at: 2) == [receipt])
        scene.work(at: 2)
        #expect(scene.first?.totals == Totals(funded: 10_000, released: 3_000, refunded: 7_000) && dispute(scene) == nil)

        var parties = try Contract.disputed()
        let offer = parties.allows(.freelancer, .propose(milestone: 1, Self.split, statement: .zero))
        parties.refuses(.freelancer, .acceptSplit(proposal: offer, milestone: 1), "D3", "already")
        parties.allows(.client, .acceptSplit(proposal: offer, milestone: 1))
        parties.work(at: 2)
        #expect(parties.first?.totals.released == 3_000 && parties.first?.totals.held == 0)
    }

    @Test("a ruling after the hearing is carried out at once")
    func rulingAfterHearing() throws {
        var scene = try Contract.disputed()
        scene.act(.freelancer, .answer(milestone: 1, statement: .zero, keys: []))
        let ruling = scene.allows(.mediator, .rule(milestone: 1, Self.split, statement: .zero))
        scene.refuses(
            .agent, scene.nextReceipt(.ruling(ChangeID(.zero)), released: 3_000, refunded: 7_000, at: 2), "E6", "no such")
        #expect(scene.duties(at: 2) == [scene.nextReceipt(.ruling(ruling), released: 3_000, refunded: 7_000, at: 2)])
        scene.work(at: 2)
        #expect(scene.first?.totals == Totals(funded: 10_000, released: 3_000, refunded: 7_000))
    }

    @Test("a ruling before the hearing waits for the silent party's time, and fails if that party speaks")
    func rulingBeforeHearing() throws {
        var scene = try Contract.disputed()
        let ruling = scene.allows(.mediator, .rule(milestone: 1, Self.split, statement: .zero))
        let receipt = { (scene: ContractScene, hour: UInt64) in
            scene.nextReceipt(.ruling(ruling), released: 3_000, refunded: 7_000, at: hour)
        }
        #expect(scene.duties(at: 121).isEmpty)
        scene.refuses(.agent, receipt(scene, 121), "E6", "has not been heard")
        var answered = scene
        answered.allows(.freelancer, .answer(milestone: 1, statement: .zero, keys: []))
        answered.refuses(.agent, receipt(answered, 122), "E6", "has not been heard")
        answered.allows(.mediator, .rule(milestone: 1, Split(released: 5_000, refunded: 5_000), statement: .zero))
        answered.work(at: 3)
        #expect(answered.first?.totals.released == 5_000)
        scene.work(at: 122)
        #expect(scene.first?.totals.released == 3_000)
    }

    @Test("a ruling divides all that was funded and takes nothing back")
    func unsoundRulings() throws {
        var scene = try Contract.funded()
        scene.act(.client, .release(milestone: 1, total: 1_000))
        scene.work(at: 1)
        scene.act(.freelancer, .dispute(milestone: 1, statement: .zero))
        let cases: [(Int64, Int64, String)] = [
            (1_000, 8_999, "all of what was funded"), (999, 9_001, "takes nothing back"), (1_000, -1, "takes nothing back"),
            (10_000, 1, "at most"), (.max, .max, "at most"), (.min, .max, "takes nothing back"),
        ]
        for (released, refunded, words) in cases {
            let split = Split(released: released, refunded: refunded)
            scene.refuses(.mediator, .rule(milestone: 1, split, statement: .zero), "D4", words)
        }
        scene.refuses(.mediator, .rule(milestone: 2, Self.split, statement: .zero), "D4", "not in dispute")
        scene.allows(.mediator, .rule(milestone: 1, Split(released: 1_000, refunded: 9_000), statement: .zero))
    }

    @Test("a mediator whom the terms do not name decides nothing")
    func unnamedMediator() throws {
        var scene = try Contract.funded { $0.mediator = nil }
        scene.act(.client, .dispute(milestone: 1, statement: .zero))
        scene.refuses(.mediator, .rule(milestone: 1, Self.split, statement: .zero), "D4", "terms name")
        scene.refuses(.mediator, .propose(milestone: 1, Self.split, statement: .zero), "D3", "terms name")
    }

    @Test(
        "a dispute that nobody decides is divided by the terms' own share",
        arguments: [(0, 0), (33, 3_300), (50, 5_000), (100, 10_000)])
    func defaultShare(share: UInt64, released: Int64) throws {
        var scene = try Contract.funded { $0.defaultShare = share }
        let before = scene.nextReceipt(.defaultShare, released: released, refunded: 10_000 - released, at: 900)
        scene.refuses(.agent, before, "E7", "No delivered dispute")
        scene.seen(scene.act(.client, .dispute(milestone: 1, statement: .zero)), at: 1)
        let due: UInt64 = 1 + 120 + 14 * 24
        #expect(scene.duties(at: due).isEmpty)
        scene.refuses(
            .agent, scene.nextReceipt(.defaultShare, released: released, refunded: 10_000 - released, at: due), "E7", "not over")
        scene.work(at: due + 1)
        #expect(scene.first?.totals == Totals(funded: 10_000, released: released, refunded: 10_000 - released))
    }

    @Test("the share is half to even, and of what is held")
    func defaultRounding() throws {
        let cases: [(share: UInt64, amount: Int64, released: Int64)] = [
            (50, 10_001, 5_000), (50, 10_003, 5_002), (50, 1, 0), (50, 3, 2), (1, 150, 2), (1, 250, 2), (3, 50, 2),
            (100, AgreementLimits.total, AgreementLimits.total),
        ]
        for (share, amount, released) in cases {
            var scene = Contract.active(try Contract.terms { $0.defaultShare = share })
            scene.act(.client, .fund(milestone: 1, total: 10_000))
            scene.receipt(.funding, funded: amount, at: 0)
            let milestone = try #require(scene.first)
            #expect(scene.state.defaultSplit(milestone) == Split(released: released, refunded: amount - released), "\(amount)")
        }
    }

    @Test("the terms' share does not go before a decision that can be carried out")
    func decided() throws {
        var scene = try Contract.disputed()
        scene.act(.freelancer, .answer(milestone: 1, statement: .zero, keys: []))
        let ruling = scene.act(.mediator, .rule(milestone: 1, Self.split, statement: .zero))
        scene.refuses(.agent, scene.nextReceipt(.defaultShare, released: 5_000, refunded: 5_000, at: 900), "E7", "was decided")
        #expect(scene.duties(at: 900) == [scene.nextReceipt(.ruling(ruling), released: 3_000, refunded: 7_000, at: 900)])
    }

    @Test("a request for changes after the review time is a dispute, and the money moves only by decision or default")
    func lateChanges() throws {
        var (scene, _) = try Contract.submitted()
        let late = scene.allows(.client, .requestChanges(milestone: 1, round: 1, statement: .zero))
        #expect(dispute(scene) == nil)
        var timely = scene
        timely.seen(late, at: 1 + 14 * 24)
        #expect(dispute(timely) == nil)
        scene.seen(late, at: 2 + 14 * 24)
        #expect(dispute(scene)?.opening?.change == late && dispute(scene)?.heard == [.client])
        scene.refuses(.agent, scene.nextReceipt(.reviewTimeout, released: 10_000, at: 2 + 14 * 24), "E4")
        scene.refuses(.client, .dispute(milestone: 1, statement: .zero), "D1", "already")
        var withdrawn = scene
        withdrawn.allows(.client, .withdrawDispute(milestone: 1))
        #expect(dispute(withdrawn) == nil && withdrawn.first?.work == .changes(round: 1))
        scene.allows(.freelancer, .answer(milestone: 1, statement: .zero, keys: []))
        scene.allows(.mediator, .rule(milestone: 1, Self.split, statement: .zero))
        scene.work(at: 3 + 14 * 24)
        #expect(scene.first?.totals.released == 3_000 && scene.first?.totals.held == 0)
    }
}
