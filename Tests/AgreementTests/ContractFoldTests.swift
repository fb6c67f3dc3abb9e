import Agreement
import Canon
import Ledger
import Support
import Testing

/// Random acts of everybody, sound and not, signed with little or much seen.
struct ContractFoldTests {
    private static func history(seed: UInt64) throws -> ContractScene {
        var generator = SeededGenerator(seed: seed)
        var scene = generator.chance(50) ? try Contract.funded() : try Contract.hourly()
        let isHourly = scene.state.hourly != nil
        for step in 0..<40 {
            let actor = generator.pick(Actor.allCases)
            let hour = UInt64(step * 40)
            let duties = actor == .agent && generator.chance(70) ? scene.duties(at: hour) : []
            let act = try duties.first ?? act(by: actor, in: scene, isHourly: isHourly, at: hour, using: &generator)
            let isApart = generator.chance(30)
            scene.act(actor, act, after: isApart ? max(3, scene.now - generator.pick(1..<5)) : nil)
        }
        return scene
    }

    private static func act(
        by actor: Actor, in scene: ContractScene, isHourly: Bool, at hour: UInt64, using generator: inout SeededGenerator
    ) throws -> Act {
        let number = isHourly ? 0 : generator.pick(1..<3)
        let account = scene.state.milestone(number)
        let total = Int64(generator.pick(1..<20)) * 1_000
        let held = account?.totals.held ?? 0
        let split = Split(
            released: (account?.totals.released ?? 0) + held / 4, refunded: (account?.totals.refunded ?? 0) + held - held / 4)
        let some = ContractScene.change(generator.pick(1..<scene.now + 1))
        let terms =
            try isHourly ? Contract.hourlyTerms { $0.deadlines.review = hour } : Contract.terms { $0.deadlines.review = hour }
        let slot = UInt64(generator.pick(0..<200))
        let invoice = scene.state.invoices.last?.id ?? some
        let offer = scene.state.pending
        let round = account?.round ?? 0
        let choices: [Act]
        switch actor.role {
        case .client, .owner:
            choices = [
                .fund(milestone: number, total: total), .release(milestone: number, total: total),
                .requestChanges(milestone: number, round: round, statement: .zero),
                .ask(milestone: number, total: total, statement: .zero), .withdrawAsk(milestone: number),
                .dispute(milestone: number, statement: .zero), .withdrawDispute(milestone: number), .approve(invoice: invoice),
                .disputeSlots(invoice: invoice, Contract.slots(slot..<slot + 3), statement: .zero), .offer(terms, prose: .zero),
                .pause, .resume, .acceptSplit(proposal: some, milestone: number),
                generator.chance(20) ? .end : .propose(milestone: number, split, statement: .zero),
            ]
        case .freelancer:
            choices = [
                .submit(milestone: number, round: round + 1, statement: .zero), .refund(milestone: number, total: total),
                .giveBack(milestone: number, total: total), .declineAsk(milestone: number, statement: .zero),
                .dispute(milestone: number, statement: .zero), .answer(milestone: number, statement: .zero, keys: []),
                .invoice(Contract.invoice(slot..<slot + 30)), .withdrawDispute(milestone: number),
                .accept(offer: offer?.id ?? some, termsHash: offer?.termsHash ?? .zero),
            ]
        case .agent:
            choices = [
                .seen(time: Contract.hour(hour), scene.history.suffix(20).map(\.change)),
                .seen(time: Contract.hour(hour), scene.history.suffix(20).map(\.change)),
                scene.nextReceipt(.funding, of: number, funded: 10_000 + total, at: hour),
                scene.nextReceipt(.excess, of: number, refunded: (account?.totals.refunded ?? 0) + total, at: hour),
                .outage(from: Contract.hour(hour / 2), to: Contract.hour(hour)),
            ]
        case .mediator:
            choices = [.rule(milestone: number, split, statement: .zero), .propose(milestone: number, split, statement: .zero)]
        }
        return generator.pick(choices)
    }

    @Test("what a contract comes to does not depend on the order in which its acts arrived", arguments: seeds(30))
    func orders(seed: UInt64) throws { try Self.history(seed: seed).expectOneOutcome() }

    @Test(
        "at every step money is neither made nor lost, totals never fall, and the guard before signing is the one that folds",
        arguments: seeds(30))
    func invariants(seed: UInt64) throws {
        var fold = ActFold<ContractState>()
        for signed in try Self.history(seed: seed).history.sorted(by: { $0.stamp < $1.stamp }) {
            let before = fold.state
            var judged = signed
            let predicted = fold.view(of: signed.moment).judge(&judged)
            let reason = fold.append(signed)
            #expect(reason == predicted, "seed \(seed): \(signed.act)")
            if reason != nil { #expect(fold.state == before, "seed \(seed): \(signed.act)") }
            for milestone in fold.state.milestones {
                let totals = milestone.totals
                #expect(totals.areSound && totals.funded == totals.released + totals.refunded + totals.held, "seed \(seed)")
                let old = before.milestone(milestone.terms.number)?.totals ?? Totals()
                #expect(zip(totals.all, old.all).allSatisfy { $0 >= $1 }, "seed \(seed): \(signed.act)")
                if totals != old, signed.role != .agent { Issue.record("seed \(seed): \(signed.act) moved money") }
            }
            #expect(fold.state.invoices.allSatisfy { $0.paid <= $0.invoice.amount && fold.state.owed($0) >= 0 }, "seed \(seed)")
        }
    }

    @Test(
        "what is due is always allowed, comes to an end, and leaves nothing that silence would hold for ever",
        arguments: seeds(30))
    func liveness(seed: UInt64) throws {
        var scene = try Self.history(seed: seed)
        scene.act(.agent, .seen(time: Contract.hour(2_000), scene.history.map(\.change)))
        for hour in stride(from: UInt64(2_000), to: 12_000, by: 2_000) { scene.work(at: hour) }
        for milestone in scene.state.milestones {
            #expect(milestone.ask == nil || milestone.terms.number == 0, "seed \(seed)")
            #expect(
                milestone.totals.held == 0 || scene.state.dispute(over: milestone) == nil || milestone.terms.number == 0,
                "seed \(seed)")
        }
    }

    @Test("the histories reach disputes, rulings, timeouts, invoices, amendments and contradictions")
    func coverage() throws {
        let folds = try seeds(60).map { try Self.history(seed: $0).fold }
        let valid = folds.flatMap(\.entries).filter { $0.void == nil }.map(\.signed.act)
        let kinds = Set(valid.map(\.operation.kind))
        #expect(kinds.isSuperset(of: ["dispute.open", "milestone.submit", "week.invoice", "contract.accept", "escrow.outage"]))
        let bases = valid.compactMap { if case .receipt(let receipt) = $0 { receipt.basis } else { nil } }
        #expect(Set(bases).isSuperset(of: [.release, .refund, .defaultShare]), "\(Set(bases))")
        #expect(folds.contains { !$0.state.resolutions.isEmpty } && folds.contains { $0.entries.contains { $0.void != nil } })
    }
}
