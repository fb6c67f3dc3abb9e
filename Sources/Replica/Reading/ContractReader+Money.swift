import Agreement
import Canon
import Foundation
import GRDB
import Ledger
import Store

/// Milestones, weeks and what became of the money.
extension ContractReader {
    func milestones(_ state: ContractState) throws -> [MilestoneView] {
        let events = try milestoneEvents(state)
        return state.milestones.map { milestone in
            let terms = milestone.terms
            return MilestoneView(
                number: terms.number, title: terms.title, amount: state.view(terms.amount), due: terms.due?.text,
                status: milestone.status, round: milestone.round, escrow: state.view(milestone.totals),
                ordered: state.view(milestone.consents.fund), releasing: state.view(milestone.consents.release),
                refunding: state.view(milestone.consents.refund), returning: state.view(milestone.consents.giveBack),
                reviewUntil: state.reviewTimeout(milestone),
                ask: milestone.ask.map { AskView(total: state.view($0.total), until: state.askTimeout(milestone)) },
                dispute: state.dispute(over: milestone).map { dispute($0, state) },
                contested: milestone.contested?.description, history: events[terms.number] ?? [])
        }
    }

    private func dispute(_ dispute: Dispute, _ state: ContractState) -> DisputeView {
        DisputeView(
            openedBy: dispute.openers.keys.map(\.rawValue).sorted(), heard: dispute.heard.map(\.rawValue).sorted(),
            proposals: dispute.proposals.map {
                SplitView(
                    id: $0.id.description, by: $0.by.rawValue, released: state.view($0.split.released),
                    refunded: state.view($0.split.refunded), acceptedBy: $0.accepted.map(\.rawValue).sorted())
            },
            ruling: dispute.ruling.map {
                SplitView(
                    id: $0.id.description, by: Role.mediator.rawValue, released: state.view($0.split.released),
                    refunded: state.view($0.split.refunded), acceptedBy: [])
            },
            hearingUntil: state.hearingEnd(dispute), decidedAt: state.defaultTime(dispute))
    }

    /// The acts that took effect on each milestone, in order.
    private func milestoneEvents(_ state: ContractState) throws -> [Int: [MilestoneEventView]] {
        var events: [Int: [MilestoneEventView]] = [:]
        let files = try filesByChange()
        let acts = try rows(
            "SELECT * FROM act WHERE space = ? AND reason IS NULL ORDER BY lamport, device, change, ordinal")
        for row in acts {
            guard case .act(let act) = try row.assertion(), let number = act.milestone else { continue }
            let prose = try act.statement.flatMap { try self.prose($0) }
            let change: ChangeID = try row.identifier("change")
            events[number, default: []].append(
                MilestoneEventView(
                    id: change.description, kind: act.word, by: view.roster.role(of: try row.identifier("device"))?.rawValue,
                    time: Self.time(row), round: act.round, amount: act.total.map(state.view), text: prose?.text,
                    files: prose.flatMap { files[$0.change] } ?? []))
        }
        return events
    }

    func invoices(_ state: ContractState) -> [InvoiceView] {
        state.invoices.map { invoice in
            InvoiceView(
                id: invoice.id.description, week: invoice.invoice.week.monday, slots: invoice.invoice.slots.count,
                disputedSlots: invoice.disputed.count, amount: state.view(invoice.invoice.amount), paid: state.view(invoice.paid),
                status: state.status(of: invoice), reviewUntil: state.reviewEnd(invoice), payableAt: state.payableAt(invoice),
                contested: invoice.contested?.description)
        }
    }

    /// What every member's devices have seen, by role.
    private func pasts() throws -> [Role: VersionVector] {
        var pasts: [Role: VersionVector] = [:]
        for tip in try view.allTips() {
            guard let role = view.roster.role(of: tip.device), let placement = try view.placement(of: tip.change) else {
                continue
            }
            pasts[role, default: VersionVector()].merge(placement.past)
        }
        return pasts
    }

    func acts() throws -> [ActView] {
        let pasts = try pasts()
        return try rows("SELECT * FROM act WHERE space = ? ORDER BY lamport, device, change, ordinal").map { row in
            let change: ChangeID = try row.identifier("change")
            let device: DeviceID = try row.identifier("device")
            let role = view.roster.role(of: device)
            let stamp = try view.placement(of: change)?.stamp
            let seen = pasts.filter { past in past.key != role && stamp.map(past.value.contains) == true }
            var milestone: Int?
            if case .act(let act) = try row.assertion() { milestone = act.milestone }
            return ActView(
                id: change.description, kind: row["kind"], time: Self.time(row), by: role?.rawValue, milestone: milestone,
                seenBy: seen.keys.map(\.rawValue).sorted(), void: row["reason"])
        }
    }
}

extension ContractState {
    func view(_ minor: Int64) -> MoneyView {
        MoneyView(minor: minor, currency: (activeTerms ?? current?.terms)?.currency.code ?? "")
    }

    func view(_ totals: Totals) -> EscrowView {
        EscrowView(
            funded: view(totals.funded), released: view(totals.released), refunded: view(totals.refunded),
            held: view(totals.held), returned: view(totals.returned))
    }

    /// An invoice's state in one word.
    func status(of invoice: InvoiceState) -> String {
        if invoice.isSuperseded { return "superseded" }
        if invoice.paid > 0, owed(invoice) <= 0 { return "paid" }
        if !invoice.disputed.isEmpty, !invoice.isSettled { return "disputed" }
        return invoice.approval == nil ? "open" : "approved"
    }
}

extension Week {
    /// Its first day, such as `2026-11-30`.
    package var monday: String {
        Date(timeIntervalSince1970: Double(end / 1_000) - 7 * 86_400).formatted(.iso8601.year().month().day())
    }
}

extension Act {
    /// What it is called in a history.
    fileprivate var word: String {
        switch self {
        case .submit: "submitted"
        case .rule: "ruling"
        case .invoice: "invoice"
        case .receipt(let receipt): receipt.basis.word
        default: operation.kind.split(separator: ".").dropFirst().joined(separator: " ")
        }
    }

    fileprivate var round: Int {
        switch self {
        case .submit(_, let round, _), .requestChanges(_, let round, _): round
        default: 0
        }
    }

    /// The amount that it names: of an intent its total, of a receipt the total that it raised.
    fileprivate var total: Int64? {
        switch self {
        case .fund(_, let total), .release(_, let total), .refund(_, let total), .giveBack(_, let total),
            .confirm(_, let total), .ask(_, let total, _):
            total
        case .propose(_, let split, _), .rule(_, let split, _): split.released
        case .invoice(let invoice): invoice.amount
        case .receipt(let receipt): receipt.raised
        default: nil
        }
    }
}

extension EscrowReceipt {
    fileprivate var raised: Int64 {
        switch basis {
        case .funding: totals.funded
        case .refund, .askTimeout, .excess: totals.refunded
        case .giveBack: totals.returned
        default: totals.released
        }
    }
}

extension EscrowReceipt.Basis {
    /// What the receipt says happened.
    package var word: String {
        switch self {
        case .funding: "funded"
        case .release: "released"
        case .reviewTimeout: "released, as the review time was over"
        case .refund: "refunded"
        case .askTimeout: "refunded, as the ask was not answered"
        case .excess: "excess refunded"
        case .split: "divided, as both accepted"
        case .ruling: "divided, as the mediator ruled"
        case .defaultShare: "divided, as the terms say"
        case .giveBack: "given back"
        case .invoice: "week paid"
        }
    }
}
