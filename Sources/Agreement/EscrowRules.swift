import Canon
import Ledger

/// What the agent may sign: rules E1 to E10.
///
/// A receipt is judged by what the agent had seen, so each is final; the agent's acts are one line, so each has seen all before it.
extension ContractState {
    func refuseAgentAct(_ act: Act, by role: Role) -> String? {
        guard role == .agent else { return Rule.receipt.refusal("Only the agent signs what moved and when.") }
        guard let terms = activeTerms else { return Rule.receipt.refusal("The contract is not active yet.") }
        if terms.agent == nil { return Rule.receipt.refusal("The terms name no agent.") }
        if let time = act.agentTime {
            if time < agentTime {
                return Rule.receipt.refusal("The agent's clock ran backwards: it has signed a later time before.")
            }
            if time > AgreementLimits.time { return Rule.receipt.refusal("The time is not before the year 10000.") }
        }
        switch act {
        case .receipt(let receipt): return refuseReceipt(receipt)
        case .seen(_, let changes):
            let isNew = changes.contains { deliveries[$0]?.agent == nil }
            return isNew ? nil : Rule.delivery.refusal("The agent has noted all of it before.")
        case .outage(let from, let to):
            return from < to ? nil : Rule.delivery.refusal("An outage ends after it begins.")
        case .escalate(let number, let time): return refuseEscalation(number, at: time)
        default: return nil
        }
    }

    private func refuseReceipt(_ receipt: EscrowReceipt) -> String? {
        let (found, reason) = active(receipt.milestone, .receipt)
        guard let milestone = found else { return reason }
        let (new, old) = (receipt.totals, milestone.totals)
        guard new.areSound else {
            return Rule.receipt.refusal("What is released, refunded and held does not add up to what was funded.")
        }
        guard zip(new.all, old.all).allSatisfy({ $0 >= $1 }), new != old else {
            return Rule.receipt.refusal("Totals only grow; this receipt repeats or takes back what was signed before.")
        }
        if let reference = receipt.reference, references.contains(reference) {
            return Rule.funding.refusal("That entry of the bank's statement has become a receipt already.")
        }
        return refuseBasis(receipt.basis, of: milestone, to: new, at: receipt.time)
    }

    private func refuseBasis(_ basis: EscrowReceipt.Basis, of milestone: Milestone, to new: Totals, at time: UInt64) -> String? {
        switch basis {
        case .funding: refuseFunding(milestone, new)
        case .release:
            refuseStep(new, from: milestone.totals, released: releasable(milestone), .order, "The client has released")
        case .refund:
            refuseStep(new, from: milestone.totals, refunded: refundable(milestone), .order, "The freelancer has refunded")
        case .giveBack: refuseGivingBack(milestone, new, at: time)
        case .excess: refuseExcess(milestone, new)
        case .reviewTimeout: refuseReviewTimeout(milestone, new, at: time)
        case .askTimeout: refuseAskTimeout(milestone, new, at: time)
        case .split(let proposal): refuseSplit(proposal, milestone, new)
        case .ruling(let ruling): refuseRuling(ruling, milestone, new, at: time)
        case .defaultShare: refuseDefault(milestone, new, at: time)
        case .invoice(let id): refusePayment(of: id, milestone, new, at: time)
        }
    }

    private func refuseFunding(_ milestone: Milestone, _ new: Totals) -> String? {
        if milestone.consents.fund == 0 { return Rule.funding.refusal("The client has not ordered a deposit on this milestone.") }
        var expected = milestone.totals
        expected.funded = new.funded
        return new == expected ? nil : Rule.funding.refusal("A payment that came in moves nothing else.")
    }

    /// A receipt that raises one total, at most up to `released` or `refunded`.
    private func refuseStep(
        _ new: Totals, from old: Totals, released: Int64? = nil, refunded: Int64? = nil, _ rule: Rule, _ who: String
    ) -> String? {
        var expected = old
        if released != nil { expected.released = new.released } else { expected.refunded = new.refunded }
        guard new == expected else { return rule.refusal("Such a receipt moves nothing else.") }
        let (now, most) = released.map { (new.released, $0) } ?? (new.refunded, refunded ?? 0)
        return now <= most ? nil : rule.refusal("\(who) \(money(most)) in all, not \(money(now)).")
    }

    /// Rule E3: what the client's consent comes to now.
    package func releasable(_ milestone: Milestone) -> Int64 {
        max(milestone.totals.released, min(milestone.consents.release, milestone.totals.funded - milestone.totals.refunded))
    }

    /// Rule E3: what the freelancer's consent comes to now; a release that both have signed goes before it.
    package func refundable(_ milestone: Milestone) -> Int64 {
        max(milestone.totals.refunded, min(milestone.consents.refund, milestone.totals.funded - releasable(milestone)))
    }

