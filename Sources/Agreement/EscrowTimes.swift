import Ledger

/// When the agent may act without a further word, and by how much: the arithmetic of rules E4 to E7.
extension ContractState {
    /// Milliseconds after which an unanswered submission is released; nil if none waits, or while its delivery is not vouched for.
    package func reviewTimeout(_ milestone: Milestone) -> UInt64? {
        guard let terms = activeTerms, case .submitted(let round) = milestone.work, milestone.ask == nil,
            dispute(over: milestone) == nil, releasableUnreviewed(milestone) > milestone.totals.released,
            let submission = submission(round, of: milestone)
        else { return nil }
        return deadline(of: submission.change, hours: terms.deadlines.review)
    }

    /// Milliseconds after which an unanswered ask is refunded, or becomes a dispute; a dispute is an answer.
    package func askTimeout(_ milestone: Milestone) -> UInt64? {
        guard let terms = activeTerms, let ask = milestone.ask, dispute(over: milestone) == nil else { return nil }
        return deadline(of: ask.stamp.change, hours: terms.deadlines.answer)
    }

    /// Milliseconds at which whoever has not spoken in a dispute has had their time.
    package func hearingEnd(_ dispute: Dispute) -> UInt64? {
        activeTerms.flatMap { deadline(of: dispute.since.change, hours: $0.deadlines.hearing) }
    }

    /// Rule D4: whether a ruling may be carried out: it followed a hearing, or the one who stayed silent has had their time.
    package func isRipe(_ ruling: Dispute.Ruling, in dispute: Dispute, at time: UInt64) -> Bool {
        if ruling.followsHearing { return true }
        guard !dispute.isHeard, let end = hearingEnd(dispute) else { return false }
        return time > end
    }

    /// Whether both parties accepted a proposal that still fits what is there.
    package func isAgreed(_ proposal: Dispute.Proposal, _ milestone: Milestone) -> Bool {
        proposal.isAgreed && reasonAgainst(proposal.split, of: milestone, .decided) == nil
    }

    /// The ruling that may be carried out now, if there is one.
    package func decision(_ dispute: Dispute, _ milestone: Milestone, at time: UInt64) -> Dispute.Ruling? {
        guard let ruling = dispute.ruling, isRipe(ruling, in: dispute, at: time),
            reasonAgainst(ruling.split, of: milestone, .decided) == nil
        else { return nil }
        return ruling
    }

    /// Milliseconds after which the terms' own share decides a dispute that nobody else has decided; rule E7.
    ///
    /// A dispute that was withdrawn and opened again goes on with the time that it had, so that nobody freezes money by doing so.
    package func defaultTime(_ dispute: Dispute) -> UInt64? {
        guard let terms = activeTerms, let start = deliveries[dispute.since.change]?.time else { return nil }
        let time = (terms.deadlines.hearing + terms.deadlines.silence) * 3_600_000
        let spent = timeSpent(on: dispute, before: start)
        return deadline(from: start, milliseconds: time - min(time, spent))
    }

    /// How long a dispute was open before a time, without the agent's outages.
    ///
    /// Each moment counts once: a relay vouches for some of these times and the agent for others, and their clocks differ.
    private func timeSpent(on dispute: Dispute, before start: UInt64) -> UInt64 {
        let spells = dispute.spells.compactMap { spell -> (from: UInt64, to: UInt64)? in
            guard let from = deliveries[spell.from]?.time, let to = deliveries[spell.to]?.time else { return nil }
            return (from, min(to, start))
        }
        var (spent, end) = (UInt64(0), UInt64(0))
        for spell in spells.sorted(by: { $0.from < $1.from }) where max(spell.from, end) < spell.to {
            let from = max(spell.from, end)
            // Outages put a time off by as much as they take of it.
            let lost = deadline(from: from, milliseconds: spell.to - from) - spell.to
            spent = spent.saturating(plus: spell.to - from - min(lost, spell.to - from))
            end = spell.to
        }
        return spent
    }

    /// What silence about a submission may release in all: the milestone's amount, or more if the client has agreed to it; rule E4.
    package func releasableUnreviewed(_ milestone: Milestone) -> Int64 {
        let totals = milestone.totals
        return min(totals.funded - totals.refunded, max(totals.released, milestone.terms.amount, releasable(milestone)))
    }

    /// What is held above the amount, of a deposit above its weeks, and nobody released; rule E8.
    package func excess(_ milestone: Milestone) -> Int64 {
        let totals = milestone.totals
        // A deposit is filled up again and again, so there it is what is held that counts, and what invoices claim stays.
        let due = milestone.terms.number == 0 ? totals.released + max(milestone.terms.amount, claimed) : milestone.terms.amount
        return max(0, totals.funded - totals.refunded - max(due, releasable(milestone)))
    }

    /// What an unanswered ask may take: of a deposit, nothing that invoices claim; rule E5.
    package func refundableUnanswered(_ ask: Milestone.Ask, _ milestone: Milestone) -> Int64 {
        let claimed = milestone.terms.number == 0 ? claimed : 0
        return max(milestone.totals.refunded, min(ask.total, milestone.totals.funded - releasable(milestone) - claimed))
    }

    /// What the terms' share makes of what is in dispute: all that is held, or of a deposit what the disputed slots come to, and
    /// without such slots what no invoice claims.
    package func defaultSplit(_ milestone: Milestone) -> Split {
        let totals = milestone.totals
        let share = Int64(activeTerms?.defaultShare ?? 0)
        guard milestone.terms.number == 0 else {
            let released = totals.released + Self.percent(share, of: totals.held)
            return Split(released: released, refunded: totals.funded - released)
        }
        let amount = disputedAmount > 0 ? min(disputedAmount, totals.held) : max(0, totals.held - claimed)
        let part = Self.percent(share, of: amount)
        return Split(released: totals.released + part, refunded: totals.refunded + amount - part)
    }

    /// Half to even; what is held is far below a hundredth of what an integer holds.
    private static func percent(_ share: Int64, of amount: Int64) -> Int64 { (amount * share).divided(by: 100) }
}
