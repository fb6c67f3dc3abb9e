import Ledger

/// Disputes: rules D1 to D4.
extension ContractState {
    func refuseDisputeAct(_ act: Act, by role: Role) -> String? {
        switch act {
        case .dispute(let number, _): refuseDispute(number, by: role)
        case .withdrawDispute(let number): refuseWithdrawal(number, by: role)
        case .answer(let number, _, _):
            role.isParty
                ? open(number, .answer).reason
                : Rule.answer.refusal("Only the client and the freelancer speak in a dispute; the mediator rules.")
        case .propose(let number, let split, _):
            role.isParty || role == .mediator && activeTerms?.mediator != nil
                ? refuse(split, number, .split)
                : Rule.split.refusal("Only the parties and the mediator whom the terms name propose a division.")
        case .acceptSplit(let proposal, let number): refuseConsent(to: proposal, number, by: role)
        case .rule(let number, let split, _):
            role == .mediator && activeTerms?.mediator != nil
                ? refuse(split, number, .ruling)
                : Rule.ruling.refusal("Only the mediator whom the terms name rules on a dispute.")
        default: nil
        }
    }

    /// The dispute over a milestone, or why there is none.
    private func open(_ number: Int, _ rule: Rule) -> (milestone: Milestone?, dispute: Dispute?, reason: String?) {
        let (found, reason) = active(number, rule)
        guard let milestone = found else { return (nil, nil, reason) }
        guard let dispute = dispute(over: milestone) else {
            return (milestone, nil, rule.refusal("\(name(of: number)) is not in dispute."))
        }
        return (milestone, dispute, nil)
    }

    private func name(of number: Int) -> String { number == 0 ? "The deposit" : "Milestone \(number)" }

    private func refuseDispute(_ number: Int, by role: Role) -> String? {
        let (found, reason) = active(number, .dispute)
        guard let milestone = found else { return reason }
        if !role.isParty { return Rule.dispute.refusal("Only the client and the freelancer open a dispute.") }
        if milestone.totals.held == 0 {
            return Rule.dispute.refusal("Nothing is held on \(name(of: number).lowercasedFirst), so there is nothing to dispute.")
        }
        return dispute(over: milestone)?.openers[role] == nil
            ? nil : Rule.dispute.refusal("You have opened a dispute over \(name(of: number).lowercasedFirst) already.")
    }

    private func refuseWithdrawal(_ number: Int, by role: Role) -> String? {
        let (milestone, dispute, reason) = open(number, .dispute)
        guard let milestone, let dispute else { return reason }
        return dispute.openers[role] == nil
            ? Rule.dispute.refusal("Whoever opened a dispute withdraws it; you have not opened this one.")
            : reasonItIsDecided(milestone, .dispute)
    }

    /// A dispute that was decided waits for the agent, and is nobody's to take back.
    func reasonItIsDecided(_ milestone: Milestone, _ rule: Rule) -> String? {
        guard let dispute = dispute(over: milestone) else { return nil }
        if dispute.ruling != nil {
            return rule.refusal("The mediator has ruled, so the dispute is no longer yours to withdraw.")
        }
        return dispute.proposals.contains { isAgreed($0, milestone) }
            ? rule.refusal("Both have accepted a division, so the dispute is no longer yours to withdraw.") : nil
    }

    private func refuse(_ split: Split, _ number: Int, _ rule: Rule) -> String? {
        let (milestone, dispute, reason) = open(number, rule)
        guard let milestone, dispute != nil else { return reason }
        return reasonAgainst(split, of: milestone, rule)
    }

    /// Why a division is none of what is there now.
    func reasonAgainst(_ split: Split, of milestone: Milestone, _ rule: Rule) -> String? {
        let totals = milestone.totals
        if split.released < totals.released || split.refunded < totals.refunded {
            return rule.refusal("A division takes nothing back that was released or refunded already.")
        }
        guard totals.divided(split).areSound else {
            return rule.refusal("A division gives out at most what was funded, \(money(totals.funded)).")
        }
        if totals.divided(split) == totals {
            return rule.refusal("A division moves something; what is left as it is stays in dispute.")
        }
        let isWhole = milestone.terms.number == 0 || split.released + split.refunded == totals.funded
        return isWhole ? nil : rule.refusal("A division gives out all of what was funded, \(money(totals.funded)).")
    }

    private func refuseConsent(to id: ChangeID, _ number: Int, by role: Role) -> String? {
        if !role.isParty { return Rule.split.refusal("Only the client and the freelancer accept a division.") }
        let (milestone, dispute, reason) = open(number, .split)
        guard let milestone, let dispute else { return reason }
        guard let proposal = dispute.proposals.first(where: { $0.id == id }) else {
            return Rule.split.refusal("There is no such proposal in this dispute.")
        }
        if proposal.accepted.contains(role) { return Rule.split.refusal("You have agreed to that proposal already.") }
        return reasonAgainst(proposal.split, of: milestone, .split)
    }
}

extension String {
    var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
