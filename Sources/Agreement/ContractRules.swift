import Canon
package import Ledger

/// The rules, as guards: each refusal is a sentence for people that ends with the rule's number in `Docs/Rules.md`.
extension ContractState: ActMachine {
    /// The same guard refuses an act before it is signed and voids one that arrives.
    package func reasonToRefuse(_ act: Act, by role: Role) -> String? {
        switch act {
        case .offer(let terms, _): refuseOffer(terms, by: role)
        case .accept(let offer, let hash):
            refuseAnswer(to: offer, by: role, verb: "accepted", rule: .accept) ?? refuseAcceptance(of: offer, hash)
        case .decline(let offer): refuseAnswer(to: offer, by: role, verb: "declined", rule: .decline)
        case .withdraw(let offer): refuseWithdrawal(of: offer, by: role)
        case .pause, .resume: refusePause(act == .pause, by: role)
        case .end: refuseEnd(by: role)
        case .serve: refuseService(by: role)
        case .submit, .requestChanges, .fund, .release, .refund, .giveBack, .confirm, .ask, .withdrawAsk, .declineAsk:
            refuseMilestoneAct(act, by: role)
        case .dispute, .withdrawDispute, .answer, .propose, .acceptSplit, .rule: refuseDisputeAct(act, by: role)
        case .invoice, .approve, .disputeSlots: refuseWeekAct(act, by: role)
        case .receipt, .seen, .outage, .escalate: refuseAgentAct(act, by: role)
        case .delivered(let receipt): refuseDelivery(receipt)
        }
    }

    private func refuseOffer(_ terms: Terms, by role: Role) -> String? {
        guard role.isParty else { return Rule.offer.refusal("Only the client and the freelancer make offers.") }
        if let fault = terms.fault { return Rule.offer.refusal(fault) }
        guard let active = activeTerms else { return nil }
        if isEnding { return Rule.amend.refusal("The contract is ending, so its terms can no longer be amended.") }
        return refuseAmendment(of: active, to: terms)
    }

    /// Rule C7: what an amendment leaves alone.
    private func refuseAmendment(of active: Terms, to terms: Terms) -> String? {
        if terms.currency != active.currency { return Rule.amend.refusal("An amendment keeps the contract's currency.") }
        if terms.isHourly != active.isHourly {
            return Rule.amend.refusal("An amendment does not turn milestones into hours, nor hours into milestones.")
        }
        if terms.agent != active.agent, let reason = reasonToKeepAgent { return Rule.amend.refusal(reason) }
        if terms.mediator != active.mediator, milestones.contains(where: { dispute(over: $0) != nil }) {
            return Rule.amend.refusal("A dispute is open, so its mediator stays until it is over.")
        }
        for milestone in milestones where milestone.totals.funded > 0 && !terms.isHourly {
            guard terms.milestone(milestone.terms.number) == milestone.terms else {
                return Rule.amend.refusal(
                    "Milestone \(milestone.terms.number) is funded, so an amendment leaves it as it is.")
            }
        }
        return nil
    }

    /// Whoever holds money, or owes what was released, is not replaced.
    private var reasonToKeepAgent: String? {
        if held > 0 { return "\(money(held)) is held, so the agent stays until that is paid out or refunded." }
        let owed = milestones.first { $0.consents.release > $0.totals.released }
        return owed.map {
            "Nobody has signed yet that all arrived that the client released on milestone \($0.terms.number), so the agent stays."
        }
    }

    /// An agent or a mediator whom the terms name no more signs nothing, once it knows.
    package func reasonToBar(_ person: PersonID, as role: Role) -> String? {
        guard let named = activeTerms?.person(serving: role), named != person else { return nil }
        return Rule.serve.refusal("The terms name another \(role.rawValue) now, who signs in that role.")
    }

    private func refuseAnswer(to id: ChangeID, by role: Role, verb: String, rule: Rule) -> String? {
        guard let offer = offer(id) else { return rule.refusal("There is no such offer in this contract.") }
        if let reason = reasonItIsOver(offer, rule) { return reason }
        return offer.by.counterpart == role
            ? nil : rule.refusal("An offer is \(verb) by the other side, not by the one who made it.")
    }

    private func refuseAcceptance(of id: ChangeID, _ hash: Bytes32) -> String? {
        guard let offer = offer(id) else { return nil }
        if offer.termsHash != hash { return Rule.accept.refusal("The acceptance names other terms than the offer has.") }
        return activeTerms.flatMap { refuseAmendment(of: $0, to: offer.terms) }
    }

