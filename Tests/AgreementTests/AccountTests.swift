import Agreement
import Canon
import Ledger
import Testing

private typealias AccountScene = Scene<AccountState>

/// Rules P1 to P4: methods, credits, requests and payouts.
struct AccountTests {
    private static let contract = SpaceID(.filled(1))
    private static let bank = PayoutMethod(
        name: "bank", kind: .bank, destination: "DE02120300000000202051", bic: nil, holder: "F")

    private static func credit(_ total: Int64, of milestone: Int = 1, in code: String = "EUR", at hours: UInt64 = 0) throws
        -> AccountAct
    {
        .credit(
            contract: contract, milestone: milestone, total: total, currency: try #require(Currency(code: code)),
            time: Contract.hour(hours))
    }

    /// An account with 100.00 EUR and a method that the agent has seen at hour 0.
    private func open(order: [Actor] = Actor.allCases) throws -> AccountScene {
        var scene = AccountScene(order: order)
        let method = scene.act(.freelancer, .method(Self.bank))
        scene.act(.agent, .seen(time: Contract.hour(0), [method]))
        scene.act(.agent, try Self.credit(10_000))
        return scene
    }

    private func request(_ amount: Int64, method: String = "bank") throws -> AccountAct {
        .request(amount: amount, currency: try Contract.euro(), method: method)
    }

    private func balance(_ scene: AccountScene) throws -> Int64 { scene.state.balance(in: try Contract.euro()) }

    @Test("a method is noted once, waits three days from when the agent had it, and again after each change")
    func methods() throws {
        var scene = try open()
        scene.refuses(.freelancer, .method(Self.bank), "P2", "already")
        let empty = PayoutMethod(name: "x", kind: .other, destination: "", bic: nil, holder: "F")
        scene.refuses(.freelancer, .method(empty), "P2", "destination")
        scene.refuses(.client, .method(empty), "P2", "Only the freelancer")
        let first = scene.act(.freelancer, try request(1_000))
        scene.refuses(.agent, .sent(request: first, time: Contract.hour(71)), "P4", "three days")
        var changed = scene
        scene.allows(.agent, .sent(request: first, time: Contract.hour(72)))

        let method = PayoutMethod(name: "bank", kind: .paypal, destination: "f@example.org", bic: nil, holder: "F")
        let change = changed.allows(.freelancer, .method(method))
        changed.refuses(.agent, .sent(request: first, time: Contract.hour(100)), "P4", "has changed")
        let second = changed.allows(.freelancer, try request(1_000))
        changed.refuses(.agent, .sent(request: second, time: Contract.hour(100)), "P4", "three days")
        changed.allows(.agent, .seen(time: Contract.hour(100), [change]))
        changed.refuses(.agent, .seen(time: Contract.hour(101), [change]), "P4", "before")
        changed.refuses(.agent, .sent(request: second, time: Contract.hour(171)), "P4", "three days")
        changed.allows(.agent, .sent(request: second, time: Contract.hour(172)))
    }

    @Test("a balance is what was credited less what was asked for and did not come back")
    func balances() throws {
        var scene = try open()
        scene.refuses(.freelancer, try request(10_001), "P3", "100.00 EUR")
        scene.refuses(.freelancer, try request(1, method: "none"), "P3", "`handsel payout method`")
        for amount in [Int64(0), -1, .min] { scene.refuses(.freelancer, try request(amount), "P3", "above zero") }
        scene.refuses(.freelancer, try request(.max), "P3", "does not cover")
        let first = scene.allows(.freelancer, try request(6_000))
        scene.refuses(.freelancer, try request(4_001), "P3", "40.00 EUR")
        #expect(try balance(scene) == 4_000)
        scene.allows(.freelancer, .withdrawRequest(first))
        scene.refuses(.freelancer, .withdrawRequest(first), "P3", "no such request")
        #expect(try balance(scene) == 10_000)
        let yen = try #require(Currency(code: "JPY"))
        scene.refuses(.freelancer, .request(amount: 1, currency: yen, method: "bank"), "P3", "0 JPY")
    }

    @Test("credits are cumulative, may fall when money is given back, and keep their currency")
    func credits() throws {
        var scene = try open()
        scene.refuses(.agent, try Self.credit(10_000), "P1", "credited already")
        scene.refuses(.agent, try Self.credit(0, of: 2), "P1", "credited already")
        scene.allows(.agent, try Self.credit(12_000))
        scene.allows(.agent, try Self.credit(9_000))
        scene.refuses(.agent, try Self.credit(9_000, in: "USD"), "P1")
        scene.refuses(.agent, try Self.credit(9_500, in: "USD"), "P1", "one currency")
        for total in [Int64(-1), .min, .max, AgreementLimits.total + 1] {
            scene.refuses(.agent, try Self.credit(total), "P1", "no amount")
        }
        scene.allows(.agent, try Self.credit(500, of: 2, in: "USD"))
        #expect(try balance(scene) == 9_000)
        #expect(scene.state.currencies.map(\.code) == ["EUR", "USD"])
    }

