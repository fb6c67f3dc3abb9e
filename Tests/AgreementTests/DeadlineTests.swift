import Agreement
import Canon
import Ledger
import Support
import Testing

/// Rule E10: what deadlines run from, and what extends them.
struct DeadlineTests {
    private static let start: UInt64 = 1_000 * 3_600_000

    private func scene(_ outages: [(UInt64, UInt64)]) throws -> ContractScene {
        var scene = Contract.active(try Contract.terms())
        for (from, to) in outages {
            scene.act(.agent, .outage(from: Self.start + from * 3_600_000, to: Self.start + to * 3_600_000))
        }
        return scene
    }

    @Test(
        "an outage extends a deadline by as much of it as runs through, overlapping ones once",
        arguments: [
            ([], 10), ([(0, 1)], 11), ([(2, 5)], 13), ([(9, 12)], 13), ([(10, 12)], 10), ([(2, 5), (4, 6)], 14),
            ([(2, 6), (3, 6)], 14), ([(1, 2), (3, 4)], 12), ([(1, 2), (10, 11)], 12), ([(1, 2), (11, 12)], 11),
            ([(2, 5), (2, 5)], 13), ([(0, 100)], 110),
        ] as [([(UInt64, UInt64)], UInt64)])
    func outages(outages: [(UInt64, UInt64)], hours: UInt64) throws {
        let scene = try scene(outages)
        #expect(scene.voids.isEmpty)
        #expect(scene.state.deadline(from: Self.start, hours: 10) == Self.start + hours * 3_600_000)
    }

    @Test("an outage before the start extends by what is left of it")
    func outageBefore() throws {
        var scene = Contract.active(try Contract.terms())
        scene.act(.agent, .outage(from: 0, to: Self.start + 3_600_000))
        #expect(scene.state.deadline(from: Self.start, hours: 10) == Self.start + 11 * 3_600_000)
        #expect(scene.state.deadline(from: Self.start + 3_600_000, hours: 10) == Self.start + 11 * 3_600_000)
    }

    @Test("outages that were logged later and out of order come to the same deadline")
    func outageOrder() throws {
        let outages: [(UInt64, UInt64)] = [(2, 5), (4, 6), (6, 6 + 1)]
        for order in outages.permutations where order.map(\.1) == order.map(\.1).sorted() {
            #expect(try scene(order).state.deadline(from: Self.start, hours: 10) == Self.start + 15 * 3_600_000)
        }
    }

    @Test("a deadline never overflows")
    func overflow() throws {
        let state = try Contract.funded().state
        #expect(state.deadline(from: .max - 1, hours: AgreementLimits.hours) == .max)
        #expect(state.deadline(from: AgreementLimits.time, hours: 0) == AgreementLimits.time)
    }

    @Test("an outage puts a timeout off, for a submission as for an ask")
    func timeouts() throws {
        var (scene, _) = try Contract.submitted()
        scene.act(.agent, .outage(from: Contract.hour(10), to: Contract.hour(34)))
        let due: UInt64 = 1 + 15 * 24
        scene.refuses(.agent, scene.nextReceipt(.reviewTimeout, released: 10_000, at: due), "E4", "not over")
        scene.allows(.agent, scene.nextReceipt(.reviewTimeout, released: 10_000, at: due + 1))
    }

    @Test("without any receipt no deadline runs, however late it is")
    func noReceipt() throws {
        var scene = try Contract.funded()
        scene.act(.freelancer, .submit(milestone: 1, round: 1, statement: .zero))
        #expect(scene.first.flatMap(scene.state.reviewTimeout) == nil)
        scene.refuses(.agent, scene.nextReceipt(.reviewTimeout, released: 10_000, at: 50_000), "E4", "No delivered submission")
        #expect(scene.duties(at: 50_000).isEmpty)
    }

    @Test(
        "a deadline runs from a relay's receipt or the agent's note, the later if both are there",
        arguments: [(5, nil, 5), (nil, 7, 7), (5, 7, 7), (7, 5, 7)] as [(UInt64?, UInt64?, UInt64)])
    func delivery(relay: UInt64?, agent: UInt64?, start: UInt64) throws {
        var scene = try Contract.funded()
        let submission = scene.act(.freelancer, .submit(milestone: 1, round: 1, statement: .zero))
        if let agent { scene.seen(submission, at: agent) }
        if let relay { scene.allows(.freelancer, try Contract.delivery(of: [submission], at: Contract.hour(relay))) }
        #expect(scene.first.flatMap(scene.state.reviewTimeout) == Contract.hour(start + 14 * 24))
    }

    @Test("what the agent notes again keeps the time at which it had it first")
    func notedAgain() throws {
        var (scene, submission) = try Contract.submitted()
        scene.allows(.agent, .seen(time: Contract.hour(90), [submission, ContractScene.change(1)]))
        #expect(scene.state.deliveries[submission]?.agent == Contract.hour(1))
        #expect(scene.first.flatMap(scene.state.reviewTimeout) == Contract.hour(1 + 14 * 24))
    }

    @Test("of several receipts of relays the earliest counts, in every order of arrival")
    func earliest() throws {
        var scene = try Contract.funded()
        let submission = scene.act(.freelancer, .submit(milestone: 1, round: 1, statement: .zero))
        let apart = scene.now
        scene.act(.freelancer, try Contract.delivery(of: [submission], at: Contract.hour(6)), after: apart)
        scene.act(.client, try Contract.delivery(of: [submission], at: Contract.hour(5)), after: apart)
        #expect(scene.voids.isEmpty && scene.state.deliveries[submission]?.relay == Contract.hour(5))
        scene.expectOneOutcome()
    }

    @Test("the numbers are those of the terms")
    func ownNumbers() throws {
        var (scene, _) = try Contract.submitted { $0.deadlines.review = 2 }
        scene.refuses(.agent, scene.nextReceipt(.reviewTimeout, released: 10_000, at: 3), "E4", "not over")
        scene.allows(.agent, scene.nextReceipt(.reviewTimeout, released: 10_000, at: 4))
        var asked = try Contract.funded { $0.deadlines.answer = 0 }
        asked.seen(asked.act(.client, .ask(milestone: 1, total: 1, statement: .zero)), at: 1)
        asked.allows(.agent, asked.nextReceipt(.askTimeout, refunded: 1, at: 2))
    }

    @Test("no time but the agent's and the relays' is part of what is folded")
    func noClaimedTime() throws {
        // Where an act stands says only what its signer had seen: a history whose counts all lie later folds to the same outcome.
        let (scene, _) = try Contract.submitted()
        let shifted = scene.history.map { signed in
            let stamp = signed.stamp
            let later = Stamp(lamport: stamp.lamport + 1_000_000, device: stamp.device, seq: stamp.seq, change: stamp.change)
            return SignedAct(signed.act, at: Moment(stamp: later, past: signed.moment.past), by: signed.role)
        }
        let state = ActFold<ContractState>(shifted).state
        #expect(state.milestone(1)?.totals == scene.first?.totals && state.milestone(1)?.work == scene.first?.work)
        #expect(state.milestone(1).flatMap(state.reviewTimeout) == scene.first.flatMap(scene.state.reviewTimeout))
        #expect(state.agentTime == scene.state.agentTime && state.deliveries == scene.state.deliveries)
    }
}
