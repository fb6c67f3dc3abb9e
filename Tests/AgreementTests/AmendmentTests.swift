import Agreement
import Canon
import Ledger
import Testing

/// Rule C7: what an amendment changes, and what it leaves alone.
struct AmendmentTests {
    private func amended(_ second: Int64, third: Bool = false, _ change: (inout Terms) -> Void = { _ in }) throws -> Terms {
        try Contract.terms {
            var milestones = $0.milestones
            milestones[1] = MilestoneTerms(number: 2, title: "Rest", amount: second, due: nil)
            if third { milestones.append(MilestoneTerms(number: 3, title: "More", amount: 1, due: nil)) }
            $0.pricing = .fixed(milestones)
            change(&$0)
        }
    }

    @Test("an amendment is an offer over an active contract, and takes effect when the other side accepts")
    func amendment() throws {
        var scene = try Contract.funded()
        let terms = try amended(7_500, third: true) { $0.deadlines.review = 24 }
        let offer = scene.allows(.freelancer, .offer(terms, prose: .zero))
        #expect(scene.state.status == "active" && scene.state.amendment == offer && scene.state.activeTerms != terms)
        scene.allows(.client, .accept(offer: offer, termsHash: ContractScene.hash(terms)))
        #expect(scene.state.activeTerms == terms && scene.state.amendment == nil && scene.state.accords.count == 2)
        #expect(scene.state.milestones.map(\.terms.amount) == [10_000, 7_500, 1])
        #expect(scene.first?.totals.held == 10_000)
    }

    @Test("an amendment that is declined, withdrawn or countered leaves the contract as it was")
    func closedAmendments() throws {
        let terms = try amended(1)
        var scene = try Contract.funded()
        let before = scene.state.activeTerms
        scene.allows(.client, .decline(offer: scene.allows(.freelancer, .offer(terms, prose: .zero))))
        scene.allows(.client, .withdraw(offer: scene.allows(.client, .offer(terms, prose: .zero))))
        let first = scene.allows(.client, .offer(terms, prose: .zero))
        let second = scene.allows(.freelancer, .offer(terms, prose: .zero))
        #expect(scene.state.offer(first)?.outcome == .countered && scene.state.amendment == second)
        #expect(
            scene.state.activeTerms == before && scene.state.status == "active"
                && scene.state.phase == .active(ContractScene.change(1)))
        scene.act(.client, .end)
        #expect(scene.state.offer(second)?.outcome == .lapsed && scene.state.amendment == nil)
        scene.refuses(.client, .accept(offer: second, termsHash: ContractScene.hash(terms)), "C2", "lapsed")
    }

    @Test("an amendment touches only unfunded milestones, and keeps the currency, the kind and an agent who holds money")
    func limits() throws {
        var scene = try Contract.funded()
        let yen = try #require(Currency(code: "JPY"))
        let first = MilestoneTerms(number: 1, title: "Part 1", amount: 20_000, due: nil)
        let cases: [(String, Terms)] = [
            ("is funded", try Contract.terms { $0.pricing = .fixed([first]) }),
            ("currency", try Contract.terms { $0.currency = yen }),
            ("into hours", try Contract.hourlyTerms()),
            ("100.00 EUR is held, so the agent stays", try Contract.terms { $0.agent = nil }),
            ("100.00 EUR is held, so the agent stays", try Contract.terms { $0.agent = PersonID(.filled(9)) }),
        ]
        for (words, terms) in cases {
            scene.refuses(.client, .offer(terms, prose: .zero), "C7", words)
            scene.refuses(.freelancer, .offer(terms, prose: .zero), "C7", words)
        }
        let dropped = try Contract.terms { $0.pricing = .fixed([$0.milestones[0]]) }
        scene.allows(.client, .offer(dropped, prose: .zero))
        var hourly = try Contract.hourly()
        hourly.refuses(.client, .offer(try Contract.terms(), prose: .zero), "C7", "hours into milestones")
    }

    @Test("a milestone that was funded since it was offered is no longer amended")
    func fundedSince() throws {
        let terms = try amended(7_500)
        var scene = try Contract.funded()
        let offer = scene.act(.freelancer, .offer(terms, prose: .zero))
        scene.act(.client, .fund(milestone: 2, total: 5_000))
        scene.receipt(.funding, of: 2, funded: 5_000, at: 1)
        scene.refuses(.client, .accept(offer: offer, termsHash: ContractScene.hash(terms)), "C7", "Milestone 2 is funded")
    }
}
