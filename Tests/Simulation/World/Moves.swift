import Agreement
import Canon
import Ledger

/// What a party might do next in a contract; whether the rules allow it is for them to say.
struct Moves {
    typealias Move = (Bytes32) -> Act

    private let state: ContractState
    private let role: Role

    init(_ state: ContractState, by role: Role) {
        self.state = state
        self.role = role
    }

    var all: [Move] { state.milestones.flatMap { role == .client ? client($0) : freelancer($0) } + contract }

    private var contract: [Move] {
        // A contract that pauses, resumes or ends is no longer funded, so these are rare.
        var moves: [Move] = state.pausedBy.contains(role) ? [{ _ in .resume }] : []
        if let offer = state.pending, offer.by != role {
            moves.append { _ in .accept(offer: offer.id, termsHash: offer.termsHash) }
        }
        if let terms = state.activeTerms, state.offers.count < 6, !terms.isHourly, terms.milestones.count < 5 {
            moves.append { _ in .offer(terms.withFurtherMilestone, prose: .zero) }
        }
        for invoice in state.invoices.suffix(3) where role == .client {
            moves.append { _ in .approve(invoice: invoice.id) }
            let slots = SlotRanges(invoice.invoice.slots.slots.prefix(1))
            moves.append { .disputeSlots(invoice: invoice.id, slots, statement: $0) }
        }
        return moves
    }

    private func client(_ milestone: Milestone) -> [Move] {
        let (number, amount, totals) = (milestone.terms.number, milestone.terms.amount, milestone.totals)
        var moves: [Move] = [
            { _ in .fund(milestone: number, total: amount) },
            { _ in .release(milestone: number, total: totals.released + totals.held / 2) },
            { _ in .release(milestone: number, total: totals.funded - totals.refunded) },
            { .ask(milestone: number, total: totals.funded / 2, statement: $0) }, { _ in .withdrawAsk(milestone: number) },
        ]
        if state.activeTerms?.agent == nil { moves.append { _ in .release(milestone: number, total: amount) } }
        if milestone.round > 0 { moves.append { .requestChanges(milestone: number, round: milestone.round, statement: $0) } }
        return moves + dispute(milestone)
    }

    private func freelancer(_ milestone: Milestone) -> [Move] {
        let (number, totals) = (milestone.terms.number, milestone.totals)
        let moves: [Move] = [
            { .submit(milestone: number, round: milestone.round + 1, statement: $0) },
            { _ in .confirm(milestone: number, total: milestone.consents.release) },
            { _ in .refund(milestone: number, total: totals.refunded + totals.held / 3) },
            { _ in .giveBack(milestone: number, total: totals.released / 3) },
            { .declineAsk(milestone: number, statement: $0) },
        ]
        return moves + dispute(milestone)
    }

    private func dispute(_ milestone: Milestone) -> [Move] {
        let number = milestone.terms.number
        guard let dispute = state.dispute(over: milestone) else { return [{ .dispute(milestone: number, statement: $0) }] }
        let released = milestone.totals.released + milestone.totals.held / 2
        let split = Split(released: released, refunded: milestone.totals.funded - released)
        let moves: [Move] = [
            { _ in .withdrawDispute(milestone: number) }, { .answer(milestone: number, statement: $0, keys: []) },
            { .propose(milestone: number, split, statement: $0) },
        ]
        return moves + dispute.proposals.map { proposal in { _ in .acceptSplit(proposal: proposal.id, milestone: number) } }
    }
}

extension Terms {
    /// The same with one milestone more.
    fileprivate var withFurtherMilestone: Terms {
        var terms = self
        let number = (milestones.map(\.number).max() ?? 0) + 1
        terms.pricing = .fixed(milestones + [MilestoneTerms(number: number, title: "Part \(number)", amount: 20_000, due: nil)])
        return terms
    }
}