    @Test("sums that no integer holds do not crash the fold")
    func overflow() throws {
        var state = AccountState()
        let euro = try Contract.euro()
        for number in 0..<5_000 {
            let stamp = Stamp(lamport: UInt64(number), device: DeviceID(.zero), seq: UInt64(number), change: ChangeID(.zero))
            let act = AccountAct.credit(
                contract: Self.contract, milestone: number, total: AgreementLimits.total, currency: euro, time: 0)
            state.apply(SignedAct(act, at: Moment(stamp: stamp, past: VersionVector()), by: .agent))
        }
        #expect(state.balance(in: euro) == .max)
    }

    @Test("a payout that failed returns to the balance, and one that settled does so once")
    func outcomes() throws {
        var scene = try open()
        let request = scene.act(.freelancer, try request(6_000))
        scene.refuses(.agent, .settled(request: request, time: Contract.hour(72), reference: .zero), "P4", "under way")
        scene.refuses(.agent, .failed(request: request, time: Contract.hour(72), reason: ""), "P4", "under way")
        scene.act(.agent, .sent(request: request, time: Contract.hour(72)))
        scene.refuses(.agent, .sent(request: request, time: Contract.hour(72)), "P4", "no such request")
        scene.refuses(.freelancer, .withdrawRequest(request), "P3", "no such request")
        #expect(try balance(scene) == 4_000)
        var failed = scene
        failed.allows(.agent, .failed(request: request, time: Contract.hour(73), reason: "closed"))
        #expect(try balance(failed) == 10_000)
        #expect(failed.state.payouts.map(\.status) == [.failed] && failed.state.payouts.first?.reason == "closed")
        scene.allows(.agent, .settled(request: request, time: Contract.hour(73), reference: .filled(1)))
        #expect(try balance(scene) == 4_000 && scene.state.payouts.map(\.status) == [.settled])
        // Banks return payments after they have booked them.
        var returned = scene
        returned.allows(.agent, .failed(request: request, time: Contract.hour(74), reason: "returned"))
        #expect(try balance(returned) == 10_000)
        returned.refuses(.agent, .failed(request: request, time: Contract.hour(75), reason: ""), "P4", "under way")
        let next = scene.act(.freelancer, try self.request(4_000))
        scene.act(.agent, .sent(request: next, time: Contract.hour(74)))
        scene.refuses(.agent, .settled(request: next, time: Contract.hour(75), reference: .filled(1)), "P4", "already")
        scene.allows(.agent, .settled(request: next, time: Contract.hour(75), reference: .filled(2)))
    }

    @Test("a payout that the balance no longer covers is not sent")
    func uncovered() throws {
        var scene = try open()
        let request = scene.act(.freelancer, try request(10_000))
        scene.act(.agent, try Self.credit(9_999))
        scene.refuses(.agent, .sent(request: request, time: Contract.hour(72)), "P4", "does not cover")
    }

    @Test("a schedule makes a payout due each period, from when the agent had it")
    func schedules() throws {
        var scene = try open()
        let euro = try Contract.euro()
        let payout = { (amount: Int64, hour: UInt64) in
            AccountAct.scheduled(amount: amount, currency: euro, time: Contract.hour(hour))
        }
        scene.refuses(.agent, payout(1, 900), "P3", "on request")
        scene.refuses(.freelancer, .schedule(.onRequest, method: ""), "P2", "in force already")
        scene.refuses(.freelancer, .schedule(.weekly, method: "none"), "P2", "`handsel payout method`")
        let schedule = scene.allows(.freelancer, .schedule(.weekly, method: "bank"))
        scene.refuses(.freelancer, .schedule(.weekly, method: "bank"), "P2", "in force already")
        scene.refuses(.agent, payout(1, 900), "P3", "on request")
        scene.allows(.agent, .seen(time: Contract.hour(10), [schedule]))
        #expect(scene.state.nextScheduled == Contract.hour(10 + 7 * 24))
        scene.refuses(.agent, payout(4_000, 9 + 7 * 24), "P3", "not due")
        scene.refuses(.agent, payout(10_001, 10 + 7 * 24), "P3", "does not cover")
        let first = scene.allows(.agent, payout(4_000, 10 + 7 * 24))
        scene.refuses(.agent, payout(1, 11 + 7 * 24), "P3", "not due")
        scene.allows(.agent, .sent(request: first, time: Contract.hour(11 + 7 * 24)))
        #expect(try balance(scene) == 6_000)
        scene.allows(.freelancer, .schedule(.onRequest, method: ""))
        scene.refuses(.agent, payout(1, 900), "P3", "on request")
    }