    private func refuseGivingBack(_ milestone: Milestone, _ new: Totals, at time: UInt64) -> String? {
        var expected = milestone.totals
        expected.returned = new.returned
        guard new == expected else { return Rule.returned.refusal("Such a receipt moves nothing else.") }
        if new.returned > milestone.consents.giveBack {
            return Rule.returned.refusal("The freelancer has agreed to give back \(money(milestone.consents.giveBack)) in all.")
        }
        guard let terms = activeTerms, let released = milestone.releasedAt,
            time <= released.saturating(plus: terms.deadlines.giveBack * 3_600_000)
        else { return Rule.returned.refusal("The time for giving back is over.") }
        return nil
    }

    private func refuseExcess(_ milestone: Milestone, _ new: Totals) -> String? {
        refuseStep(new, from: milestone.totals, refunded: .max, .excess, "")
            ?? (new.refunded - milestone.totals.refunded <= excess(milestone)
                ? nil : Rule.excess.refusal("Only what exceeds \(money(milestone.terms.amount)) goes back without being asked."))
    }

    private func refuseReviewTimeout(_ milestone: Milestone, _ new: Totals, at time: UInt64) -> String? {
        guard let due = reviewTimeout(milestone) else {
            return Rule.reviewTimeout.refusal("No delivered submission waits unanswered, or a dispute or an ask is open.")
        }
        if time <= due { return Rule.reviewTimeout.refusal("The client's time to answer is not over.") }
        return refuseStep(
            new, from: milestone.totals, released: releasableUnreviewed(milestone), .reviewTimeout, "Silence releases at most")
    }

    private func refuseAskTimeout(_ milestone: Milestone, _ new: Totals, at time: UInt64) -> String? {
        guard let ask = milestone.ask, let due = askTimeout(milestone) else {
            return Rule.askTimeout.refusal("No delivered ask for a refund waits unanswered.")
        }
        if !milestone.submissions.isEmpty {
            return Rule.askTimeout.refusal("Work was submitted, so an unanswered ask becomes a dispute instead.")
        }
        if time <= due { return Rule.askTimeout.refusal("The freelancer's time to answer is not over.") }
        let most = refundableUnanswered(ask, milestone)
        return refuseStep(
            new, from: milestone.totals, refunded: most, .askTimeout, "An unanswered ask gives back at most")
    }

    private func refuseEscalation(_ number: Int, at time: UInt64) -> String? {
        let (found, reason) = active(number, .askTimeout)
        guard let milestone = found else { return reason }
        guard let due = askTimeout(milestone), !milestone.submissions.isEmpty, dispute(over: milestone) == nil else {
            return Rule.askTimeout.refusal("No ask waits unanswered after work was submitted.")
        }
        return time > due ? nil : Rule.askTimeout.refusal("The freelancer's time to answer is not over.")
    }

    private func refuseSplit(_ id: ChangeID, _ milestone: Milestone, _ new: Totals) -> String? {
        guard let proposal = dispute(over: milestone)?.proposals.first(where: { $0.id == id }), proposal.isAgreed else {
            return Rule.decided.refusal("Not both parties have accepted such a division.")
        }
        return refuseDivision(proposal.split, milestone, new)
    }

    private func refuseRuling(_ id: ChangeID, _ milestone: Milestone, _ new: Totals, at time: UInt64) -> String? {
        guard let dispute = dispute(over: milestone), let ruling = dispute.ruling, ruling.id == id else {
            return Rule.decided.refusal("There is no such ruling in an open dispute.")
        }
        guard isRipe(ruling, in: dispute, at: time) else {
            return Rule.decided.refusal("A party has not been heard, and its time to speak is not over.")
        }
        return refuseDivision(ruling.split, milestone, new)
    }

    private func refuseDivision(_ split: Split, _ milestone: Milestone, _ new: Totals) -> String? {
        reasonAgainst(split, of: milestone, .decided)
            ?? (new == milestone.totals.divided(split)
                ? nil : Rule.decided.refusal("The receipt moves other sums than were decided."))
    }

    private func refuseDefault(_ milestone: Milestone, _ new: Totals, at time: UInt64) -> String? {
        guard let dispute = dispute(over: milestone), let due = defaultTime(dispute) else {
            return Rule.defaultShare.refusal("No delivered dispute is open.")
        }
        if time <= due { return Rule.defaultShare.refusal("The time for hearing and deciding the dispute is not over.") }
        if dispute.proposals.contains(where: { isAgreed($0, milestone) }) || decision(dispute, milestone, at: time) != nil {
            return Rule.defaultShare.refusal("The dispute was decided; that decision is carried out.")
        }
        return refuseDivision(defaultSplit(milestone), milestone, new)
    }
}