    private func refuseWithdrawal(of id: ChangeID, by role: Role) -> String? {
        guard let offer = offer(id) else { return Rule.withdraw.refusal("There is no such offer in this contract.") }
        if let reason = reasonItIsOver(offer, .withdraw) { return reason }
        return offer.by == role
            ? nil : Rule.withdraw.refusal("Only the side that made an offer withdraws it; the other declines it.")
    }

    private func reasonItIsOver(_ offer: Offer, _ rule: Rule) -> String? {
        switch offer.outcome {
        case .pending: nil
        case .accepted: rule.refusal("The offer was already accepted.")
        case .declined: rule.refusal("The offer was already declined.")
        case .withdrawn: rule.refusal("The offer was withdrawn.")
        case .countered: rule.refusal("The offer was answered by another one. Look at the latest with `contract show`.")
        case .lapsed: rule.refusal("The offer lapsed: the contract had been accepted or ended meanwhile.")
        }
    }

    private func refusePause(_ isPause: Bool, by role: Role) -> String? {
        guard role.isParty else { return Rule.pause.refusal("Only the client and the freelancer pause a contract.") }
        guard isActive, !isEnding else { return Rule.pause.refusal("Only a contract that is active is paused or resumed.") }
        if isPause { return pausedBy.contains(role) ? Rule.pause.refusal("You have paused the contract already.") : nil }
        return pausedBy.contains(role)
            ? nil : Rule.pause.refusal("Whoever paused a contract resumes it; you have not paused this one.")
    }

    private func refuseEnd(by role: Role) -> String? {
        guard role.isParty else { return Rule.end.refusal("Only the client and the freelancer end a contract.") }
        guard isActive else { return Rule.end.refusal("The contract is not active, so there is nothing to end.") }
        return endings[role] == nil ? nil : Rule.end.refusal("You have ended the contract already.")
    }

    private func refuseService(by role: Role) -> String? {
        guard role == .agent || role == .mediator else {
            return Rule.serve.refusal("Only an agent or a mediator takes up a role.")
        }
        guard let terms = activeTerms else {
            return Rule.serve.refusal("The contract is not active yet, so there is no role to take up.")
        }
        if terms.person(serving: role) == nil {
            return Rule.serve.refusal("The terms name no \(role.rawValue).")
        }
        return serving[role] == nil ? nil : Rule.serve.refusal("The \(role.rawValue) has taken up the role already.")
    }

    private func refuseDelivery(_ receipt: Receipt) -> String? {
        guard let terms = activeTerms else { return Rule.delivery.refusal("The contract is not active yet.") }
        guard terms.relays.contains(receipt.relay) else {
            return Rule.delivery.refusal("The terms name no such relay, so its receipt starts no deadline.")
        }
        guard receipt.time <= AgreementLimits.time, receipt.isValid else {
            return Rule.delivery.refusal("The receipt is not signed by the relay that it names.")
        }
        let isKnown = receipt.changes.allSatisfy { deliveries[$0]?.relay.map { $0 <= receipt.time } ?? false }
        return isKnown ? Rule.delivery.refusal("Nothing in the receipt is new.") : nil
    }
}

/// The rules that refuse, by their numbers in `Docs/Rules.md`.
enum Rule: String {
    case offer = "C1"
    case accept = "C2"
    case decline = "C3"
    case withdraw = "C4"
    case pause = "C5"
    case end = "C6"
    case amend = "C7"
    case serve = "C8"
    case fund = "M1"
    case submit = "M2"
    case changes = "M3"
    case release = "M4"
    case ask = "M5"
    case refund = "M6"
    case giveBack = "M7"
    case confirm = "M8"
    case dispute = "D1"
    case answer = "D2"
    case split = "D3"
    case ruling = "D4"
    case receipt = "E1"
    case funding = "E2"
    case order = "E3"
    case reviewTimeout = "E4"
    case askTimeout = "E5"
    case decided = "E6"
    case defaultShare = "E7"
    case excess = "E8"
    case returned = "E9"
    case delivery = "E10"
    case invoice = "H1"
    case review = "H2"
    case payment = "H3"
    case account = "P1"
    case method = "P2"
    case request = "P3"
    case payout = "P4"

    func refusal(_ sentence: String) -> String { "\(sentence.dropLast()) (rule \(rawValue))." }
}
