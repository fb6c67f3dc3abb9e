import Agreement
import Canon
import Ledger
import Testing

/// Rule H4: each unprotected slot says why.
struct ProtectionTests {
    private func facts(_ slot: UInt64, manual: Bool = false, memo: Bool = true, activity: UInt64 = 9) -> SlotProtection.Facts {
        SlotProtection.Facts(
            slot: Contract.slots(slot..<slot + 1).slots[0],
            entry: DiaryEntry(activity: activity, isManual: manual, memo: memo ? .zero : nil), hasMemo: memo)
    }

    private func reasons(_ scene: ContractScene, _ facts: [SlotProtection.Facts]) -> [String?] {
        scene.state.protection(of: facts).map(\.protection.reason)
    }

    @Test("a tracked slot with memo and activity, within the limit and covered, is protected")
    func protected() throws {
        let scene = try Contract.hourly()
        #expect(reasons(scene, [facts(3), facts(1)]) == [nil, nil])
        #expect(
            scene.state.protection(of: [facts(3), facts(1)]).map(\.slot) == Contract.slots(1..<2).slots
                + Contract.slots(3..<4).slots)
    }

    @Test("a slot that is not tracked work says so")
    func entries() throws {
        let scene = try Contract.hourly()
        let cases = [
            (facts(1, manual: true), "it was entered by hand"), (facts(1, memo: false), "it has no memo"),
            (facts(1, activity: 0), "no activity was counted"),
        ]
        for (facts, reason) in cases { #expect(reasons(scene, [facts]) == [reason]) }
    }

    @Test("a slot over the week's limit says so, and the next week begins anew")
    func limit() throws {
        let scene = try Contract.hourly { $0.pricing = .hourly(rate: 6_000, weeklyHours: 1, depositWeeks: 52) }
        let week = (0..<7).map { facts($0) } + [facts(Week.slots)]
        #expect(reasons(scene, week) == [nil, nil, nil, nil, nil, nil, "it is over the week's limit of 1 hours", nil])
    }

    @Test("a slot that two devices recorded counts once")
    func twice() throws {
        let scene = try Contract.hourly()
        #expect(reasons(scene, [facts(1), facts(1, manual: true), facts(2)]).count == 2)
    }

    @Test("a deposit covers as many slots as it pays for, rounded once")
    func coverage() throws {
        let none = "the deposit does not cover it"
        #expect(reasons(try Contract.hourly(deposit: 2_999), [facts(1), facts(2), facts(3)]) == [nil, nil, none])
        #expect(reasons(Contract.active(try Contract.hourlyTerms()), [facts(1)]) == [none])
        let cheap = try Contract.hourly(deposit: 33) { $0.pricing = .hourly(rate: 100, weeklyHours: 40, depositWeeks: 2) }
        #expect(reasons(cheap, [facts(1), facts(2), facts(3)]) == [nil, nil, none])
    }

    @Test("a slot that was paid stays protected, and uses no deposit")
    func paid() throws {
        var scene = try Contract.hourly(deposit: 1_000)
        scene.seen(scene.act(.freelancer, .invoice(Contract.invoice(1..<2))), at: 7 * 24)
        scene.work(at: 900)
        #expect(scene.deposit?.totals.held == 0)
        #expect(reasons(scene, [facts(1), facts(2)]) == [nil, "the deposit does not cover it"])
    }

    @Test("slots after an end, or in a pause, are not protected; those before and after are")
    func times() throws {
        var scene = try Contract.hourly()
        scene.seen(scene.act(.client, .pause), at: 1)
        scene.seen(scene.act(.client, .resume), at: 2)
        scene.seen(scene.act(.freelancer, .end), at: 3)
        let (paused, ended) = ("the contract was paused", "the contract was ended")
        #expect(reasons(scene, [5, 6, 11, 12, 17, 18].map { facts($0) }) == [nil, paused, paused, nil, nil, ended])
    }

    @Test("without an agent, and by the milestone, nothing is protected")
    func neverProtected() throws {
        let alone = Contract.active(try Contract.hourlyTerms { $0.agent = nil })
        #expect(reasons(alone, [facts(1)]) == ["the terms name no agent, so nobody holds a deposit"])
        #expect(reasons(try Contract.funded(), [facts(1)]) == ["the contract is not hourly"])
    }
}