    @Test("each act is refused to every role but one's own")
    func roles() throws {
        var scene = try open()
        let request = scene.act(.freelancer, try request(1))
        let later = Contract.hour(900)
        let freelancer: [(AccountAct, String)] = [
            (.method(PayoutMethod(name: "x", kind: .other, destination: "x", bic: nil, holder: "x")), "P2"),
            (.schedule(.weekly, method: "bank"), "P2"), (try self.request(1), "P3"), (.withdrawRequest(request), "P3"),
        ]
        let agent: [(AccountAct, String)] = [
            (try Self.credit(1, at: 900), "P1"), (.sent(request: request, time: later), "P1"),
            (.settled(request: request, time: later, reference: .zero), "P1"),
            (.failed(request: request, time: later, reason: ""), "P1"), (.seen(time: later, [request]), "P1"),
            (.scheduled(amount: 1, currency: try Contract.euro(), time: later), "P1"),
        ]
        for (act, rule) in freelancer {
            for actor in [Actor.client, .agent, .mediator] { scene.refuses(actor, act, rule, "Only") }
        }
        for (act, rule) in agent {
            for actor in [Actor.client, .freelancer, .mediator] { scene.refuses(actor, act, rule, "Only") }
        }
    }

    @Test("the agent's clock never runs backwards, nor beyond what counts")
    func clock() throws {
        var scene = try open()
        scene.act(.agent, try Self.credit(10_001, at: 5))
        scene.refuses(.agent, try Self.credit(10_002, at: 4), "P1", "backwards")
        scene.refuses(
            .agent,
            .credit(
                contract: Self.contract, milestone: 3, total: 1, currency: try Contract.euro(), time: AgreementLimits.time + 1),
            "P1")
    }

    @Test("money that was sent is gone, whatever was withdrawn meanwhile", arguments: [Actor.freelancer, .agent].permutations)
    func withdrawnMeanwhile(order: [Actor]) throws {
        var scene = try open(order: order)
        let request = scene.act(.freelancer, try request(6_000))
        let apart = scene.now
        scene.act(.freelancer, .withdrawRequest(request), after: apart)
        scene.act(.agent, .sent(request: request, time: Contract.hour(72)), after: apart)
        #expect(scene.voids.isEmpty && scene.state.payouts.map(\.status) == [.sent])
        #expect(try balance(scene) == 4_000)
        scene.expectOneOutcome()
    }

    @Test(
        "two devices that ask for the same balance leave it uncovered until one request is withdrawn", arguments: [true, false])
    func askedTwice(isFirstWithdrawn: Bool) throws {
        var scene = try open()
        let apart = scene.now
        let first = scene.act(.freelancer, try request(10_000), after: apart)
        let second = scene.act(.otherFreelancer, try request(10_000), after: apart)
        #expect(try balance(scene) == -10_000 && scene.voids.isEmpty)
        scene.refuses(.agent, .sent(request: first, time: Contract.hour(72)), "P4", "does not cover")
        scene.allows(.freelancer, .withdrawRequest(isFirstWithdrawn ? first : second))
        scene.allows(.agent, .sent(request: isFirstWithdrawn ? second : first, time: Contract.hour(72)))
        scene.expectOneOutcome()
    }

    @Test(
        "a scheduled payout that the agent began counts, though the schedule was ended meanwhile",
        arguments: [Actor.freelancer, .agent].permutations)
    func scheduleEndedMeanwhile(order: [Actor]) throws {
        var scene = try open(order: order)
        let schedule = scene.act(.freelancer, .schedule(.weekly, method: "bank"))
        scene.act(.agent, .seen(time: Contract.hour(0), [schedule]))
        let apart = scene.now
        scene.act(.freelancer, .schedule(.onRequest, method: ""), after: apart)
        let due = Contract.hour(7 * 24)
        let payout = scene.act(.agent, .scheduled(amount: 4_000, currency: try Contract.euro(), time: due), after: apart)
        scene.act(.agent, .sent(request: payout, time: due))
        #expect(scene.voids.isEmpty && scene.state.payouts.map(\.status) == [.sent])
        #expect(try balance(scene) == 6_000)
        scene.expectOneOutcome()
    }
}
