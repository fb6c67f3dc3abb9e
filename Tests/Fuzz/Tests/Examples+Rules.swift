import Agreement
import Canon
import Foundation
import FuzzSubjects
import Ledger
import LedgerSupport

/// Signed acts; an act's change has its place, from 1, as its number.
extension Examples {
    typealias Step = (author: Int, operation: Ledger.Operation)

    // As the subject numbers them.
    private static let (client, freelancer, agent, mediator) = (0, 1, 2, 3)
    private static let monday = Week(number: 3_000)

    private static func change(_ number: Int) -> ChangeID { ChangeID(Timeline.numbered(number)) }
    private static func hour(_ hours: UInt64) -> UInt64 { monday.range.lowerBound * Slot.milliseconds + hours * 3_600_000 }
    private static func step(_ author: Int, _ act: Act) -> Step { (author, act.operation) }

    private static func euro() throws -> Currency {
        guard let currency = Currency(code: "EUR") else { throw CocoaError(.formatting) }
        return currency
    }

    private static func terms(_ pricing: Terms.Pricing) throws -> Terms {
        Terms(
            title: "Logo", currency: try euro(), pricing: pricing, relays: [DeviceID(Timeline.numbered(9))],
            agent: PersonID(Timeline.numbered(5)), mediator: PersonID(Timeline.numbered(6)))
    }

    static func allTerms() throws -> [Terms] {
        let milestones = (1...2).map {
            MilestoneTerms(number: $0, title: "Part \($0)", amount: 10_000, due: Day(text: "2027-08-0\($0)"))
        }
        return [try terms(.fixed(milestones)), try terms(.hourly(rate: 6_000, weeklyHours: 40, depositWeeks: 2))]
    }

    private static func agreed(_ terms: Terms) -> [Step] {
        let hash = Derivation.termsHash(structured: terms.encoded, prose: .zero)
        return [
            step(client, .offer(terms, prose: .zero)), step(freelancer, .accept(offer: change(1), termsHash: hash)),
            step(agent, .serve(name: "Agent")),
        ]
    }

    private static func receipt(
        _ basis: EscrowReceipt.Basis, of milestone: Int = 1, _ totals: Totals, at hours: UInt64
    ) -> Step {
        step(agent, .receipt(EscrowReceipt(milestone: milestone, totals: totals, time: hour(hours), basis: basis)))
    }

    /// Work that is accepted, work in dispute, and hours that are billed.
    static func contracts() throws -> [[Step]] {
        let terms = try allTerms()
        let funded =
            agreed(terms[0]) + [
                step(client, .fund(milestone: 1, total: 10_000)), receipt(.funding, Totals(funded: 10_000), at: 0),
            ]
        let submitted =
            funded + [
                step(freelancer, .submit(milestone: 1, round: 1, statement: .zero)),
                step(agent, .seen(time: hour(1), [change(6)])),
            ]
        let accepted =
            submitted + [
                step(client, .requestChanges(milestone: 1, round: 1, statement: .zero)),
                step(freelancer, .submit(milestone: 1, round: 2, statement: .zero)),
                step(client, .release(milestone: 1, total: 4_000)),
                receipt(.release, Totals(funded: 10_000, released: 4_000), at: 2),
                step(freelancer, .giveBack(milestone: 1, total: 1_000)), step(client, .pause), step(client, .resume),
                step(agent, .outage(from: hour(2), to: hour(3))),
                step(client, .ask(milestone: 1, total: 2_000, statement: .zero)),
                step(freelancer, .declineAsk(milestone: 1, statement: .zero)), step(freelancer, .end),
            ]
        let disputed =
            submitted + [
                step(client, .dispute(milestone: 1, statement: .zero)), step(agent, .seen(time: hour(2), [change(8)])),
                step(freelancer, .answer(milestone: 1, statement: .zero, keys: [ChangeKey(change: change(1), key: .zero)])),
                step(client, .propose(milestone: 1, Split(released: 5_000, refunded: 5_000), statement: .zero)),
                step(mediator, .rule(milestone: 1, Split(released: 6_000, refunded: 4_000), statement: .zero)),
                step(freelancer, .acceptSplit(proposal: change(11), milestone: 1)),
                receipt(.split(change(11)), Totals(funded: 10_000, released: 5_000, refunded: 5_000), at: 3),
            ]
        let slots = SlotRanges((0..<6).map { Slot(number: monday.range.lowerBound + $0) })
        let invoice = Invoice(week: monday, slots: slots, entries: .zero, amount: 6_000)
        let hourly =
            agreed(terms[1]) + [
                step(client, .fund(milestone: 0, total: 480_000)), receipt(.funding, of: 0, Totals(funded: 480_000), at: 0),
                step(freelancer, .invoice(invoice)), step(agent, .seen(time: hour(170), [change(6)])),
                step(client, .disputeSlots(invoice: change(6), SlotRanges([slots.slots[0]]), statement: .zero)),
                step(client, .approve(invoice: change(6))),
                receipt(.invoice(change(6)), of: 0, Totals(funded: 480_000, released: 5_000), at: 400),
            ]
        return [accepted, disputed, hourly]
    }

