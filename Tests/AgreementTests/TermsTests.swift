import Agreement
import Canon
import Foundation
import Ledger
import LedgerSupport
import Support
import Testing

/// What can be offered, and its one encoding.
struct TermsTests {
    private static func terms(_ change: (inout Terms) -> Void = { _ in }) throws -> Terms {
        var terms = Terms(title: "Logo", currency: try #require(Currency(code: "EUR")), pricing: .fixed([milestone()]))
        change(&terms)
        return terms
    }

    private static func milestone(_ number: Int = 1, title: String = "All", amount: Int64 = 1) -> MilestoneTerms {
        MilestoneTerms(number: number, title: title, amount: amount, due: nil)
    }

    private static let long = String(repeating: "é", count: AgreementLimits.title / 2) + "x"

    private static let cases: [(name: String, isSound: Bool, change: @Sendable (inout Terms) -> Void)] = [
        ("one milestone", true, { _ in }),
        ("the longest title", true, { $0.title = String(repeating: "é", count: AgreementLimits.title / 2) }),
        ("the greatest amount", true, { $0.pricing = .fixed([milestone(amount: AgreementLimits.amount)]) }),
        ("the most milestones", true, { $0.pricing = .fixed((1...AgreementLimits.milestones).map { milestone($0) }) }),
        ("the most relays", true, { $0.relays = [DeviceID](repeating: DeviceID(.zero), count: AgreementLimits.relays) }),
        ("the longest deadline", true, { $0.deadlines.silence = AgreementLimits.hours }),
        ("an hourly rate", true, { $0.pricing = .hourly(rate: 1, weeklyHours: 168, depositWeeks: 1) }),
        (
            "the greatest deposit", true,
            { $0.pricing = .hourly(rate: AgreementLimits.rate, weeklyHours: 168, depositWeeks: AgreementLimits.depositWeeks) }
        ),
        ("agent and mediator", true, { ($0.agent, $0.mediator) = (PersonID(.zero), PersonID(.filled(1))) }),
        ("all to the freelancer by default", true, { $0.defaultShare = 100 }),
        ("a negative rate", false, { $0.pricing = .hourly(rate: -1, weeklyHours: 1, depositWeeks: 1) }),
        ("hours that no integer holds", false, { $0.pricing = .hourly(rate: 1, weeklyHours: .max, depositWeeks: .max) }),
        ("no deposit", false, { $0.pricing = .hourly(rate: 1, weeklyHours: 1, depositWeeks: 0) }),
        (
            "too many weeks of deposit", false,
            { $0.pricing = .hourly(rate: 1, weeklyHours: 1, depositWeeks: AgreementLimits.depositWeeks + 1) }
        ),
        ("more than all by default", false, { $0.defaultShare = 101 }),
        ("one person as agent and mediator", false, { ($0.agent, $0.mediator) = (PersonID(.zero), PersonID(.zero)) }),
        ("no title", false, { $0.title = "" }),
        ("too long a title", false, { $0.title = long }),
        ("no milestone", false, { $0.pricing = .fixed([]) }),
        ("too many milestones", false, { $0.pricing = .fixed((1...AgreementLimits.milestones + 1).map { milestone($0) }) }),
        ("milestones from 0", false, { $0.pricing = .fixed([milestone(0)]) }),
        ("milestones out of order", false, { $0.pricing = .fixed([milestone(2), milestone(1)]) }),
        ("a milestone twice", false, { $0.pricing = .fixed([milestone(1), milestone(1)]) }),
        ("a milestone without a title", false, { $0.pricing = .fixed([milestone(title: "")]) }),
        ("a milestone with too long a title", false, { $0.pricing = .fixed([milestone(title: long)]) }),
        ("nothing to pay", false, { $0.pricing = .fixed([milestone(amount: 0)]) }),
        ("a negative amount", false, { $0.pricing = .fixed([milestone(amount: -1)]) }),
        ("too great an amount", false, { $0.pricing = .fixed([milestone(amount: AgreementLimits.amount + 1)]) }),
        ("no rate", false, { $0.pricing = .hourly(rate: 0, weeklyHours: 1, depositWeeks: 1) }),
        ("too great a rate", false, { $0.pricing = .hourly(rate: AgreementLimits.rate + 1, weeklyHours: 1, depositWeeks: 1) }),
        ("no hours", false, { $0.pricing = .hourly(rate: 1, weeklyHours: 0, depositWeeks: 1) }),
        ("more hours than a week has", false, { $0.pricing = .hourly(rate: 1, weeklyHours: 169, depositWeeks: 1) }),
        ("too many relays", false, { $0.relays = [DeviceID](repeating: DeviceID(.zero), count: AgreementLimits.relays + 1) }),
        ("too long a deadline", false, { $0.deadlines.answer = AgreementLimits.hours + 1 }),
    ]

    @Test("terms that can be offered are exactly those that can be read", arguments: cases.indices)
    func faults(index: Int) throws {
        let (name, isSound, change) = Self.cases[index]
        let terms = try Self.terms(change)
        #expect((terms.fault == nil) == isSound, "\(name)")
        #expect(terms.fault?.hasSuffix(".") ?? true, "\(name)")
        let bytes = terms.encoded
        var reader = CBORReader(bytes.span)
        let read = try? Terms(from: &reader)
        #expect(read == (isSound ? terms : nil), "\(name)")
    }

    @Test("money is held for milestones, or for the deposit of so many weeks")
    func accounts() throws {
        #expect(try Contract.terms().accounts.map(\.amount) == [10_000, 5_000])
        #expect(try Contract.hourlyTerms().accounts.map(\.amount) == [480_000])
        #expect(try Contract.hourlyTerms().accounts.map(\.number) == [0])
    }

    @Test("milestones are found by their number")
    func milestones() throws {
        let terms = try Self.terms { $0.pricing = .fixed([Self.milestone(1), Self.milestone(2, title: "Rest")]) }
        #expect(terms.milestone(2)?.title == "Rest" && terms.milestone(3) == nil && terms.milestone(0) == nil)
        #expect(try Self.terms { $0.pricing = .hourly(rate: 1, weeklyHours: 1, depositWeeks: 1) }.milestones.isEmpty)
    }

    private struct GivenTerms: Codable {
        struct GivenMilestone: Codable {
            let title: String
            let amount: Int64
            let due: String?
        }

        let title: String
        let currency: String
        let milestones: [GivenMilestone]?
        let rate: Int64?
        let weeklyHours: UInt64?
        let depositWeeks: UInt64?
        let deadlines: [String: UInt64]?
        let agent: String?
        let mediator: String?
        let defaultShare: UInt64?
        let relays: [String]
        let salt: String
        let prose: String
    }

    private static func deadlines(_ given: [String: UInt64]) throws -> Terms.Deadlines {
        var deadlines = Terms.Deadlines.standard
        deadlines.review = try #require(given["review"])
        deadlines.answer = try #require(given["answer"])
        deadlines.hearing = try #require(given["hearing"])
        deadlines.silence = try #require(given["silence"])
        deadlines.billing = try #require(given["billing"])
        deadlines.security = try #require(given["security"])
        deadlines.giveBack = try #require(given["giveBack"])
        return deadlines
    }

    @Test("terms are encoded and hashed as frozen")
    func vectors() throws {
        let mismatches = try GoldenVector<GivenTerms>.mismatches(in: "terms") { given in
            let pricing: Terms.Pricing
            if let milestones = given.milestones {
                pricing = .fixed(
                    milestones.enumerated().map { index, milestone in
                        MilestoneTerms(
                            number: index + 1, title: milestone.title, amount: milestone.amount,
                            due: milestone.due.flatMap(Day.init(text:)))
                    })
            } else {
                pricing = .hourly(
                    rate: try #require(given.rate), weeklyHours: try #require(given.weeklyHours),
                    depositWeeks: try #require(given.depositWeeks))
            }
            let terms = Terms(
                title: given.title, currency: try #require(Currency(code: given.currency)), pricing: pricing,
                deadlines: try given.deadlines.map(Self.deadlines) ?? .standard,
                relays: try given.relays.map { DeviceID(try Bytes32(hex: $0)) },
                agent: try given.agent.map { PersonID(try Bytes32(hex: $0)) },
                mediator: try given.mediator.map { PersonID(try Bytes32(hex: $0)) }, defaultShare: given.defaultShare ?? 50)
            let statement = Prose(salt: try Bytes32(hex: given.salt), text: given.prose)
            #expect(terms.fault == nil)
            return [
                "structured": hex(terms.encoded), "prose": hex(statement.hash.bytes),
                "termsHash": hex(Derivation.termsHash(structured: terms.encoded, prose: statement.hash).bytes),
            ]
        }
        #expect(mismatches == [])
    }
}
