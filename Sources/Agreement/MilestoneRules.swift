import Ledger

/// Work and intents on a milestone: rules M1 to M8.
extension ContractState {
    func refuseMilestoneAct(_ act: Act, by role: Role) -> String? {
        switch act {
        case .fund(let number, let total): refuseFunding(number, total, by: role)
        case .submit(let number, let round, _): refuseSubmission(number, round, by: role)
        case .requestChanges(let number, let round, _): refuseChanges(number, round, by: role)
        case .release(let number, let total): refuseRelease(number, total, by: role)
        case .refund(let number, let total): refuseRefund(number, total, by: role)
        case .giveBack(let number, let total): refuseGivingBack(number, total, by: role)
        case .confirm(let number, let total): refuseConfirmation(number, total, by: role)
        case .ask(let number, let total, _): refuseAsk(number, total, by: role)
        case .withdrawAsk(let number): refuseAnswerToAsk(number, by: role, expected: .client, verb: "withdraws")
        case .declineAsk(let number, _): refuseAnswerToAsk(number, by: role, expected: .freelancer, verb: "declines")
        default: nil
        }
    }

    /// The milestone, or why there is none to act on.
    func active(_ number: Int, _ rule: Rule) -> (milestone: Milestone?, reason: String) {
        guard isActive else {
            return (nil, rule.refusal("The contract is not active yet: its terms were not accepted by both sides."))
        }
        return (milestone(number), rule.refusal("The contract has no milestone \(number)."))
    }

    private var isWithoutAgent: Bool { activeTerms?.agent == nil }

    private func refuseAmount(_ total: Int64, above last: Int64, _ rule: Rule) -> String? {
        if total <= 0 { return rule.refusal("An amount is above zero.") }
        if total > AgreementLimits.total { return rule.refusal("An amount is at most \(money(AgreementLimits.total)).") }
        if total == last { return rule.refusal("That was signed already: \(money(last)) in all.") }
        return total > last ? nil : rule.refusal("Totals only grow, and \(money(last)) was signed already.")
    }

    private func refuseFunding(_ number: Int, _ total: Int64, by role: Role) -> String? {
        let (found, reason) = active(number, .fund)
        guard let milestone = found else { return reason }
        if role != .client { return Rule.fund.refusal("Only the client funds.") }
        if isWithoutAgent {
            return Rule.fund.refusal(
                "The terms name no agent, so nobody can hold money. Pay directly and `milestone release` it.")
        }
        if isEnding { return Rule.fund.refusal("The contract is ending, so nothing new is funded.") }
        return refuseAmount(total, above: milestone.consents.fund, .fund)
    }

    private func refuseSubmission(_ number: Int, _ round: Int, by role: Role) -> String? {
        let (found, reason) = active(number, .submit)
        guard let milestone = found else { return reason }
        if role != .freelancer { return Rule.submit.refusal("Only the freelancer submits work.") }
        if number == 0 { return Rule.submit.refusal("An hourly contract has no milestone to submit; sign the week instead.") }
        if case .submitted(let current) = milestone.work {
            return Rule.submit.refusal(
                "Milestone \(number) was already submitted (round \(current)) and waits for the client.")
        }
        if milestone.isDone { return Rule.submit.refusal("Milestone \(number) is done: nothing is held for it any more.") }
        if !isWithoutAgent, milestone.totals.funded < milestone.terms.amount {
            return Rule.submit.refusal(
                "Milestone \(number) is not funded: \(money(milestone.totals.funded)) of \(money(milestone.terms.amount)) came in."
            )
        }
        if isWithoutAgent, isEnding { return Rule.submit.refusal("The contract is ending, so no new work is submitted.") }
        return round == milestone.round + 1
            ? nil : Rule.submit.refusal("Milestone \(number) would next be submitted as round \(milestone.round + 1).")
    }

    private func refuseChanges(_ number: Int, _ round: Int, by role: Role) -> String? {
        let (found, reason) = active(number, .changes)
        guard let milestone = found else { return reason }
        if role != .client { return Rule.changes.refusal("Only the client asks for changes.") }
        guard case .submitted(let current) = milestone.work else {
            return Rule.changes.refusal("Milestone \(number) has no submission that waits for an answer.")
        }
        if milestone.isDone { return Rule.changes.refusal("Milestone \(number) is done: nothing is held for it any more.") }
        return round == current
            ? nil : Rule.changes.refusal("Milestone \(number) was submitted again since: the latest round is \(current).")
    }

