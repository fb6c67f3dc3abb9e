import Agreement
import Canon
import Ledger
import Testing

/// The rules of hourly weeks: invoices, their review, and their payment from the deposit.
struct HourlyTests {
    /// Friday 23:59 of the week after the scene's first, in hours of the scene; a receipt is due after it.
    private static let friday: UInt64 = (7 + 5) * 24
    /// When the first week is paid if the client stays silent.
    private static let payable = friday + 120

    /// An hourly contract whose first week of ten hours was billed and delivered on Monday at noon.
    private func billed(order: [Actor] = Actor.allCases, deposit: Int64 = 480_000) throws -> (
        scene: ContractScene, invoice: ChangeID
    ) {
        var scene = try Contract.hourly(order: order, deposit: deposit)
        let invoice = scene.act(.freelancer, .invoice(Contract.invoice(0..<60)))
        scene.seen(invoice, at: 7 * 24 + 12)
        return (scene, invoice)
    }

    @Test("a week's amount is rate times slots over six, rounded once, half to even")
    func amounts() {
        let cases: [(slots: Int, rate: Int64, amount: Int64)] = [
            (1, 6_000, 1_000), (60, 6_000, 60_000), (1, 1, 0), (2, 1, 0), (3, 1, 0), (4, 1, 1), (9, 1, 2), (15, 1, 2), (3, 3, 2),
            (1, 100, 17), (2, 100, 33), (2_016, AgreementLimits.rate, 33_600_000_000_000),
        ]
        for (slots, rate, amount) in cases { #expect(Invoice.amount(of: slots, rate: rate) == amount, "\(slots) × \(rate)") }
    }

    @Test("the freelancer bills slots of a week, each once, at the rate of the terms")
    func invoices() throws {
        var scene = try Contract.hourly()
        scene.refuses(.freelancer, .submit(milestone: 0, round: 1, statement: .zero), "M2", "sign the week")
        scene.refuses(.freelancer, .invoice(Contract.invoice(0..<0)), "H1", "nothing to bill")
        for amount in [Int64(0), -1, 59_999, 60_001, .max] {
            let wrong = Invoice(week: Week(number: 3_000), slots: Contract.slots(0..<60), entries: .zero, amount: amount)
            scene.refuses(.freelancer, .invoice(wrong), "H1", "600.00 EUR")
        }
        scene.allows(.freelancer, .invoice(Contract.invoice(0..<60)))
        scene.refuses(.freelancer, .invoice(Contract.invoice(59..<61)), "H1", "billed once")
        scene.allows(.freelancer, .invoice(Contract.invoice(60..<61)))
        #expect(scene.state.invoices.map { scene.state.owed($0) } == [60_000, 1_000])
        var fixed = try Contract.funded()
        fixed.refuses(.freelancer, .invoice(Contract.invoice(0..<1)), "H1", "hourly")
    }

    @Test("no more than the weekly limit is billed of a week, late slots of it included")
    func weeklyLimit() throws {
        var scene = try Contract.hourly()
        scene.refuses(.freelancer, .invoice(Contract.invoice(0..<241)), "H1", "40 hours")
        scene.allows(.freelancer, .invoice(Contract.invoice(0..<239)))
        scene.refuses(.freelancer, .invoice(Contract.invoice(239..<241, billedIn: 1)), "H1", "40 hours")
        scene.allows(.freelancer, .invoice(Contract.invoice(239..<240, billedIn: 1)))
        scene.allows(.freelancer, .invoice(Contract.invoice(0..<240, week: 1)))
    }

    @Test("late slots go to a later week, never to one before")
    func lateSlots() throws {
        var scene = try Contract.hourly()
        scene.refuses(.freelancer, .invoice(Contract.invoice(0..<6, week: 1, billedIn: 0)), "H1", "none of weeks to come")
        scene.allows(.freelancer, .invoice(Contract.invoice(0..<6, week: 0, billedIn: 5)))
        let end = try #require(scene.state.invoices.first).invoice.week.end
        #expect(end == Contract.hour(6 * 7 * 24))
    }

    @Test("the review never ends before Friday 23:59, and runs 108 hours from delivery")
    func reviewEnd() throws {
        let cases: [(delivered: UInt64, end: UInt64)] = [
            (7 * 24 + 11, Self.friday), (7 * 24 + 12, Self.friday), (8 * 24, 8 * 24 + 108), (20 * 24, 20 * 24 + 108),
        ]
        for (delivered, end) in cases {
            var scene = try Contract.hourly()
            let invoice = scene.act(.freelancer, .invoice(Contract.invoice(0..<60)))
            #expect(scene.state.invoices.first.flatMap(scene.state.reviewEnd) == nil)
            scene.seen(invoice, at: delivered)
            #expect(scene.state.invoices.first.flatMap(scene.state.reviewEnd) == Contract.hour(end), "\(delivered)")
        }
    }

    @Test("silence approves, and the invoice is paid after the security period")
    func silence() throws {
        var (scene, invoice) = try billed()
        #expect(scene.duties(at: Self.payable).isEmpty)
        scene.refuses(.agent, scene.nextReceipt(.invoice(invoice), of: 0, released: 60_000, at: Self.payable), "H3", "not over")
        scene.refuses(.agent, scene.nextReceipt(.invoice(invoice), of: 0, released: 60_001, at: Self.payable + 1), "H3", "600.00")
        scene.refuses(
            .agent, scene.nextReceipt(.invoice(invoice), of: 0, released: 60_000, refunded: 1, at: 900), "H3", "nothing else")
        scene.refuses(.agent, scene.nextReceipt(.invoice(ChangeID(.zero)), of: 0, released: 1, at: 900), "H3", "no such")
        scene.work(at: Self.payable + 1)
        #expect(scene.deposit?.totals == Totals(funded: 480_000, released: 60_000))
        #expect(scene.state.invoices.first?.paid == 60_000)
        scene.refuses(.client, .approve(invoice: invoice), "H2", "is paid")
        scene.refuses(.client, .disputeSlots(invoice: invoice, Contract.slots(0..<1), statement: .zero), "H2", "is paid")
    }

    @Test("an approval begins the security period, and never puts it off")
    func approval() throws {
        var (scene, invoice) = try billed()
        var late = scene
        let approval = scene.allows(.client, .approve(invoice: invoice))
        scene.refuses(.client, .approve(invoice: invoice), "H2", "already")
        scene.seen(approval, at: 8 * 24)
        #expect(scene.state.invoices.first.flatMap(scene.state.payableAt) == Contract.hour(8 * 24 + 120))
        late.seen(late.act(.client, .approve(invoice: invoice)), at: Self.friday + 50)
        #expect(late.state.invoices.first.flatMap(late.state.payableAt) == Contract.hour(Self.payable))
    }

    @Test("slots in dispute are not paid, and the rest is")
    func disputedSlots() throws {
        var (scene, invoice) = try billed()
        scene.refuses(.client, .disputeSlots(invoice: invoice, Contract.slots(0..<0), statement: .zero), "H2", "Name slots")
        scene.refuses(.client, .disputeSlots(invoice: invoice, Contract.slots(59..<61), statement: .zero), "H2", "Name slots")
        scene.refuses(.client, .disputeSlots(invoice: ChangeID(.zero), Contract.slots(0..<1), statement: .zero), "H2", "no such")
        let dispute = scene.allows(.client, .disputeSlots(invoice: invoice, Contract.slots(0..<6), statement: .zero))
        scene.refuses(.client, .disputeSlots(invoice: invoice, Contract.slots(0..<6), statement: .zero), "H2", "already")
        #expect(scene.state.disputedAmount == 6_000 && scene.state.invoices.first.map(scene.state.owed) == 54_000)
        scene.seen(dispute, at: 8 * 24)
        scene.refuses(
            .agent, scene.nextReceipt(.invoice(invoice), of: 0, released: 54_001, at: Self.payable + 1), "H3", "540.00 EUR")
        // Half of what is in dispute, 60.00 EUR, by default, and the undisputed rest after the security period.
        scene.work(at: 8 * 24 + 120 + 14 * 24 + 1)
        #expect(scene.deposit?.totals == Totals(funded: 480_000, released: 57_000, refunded: 3_000))
        #expect(scene.state.disputedAmount == 0 && scene.deposit.flatMap { scene.state.dispute(over: $0) } == nil)
    }

    @Test("an approval takes the disputes of its invoice back, and leaves others alone")
    func takingBack() throws {
        var (scene, invoice) = try billed()
        scene.act(.client, .disputeSlots(invoice: invoice, Contract.slots(0..<6), statement: .zero))
        scene.allows(.client, .approve(invoice: invoice))
        #expect(scene.state.disputedAmount == 0 && scene.deposit?.openDispute == nil)
        scene.allows(.freelancer, .dispute(milestone: 0, statement: .zero))
        let second = scene.act(.freelancer, .invoice(Contract.invoice(0..<6, week: 1)))
        scene.allows(.client, .approve(invoice: second))
        #expect(scene.deposit?.openDispute?.openers.keys.contains(.freelancer) == true)
    }

    @Test("a ruling over slots divides what they come to, and settles them")
    func rulingOnSlots() throws {
        var (scene, invoice) = try billed()
        scene.act(.client, .disputeSlots(invoice: invoice, Contract.slots(0..<6), statement: .zero))
        scene.act(.freelancer, .answer(milestone: 0, statement: .zero, keys: []))
        scene.refuses(.mediator, .rule(milestone: 0, Split(released: 0, refunded: 0), statement: .zero), "D4", "moves something")
        scene.allows(.mediator, .rule(milestone: 0, Split(released: 6_000, refunded: 0), statement: .zero))
        scene.work(at: 8 * 24)
        #expect(scene.deposit?.totals == Totals(funded: 480_000, released: 6_000) && scene.deposit?.openDispute == nil)
        scene.work(at: Self.payable + 1)
        #expect(scene.deposit?.totals.released == 60_000)
    }

    @Test("disputed and undisputed slots together come to the invoice")
    func disputedRounding() throws {
        var scene = try Contract.hourly { $0.pricing = .hourly(rate: 100, weeklyHours: 40, depositWeeks: 2) }
        let invoice = scene.allows(.freelancer, .invoice(Contract.invoice(0..<2, rate: 100)))
        scene.act(.client, .disputeSlots(invoice: invoice, Contract.slots(0..<1), statement: .zero))
        #expect(scene.state.invoices.first.map(scene.state.owed) == 17 && scene.state.disputedAmount == 16)
    }

    @Test("a payment is limited by the deposit, and the rest is paid once it is filled up")
    func shortDeposit() throws {
        var (scene, invoice) = try billed(deposit: 50_000)
        scene.refuses(.agent, scene.nextReceipt(.invoice(invoice), of: 0, released: 60_000, at: Self.payable + 1), "E1", "add up")
        scene.work(at: Self.payable + 1)
        #expect(scene.deposit?.totals == Totals(funded: 50_000, released: 50_000))
        scene.receipt(.funding, of: 0, funded: 480_000, at: Self.payable + 2)
        scene.work(at: Self.payable + 2)
        #expect(scene.deposit?.totals.released == 60_000 && scene.state.invoices.first?.paid == 60_000)
    }

    @Test("an invoice keeps the rate under which it was signed")
    func amendedRate() throws {
        var (scene, invoice) = try billed()
        scene.agree(to: try Contract.hourlyTerms { $0.pricing = .hourly(rate: 12_000, weeklyHours: 5, depositWeeks: 2) })
        #expect(scene.state.invoice(invoice).map(scene.state.owed) == 60_000)
        scene.refuses(.freelancer, .invoice(Contract.invoice(0..<6, week: 1)), "H1", "120.00 EUR")
        // The first week is over the new limit, which does not touch it, nor the weeks that follow.
        scene.allows(.freelancer, .invoice(Contract.invoice(0..<6, week: 1, rate: 12_000)))
        scene.work(at: Self.payable + 1)
        #expect(scene.deposit?.totals.released == 60_000)
    }

    @Test("slots in a pause are not billed; a pause begins and ends when that is delivered")
    func pause() throws {
        var scene = try Contract.hourly()
        scene.seen(scene.act(.client, .pause), at: 10)
        scene.allows(.freelancer, .invoice(Contract.invoice(59..<60)))
        scene.refuses(.freelancer, .invoice(Contract.invoice(60..<61)), "H1", "paused")
        scene.seen(scene.act(.client, .resume), at: 20)
        scene.refuses(.freelancer, .invoice(Contract.invoice(119..<121)), "H1", "leave those out")
        scene.allows(.freelancer, .invoice(Contract.invoice(120..<121)))
    }

    @Test("what a deposit holds over its weeks goes back as excess, and no more, however much was earned before")
    func depositExcess() throws {
        var (scene, _) = try billed()
        scene.work(at: Self.payable + 1)
        scene.receipt(.funding, of: 0, funded: 600_000, at: Self.payable + 2)
        // 4800.00 EUR is the deposit, and 600.00 EUR of the 6000.00 EUR are earned.
        scene.refuses(.agent, scene.nextReceipt(.excess, of: 0, refunded: 60_001, at: Self.payable + 3), "E8")
        scene.allows(.agent, scene.nextReceipt(.excess, of: 0, refunded: 60_000, at: Self.payable + 3))
        #expect(scene.deposit?.totals.held == 480_000)
    }

    @Test("an unanswered ask gives back what invoices do not claim")
    func askForDeposit() throws {
        var (scene, invoice) = try billed()
        scene.act(.client, .disputeSlots(invoice: invoice, Contract.slots(0..<6), statement: .zero))
        scene.act(.client, .approve(invoice: invoice))
        scene.seen(scene.allows(.client, .ask(milestone: 0, total: 480_000, statement: .zero)), at: 8 * 24)
        scene.refuses(.agent, scene.nextReceipt(.askTimeout, of: 0, refunded: 420_001, at: 15 * 24 + 1), "E5", "4200.00 EUR")
        scene.work(at: 15 * 24 + 1)
        #expect(scene.deposit?.totals == Totals(funded: 480_000, refunded: 420_000))
        scene.work(at: Self.payable + 200)
        #expect(scene.deposit?.totals == Totals(funded: 480_000, released: 60_000, refunded: 420_000))
    }

    @Test("a dispute over a deposit without disputed slots is over what no invoice claims")
    func depositDispute() throws {
        var (scene, _) = try billed()
        scene.seen(scene.allows(.client, .dispute(milestone: 0, statement: .zero)), at: 8 * 24)
        scene.work(at: 8 * 24 + 120 + 14 * 24 + 1)
        #expect(scene.deposit?.totals == Totals(funded: 480_000, released: 60_000 + 210_000, refunded: 210_000))
    }
}