    static func account() throws -> [Step] {
        let method = PayoutMethod(name: "bank", kind: .bank, destination: "DE89370400440532013000", bic: nil, holder: "Ada")
        let acts: [(Int, AccountAct)] = [
            (0, .method(method)), (1, .seen(time: hour(0), [change(1)])),
            (1, .credit(contract: SpaceID(.zero), milestone: 1, total: 10_000, currency: try euro(), time: hour(100))),
            (0, .request(amount: 4_000, currency: try euro(), method: "bank")), (1, .sent(request: change(4), time: hour(101))),
            (1, .settled(request: change(4), time: hour(102), reference: Timeline.numbered(8))),
            (1, .failed(request: change(4), time: hour(103), reason: "closed")), (0, .schedule(.weekly, method: "bank")),
            (1, .scheduled(amount: 10_000, currency: try euro(), time: hour(500))), (0, .withdrawRequest(change(9))),
        ]
        return acts.map { ($0.0, $0.1.operation) }
    }

    /// All have seen all that is before them.
    static func history(_ steps: [Step]) -> [UInt8] {
        CBORWriter.encode {
            $0.array(steps) { writer, step in
                writer.array(5)
                writer.count(step.author)
                writer.count(0)
                writer.text(step.operation.kind)
                writer.optional(step.operation.document) { $0.identifier($1) }
                writer.raw(step.operation.payload)
            }
        }
    }

    /// One body for the acts of each kind of history, and one for edits.
    func assertions() throws -> [[UInt8]] {
        let file = FileReference(name: "a", size: 1, blob: BlobID(.zero), key: .zero)
        let prose = Prose(salt: .zero, text: "Done.", files: [file])
        let slot = Slot(number: 3_000_000)
        let edits: [Edit] = [
            .diary(slot, device: nil, DiaryEntry(activity: 9, isManual: true, memo: .zero)),
            .diary(slot, device: contract.bench.id, nil), .memo(slot, device: nil, salt: .zero, text: "Drew."),
            .terms(payload: [0x80]), .statement(prose), .hearing(prose), .message(text: "Hé", files: [file]),
            .editMessage(Self.change(1), text: "He"), .file(file), .name("Ada"),
        ]
        let other: [Act] = [
            .decline(offer: Self.change(1)), .withdraw(offer: Self.change(1)), .escalate(milestone: 1, time: 5),
            .delivered(try receipt()), .withdrawAsk(milestone: 1), .withdrawDispute(milestone: 1),
        ]
        let histories = try Self.contracts().map { $0.map(\.operation) } + [Self.account().map(\.operation)]
        return (histories + [edits.map(\.operation), other.map(\.operation)]).map(Body.encode)
    }

    /// Prose, an offer and its acceptance; and a body that is none.
    func exports() throws -> [[UInt8]] {
        let prose = Prose(salt: .zero, text: "<b>All</b> & more")
        let terms = try Self.allTerms()[0]
        let written: [(author: Int, audience: Audience, operations: [Ledger.Operation])] = [
            (0, .money, [Edit.name("Bob").operation]), (0, .parties, [Edit.statement(prose).operation]),
            (0, .money, [Act.offer(terms, prose: prose.hash).operation]),
            (1, .parties, [Edit.message(text: "Hi", files: []).operation]),
            (2, .money, [Act.serve(name: "Agent").operation]),
            (1, .money, [Edit.diary(Slot(number: 3_000_000), device: nil, nil).operation]),
            (1, .control, [ControlOperation.revokeInvite(contract.invite).operation]),
        ]
        let history = CBORWriter.encode {
            $0.array(written) { writer, change in
                writer.array(4)
                writer.count(change.author)
                writer.unsigned(UInt64(change.audience.rawValue))
                writer.unsigned(Self.hour(1))
                writer.raw(Body.encode(change.operations))
            }
        }
        return [history]
    }
}