    private func refuseRelease(_ number: Int, _ total: Int64, by role: Role) -> String? {
        let (found, reason) = active(number, .release)
        guard let milestone = found else { return reason }
        if role != .client { return Rule.release.refusal("Only the client releases.") }
        if let reason = refuseAmount(total, above: milestone.consents.release, .release) { return reason }
        if isWithoutAgent {
            return total <= milestone.terms.amount || number == 0
                ? nil
                : Rule.release.refusal(
                    "Milestone \(number) is worth \(money(milestone.terms.amount)), and no more is paid on it.")
        }
        let most = milestone.totals.funded - milestone.totals.refunded
        return total <= most
            ? nil : Rule.release.refusal("At most \(money(most)) can be released in all: what was funded and not refunded.")
    }

    private func refuseRefund(_ number: Int, _ total: Int64, by role: Role) -> String? {
        let (found, reason) = active(number, .refund)
        guard let milestone = found else { return reason }
        if role != .freelancer { return Rule.refund.refusal("Only the freelancer refunds; the client asks for it.") }
        if let reason = refuseAmount(total, above: max(milestone.consents.refund, milestone.totals.refunded), .refund) {
            return reason
        }
        let most = milestone.totals.funded - milestone.totals.released
        return total <= most
            ? nil : Rule.refund.refusal("At most \(money(most)) can be refunded in all: what was funded and not released.")
    }

    private func refuseGivingBack(_ number: Int, _ total: Int64, by role: Role) -> String? {
        let (found, reason) = active(number, .giveBack)
        guard let milestone = found else { return reason }
        if role != .freelancer { return Rule.giveBack.refusal("Only the freelancer gives back what was released.") }
        if isWithoutAgent { return Rule.giveBack.refusal("The terms name no agent, so what was paid is given back directly.") }
        if let reason = refuseAmount(total, above: milestone.consents.giveBack, .giveBack) { return reason }
        let released = milestone.totals.released
        return total <= released
            ? nil : Rule.giveBack.refusal("At most \(money(released)) can be given back in all: what was released.")
    }

    private func refuseConfirmation(_ number: Int, _ total: Int64, by role: Role) -> String? {
        let (found, reason) = active(number, .confirm)
        guard let milestone = found else { return reason }
        if role != .freelancer { return Rule.confirm.refusal("Only the freelancer confirms a payment.") }
        if !isWithoutAgent { return Rule.confirm.refusal("The agent confirms payments in this contract.") }
        if let reason = refuseAmount(total, above: milestone.totals.released, .confirm) { return reason }
        return total <= milestone.consents.release
            ? nil
            : Rule.confirm.refusal(
                "The client claims \(money(milestone.consents.release)) paid in all, so no more than that is confirmed.")
    }

    private func refuseAsk(_ number: Int, _ total: Int64, by role: Role) -> String? {
        let (found, reason) = active(number, .ask)
        guard let milestone = found else { return reason }
        if role != .client { return Rule.ask.refusal("Only the client asks for a refund.") }
        if milestone.totals.held == 0 {
            return Rule.ask.refusal("Nothing is held on milestone \(number), so nothing can be refunded.")
        }
        if milestone.ask != nil { return Rule.ask.refusal("An ask for a refund waits already; withdraw it to change it.") }
        if let reason = refuseAmount(total, above: milestone.totals.refunded, .ask) { return reason }
        let most = milestone.totals.funded - milestone.totals.released
        return total <= most
            ? nil : Rule.ask.refusal("At most \(money(most)) can be refunded in all: what was funded and not released.")
    }

    private func refuseAnswerToAsk(_ number: Int, by role: Role, expected: Role, verb: String) -> String? {
        let (found, reason) = active(number, .ask)
        guard let milestone = found else { return reason }
        if role != expected { return Rule.ask.refusal("Only the \(expected.rawValue) \(verb) an ask for a refund.") }
        return milestone.ask == nil ? Rule.ask.refusal("No ask for a refund waits on milestone \(number).") : nil
    }
}
