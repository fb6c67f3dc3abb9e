import Ledger

/// What the rules let the agent sign at a time, each at most as far as it goes: the agent's whole discretion is to be late.
extension ContractState {
    /// Acts that are due now, in the order in which they are to be signed; the first is valid, the next may follow from it.
    package func duties(at time: UInt64) -> [Act] {
        guard activeTerms?.agent != nil else { return [] }
        return milestones.flatMap { duties(on: $0, at: time) }
    }

    private func duties(on milestone: Milestone, at time: UInt64) -> [Act] {
        let number = milestone.terms.number
        let totals = milestone.totals
        func receipt(_ basis: EscrowReceipt.Basis, _ change: (inout Totals) -> Void) -> Act {
            var new = totals
            change(&new)
            return .receipt(EscrowReceipt(milestone: number, totals: new, time: max(time, agentTime), basis: basis))
        }
        if releasable(milestone) > totals.released { return [receipt(.release) { $0.released = releasable(milestone) }] }
        if refundable(milestone) > totals.refunded { return [receipt(.refund) { $0.refunded = refundable(milestone) }] }
        if let dispute = dispute(over: milestone), let act = decided(dispute, milestone, at: time, receipt) { return [act] }
        if let due = reviewTimeout(milestone), time > due {
            return [receipt(.reviewTimeout) { $0.released = releasableUnreviewed(milestone) }]
        }
        if let act = unansweredAsk(milestone, at: time, receipt) { return [act] }
        if number == 0, let (id, amount) = payableInvoice(at: time) {
            return [receipt(.invoice(id)) { $0.released = totals.released + min(amount, totals.held) }]
        }
        let excess = excess(milestone)
        // What is in dispute stays until that is decided.
        guard excess > 0, dispute(over: milestone) == nil else { return [] }
        return [receipt(.excess) { $0.refunded = totals.refunded + excess }]
    }

    private func decided(
        _ dispute: Dispute, _ milestone: Milestone, at time: UInt64,
        _ receipt: (EscrowReceipt.Basis, (inout Totals) -> Void) -> Act
    ) -> Act? {
        if let proposal = dispute.proposals.first(where: { isAgreed($0, milestone) }) {
            return receipt(.split(proposal.id)) { $0 = $0.divided(proposal.split) }
        }
        if let ruling = decision(dispute, milestone, at: time) {
            return receipt(.ruling(ruling.id)) { $0 = $0.divided(ruling.split) }
        }
        let share = defaultSplit(milestone)
        guard let due = defaultTime(dispute), time > due, milestone.totals.divided(share) != milestone.totals else { return nil }
        return receipt(.defaultShare) { $0 = $0.divided(share) }
    }

    private func unansweredAsk(
        _ milestone: Milestone, at time: UInt64, _ receipt: (EscrowReceipt.Basis, (inout Totals) -> Void) -> Act
    ) -> Act? {
        guard let ask = milestone.ask, let due = askTimeout(milestone), time > due else { return nil }
        guard milestone.submissions.isEmpty else {
            return dispute(over: milestone) == nil
                ? .escalate(milestone: milestone.terms.number, time: max(time, agentTime)) : nil
        }
        let most = refundableUnanswered(ask, milestone)
        return most > milestone.totals.refunded ? receipt(.askTimeout) { $0.refunded = most } : nil
    }

    private func payableInvoice(at time: UInt64) -> (ChangeID, Int64)? {
        guard milestone(0).map({ $0.totals.held > 0 }) == true else { return nil }
        return invoices.first { owed($0) > 0 && payableAt($0).map { time > $0 } ?? false }.map { ($0.id, owed($0)) }
    }
}
