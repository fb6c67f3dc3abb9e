import Agreement
import Canon
import Evidence
import Foundation
import Ledger
import LedgerSupport
import Support
import Testing

/// A history in which an agent holds the money and a mediator rules.
struct EscrowTests {
    /// A milestone of 100.00 that is funded, submitted, disputed, ruled on and paid out as ruled.
    private struct Case {
        let contract: MemorySpace.Contract
        let agent: Device

        /// Afterwards, if `isReplaced`, both parties go on with another agent and another mediator, to whom more comes in.
        init(isReplaced: Bool = false) throws {
            var generator = SeededGenerator(seed: 3)
            var contract = try MemorySpace.contract(using: &generator)
            try contract.settle(using: &generator)
            let agent = try LedgerSupport.Person(using: &generator).device(using: &generator)
            let mediator = try LedgerSupport.Person(using: &generator).device(using: &generator)
            try contract.appoint(agent, as: .agent, using: &generator)
            try contract.appoint(mediator, as: .mediator, using: &generator)
            let (client, freelancer, epoch) = (contract.desk, contract.bench, contract.epoch)
            @discardableResult
            func act(_ author: Device, _ act: Act) throws -> ChangeID {
                try contract.space.write(by: author, .money, epoch: epoch, [act.operation], using: &generator).id
            }
            func receipt(_ basis: EscrowReceipt.Basis, _ totals: Totals, at time: UInt64) -> Act {
                .receipt(EscrowReceipt(milestone: 1, totals: totals, time: time, basis: basis))
            }
            var terms = Terms(
                title: "Landing page", currency: try #require(Currency(code: "EUR")),
                pricing: .fixed([MilestoneTerms(number: 1, title: "Design", amount: 10_000, due: nil)]), agent: agent.person,
                mediator: mediator.person)
            let offer = try act(client, .offer(terms, prose: .zero))
            try act(
                freelancer,
                .accept(offer: offer, termsHash: Derivation.termsHash(structured: terms.encoded, prose: .zero)))
            try act(agent, .serve(name: "Pledge Bank"))
            try act(mediator, .serve(name: "Judge Judith"))
            try act(client, .fund(milestone: 1, total: 10_000))
            try act(agent, receipt(.funding, Totals(funded: 10_000), at: 1_000))
            try act(freelancer, .submit(milestone: 1, round: 1, statement: .zero))
            let complaint = Prose(salt: .random(using: &generator), text: "It is not what we agreed.")
            try contract.space.write(
                by: client, .money, epoch: epoch, [Edit.hearing(complaint).operation], using: &generator)
            try act(client, .dispute(milestone: 1, statement: complaint.hash))
            try act(freelancer, .answer(milestone: 1, statement: .zero, keys: []))
            let ruling = try act(
                mediator, .rule(milestone: 1, Split(released: 6_000, refunded: 4_000), statement: .zero))
            try act(agent, receipt(.ruling(ruling), Totals(funded: 10_000, released: 6_000, refunded: 4_000), at: 2_000))
            self.agent = agent
            guard isReplaced else {
                self.contract = contract
                return
            }
            let bank = try LedgerSupport.Person(using: &generator).device(using: &generator)
            let arbiter = try LedgerSupport.Person(using: &generator).device(using: &generator)
            (terms.agent, terms.mediator) = (bank.person, arbiter.person)
            let amendment = try act(freelancer, .offer(terms, prose: .zero))
            try act(
                client,
                .accept(offer: amendment, termsHash: Derivation.termsHash(structured: terms.encoded, prose: .zero)))
            var stale = contract.space
            try contract.appoint(bank, as: .agent, using: &generator)
            try contract.appoint(arbiter, as: .mediator, using: &generator)
            try act(bank, .serve(name: "Second Bank"))
            try act(client, .fund(milestone: 1, total: 11_000))
            try act(bank, receipt(.funding, Totals(funded: 11_000, released: 6_000, refunded: 4_000), at: 500))
            // The first agent, who has not heard, notes something that nobody acknowledges.
            try stale.write(by: agent, .money, epoch: epoch, [Act.outage(from: 1, to: 2).operation], using: &generator)
            try contract.space.take(from: stale)
            self.contract = contract
        }

        func export(withhold: [String] = []) throws -> [String: [UInt8]] {
            let changes = contract.space.changes.map(\.value).map {
                EvidenceChange($0, changeKey: $0.changeKey(epochKey: contract.epoch.key))
            }
            return try Evidence.export(contract.space.id, changes, withhold: withhold, by: agent.keys, at: 3_000)
        }
    }

    @Test("the page shows who holds the money, the dispute, the ruling and sums that add up")
    func page() throws {
        let files = try Case().export()
        let report = try Evidence.verify(files)
        #expect(report.moneyAddsUp == true && report.isJudged && report.exporterName == "Pledge Bank")
        #expect(report.shown.contains { $0.by == "Judge Judith" && $0.kind == "dispute.rule" })
        let page = String(decoding: try #require(files[EvidenceFile.page]), as: UTF8.self)
        for expected in [
            "Pledge Bank", "Judge Judith", "(agent)", "(mediator)", "opened a dispute over milestone 1",
            "It is not what we agreed.",
            "ruled on milestone 1: 60.00 EUR to the freelancer, 40.00 EUR to the client", "recorded for milestone 1, the ruling",
            #"<tr class="total"><td>Total</td><td class="n">100.00 EUR</td><td class="n">100.00 EUR</td><td class="n">60.00 EUR</td>"#,
        ] { #expect(page.contains(expected), "\(expected)") }
        #expect(!page.contains("Void: ") && !page.contains("Nobody holds the money"))
    }

    @Test("the script reads the agent's last receipts too", .enabled(if: Python.interpreter != nil))
    func receipts() throws {
        let result = try Python.judge(["escrow": try Case().export()])["escrow"] ?? ""
        #expect(result.hasSuffix("By receipts: funded 10000, released 6000, refunded 4000, held 0 minor units."), "\(result)")
    }

    @Test("a history in which agent and mediator were replaced adds up, for us and for the script")
    func replaced() throws {
        let files = try Case(isReplaced: true).export()
        let report = try Evidence.verify(files)
        #expect(report.moneyAddsUp == true && report.isJudged && report.exporterName == "Pledge Bank")
        let page = String(decoding: try #require(files[EvidenceFile.page]), as: UTF8.self)
        for expected in [
            "Pledge Bank", "Second Bank", "Judge Judith", "its person was replaced",
            #"<tr class="total"><td>Total</td><td class="n">100.00 EUR</td><td class="n">110.00 EUR</td><td class="n">60.00 EUR</td>"#,
        ] { #expect(page.contains(expected), "\(expected)") }
        guard Python.interpreter != nil else { return }
        let result = try Python.judge(["replaced": files])["replaced"] ?? ""
        #expect(result.hasSuffix("By receipts: funded 11000, released 6000, refunded 4000, held 1000 minor units."), "\(result)")
    }

    @Test("where a change about money is withheld, nothing is added up")
    func withheldReceipts() throws {
        let files = try Case().export(withhold: ["escrow"])
        let report = try Evidence.verify(files)
        #expect(!report.isJudged && report.moneyAddsUp == nil)
        #expect(report.withheld.map(\.count) == [2])
        #expect(String(decoding: try #require(files[EvidenceFile.page]), as: UTF8.self).contains("nothing can be added up"))
    }
}
