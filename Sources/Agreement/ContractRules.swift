package import Ledger

/// The guards of the contract and milestone tables in `Docs/Rules.md`.
extension ContractState {
    /// Why an act has no effect in this state, as a sentence for people; nil if it has one.
    ///
    /// The same guard refuses an act before it is signed and voids one that arrives.
    package func reasonToRefuse(_ act: Act, by role: Role) -> String? {
        switch act {
        case .offer(let terms, _): reasonToRefuseOffer(terms)
        case .accept(let offer, let hash):
            reasonToRefuseAnswer(to: offer, by: role, verb: "accepted")
                ?? (self.offer(offer)?.termsHash == hash ? nil : "The acceptance names other terms than the offer has.")
        case .decline(let offer): reasonToRefuseAnswer(to: offer, by: role, verb: "declined")
        case .withdraw(let offer): reasonToRefuseWithdrawal(of: offer, by: role)
        case .submit(let number, let round, _): reasonToRefuseSubmission(number, round, by: role)
        case .requestChanges(let number, let round, _): reasonToRefuseChanges(number, round, by: role)
        }
    }

    private func reasonToRefuseOffer(_ terms: Terms) -> String? {
        if case .active = phase { return "The contract is already active, so its terms can no longer be offered anew." }
        return terms.fault
    }

    private func reasonToRefuseAnswer(to id: ChangeID, by role: Role, verb: String) -> String? {
        guard let offer = offer(id) else { return "There is no such offer in this contract." }
        if let reason = reasonItIsOver(offer) { return reason }
        return offer.by == role ? "An offer is \(verb) by the other side, not by the one who made it." : nil
    }

    private func reasonToRefuseWithdrawal(of id: ChangeID, by role: Role) -> String? {
        guard let offer = offer(id) else { return "There is no such offer in this contract." }
        if let reason = reasonItIsOver(offer) { return reason }
        return offer.by == role ? nil : "Only the side that made an offer withdraws it; the other declines it."
    }

    private func reasonItIsOver(_ offer: Offer) -> String? {
        switch offer.outcome {
        case .pending: nil
        case .accepted: "The offer was already accepted."
        case .declined: "The offer was already declined."
        case .withdrawn: "The offer was withdrawn."
        case .countered: "The offer was answered by another one. Look at the latest with `contract show`."
        }
    }

    private func milestoneOrReason(_ number: Int) -> (milestone: Milestone?, reason: String) {
        guard case .active = phase else {
            return (nil, "The contract is not active yet: its terms were not accepted by both sides.")
        }
        return (milestone(number), "The contract has no milestone \(number).")
    }

    private func reasonToRefuseSubmission(_ number: Int, _ round: Int, by role: Role) -> String? {
        let (found, reason) = milestoneOrReason(number)
        guard let milestone = found else { return reason }
        if role != .freelancer { return "Only the freelancer submits work." }
        if case .submitted(let current) = milestone.work {
            return "Milestone \(number) was already submitted (round \(current)) and waits for the client."
        }
        return round == milestone.round + 1 ? nil : "Milestone \(number) would next be submitted as round \(milestone.round + 1)."
    }

    private func reasonToRefuseChanges(_ number: Int, _ round: Int, by role: Role) -> String? {
        let (found, reason) = milestoneOrReason(number)
        guard let milestone = found else { return reason }
        if role != .client { return "Only the client asks for changes." }
        guard case .submitted(let current) = milestone.work else {
            return "Milestone \(number) has no submission that waits for an answer."
        }
        return round == current ? nil : "Milestone \(number) was submitted again since: the latest round is \(current)."
    }
}
