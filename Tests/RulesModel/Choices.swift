import Agreement
import Canon
import Ledger

/// What each role may try: sensible acts, and some that the rules have to refuse.
///
/// Rounds, proposals and offers are bounded, so that the states are; amounts are half of what is agreed, all of it, and more.
struct Choices {
    let world: World
    let contract: ContractState

    private static let rounds = 2
    private static let invoices = 2
    /// Weeks since 1970 in which hours are billed.
    private static let week = Week(number: 1)

    func acts(by role: Role) -> [Act] {
        guard contract.isActive else { return role.counterpart != nil ? negotiation(by: role) : [] }
        let acts = contract.milestones.flatMap { milestone -> [Act] in
            switch role {
            case .client: client(milestone)
            case .freelancer: freelancer(milestone)
            case .mediator: mediator(milestone)
            case .agent: AgentChoices(contract: contract, milestone: milestone).acts
            case .owner: []
            }
        }
        return role.counterpart != nil && !world.amendments.isEmpty ? negotiation(by: role) + acts : acts
    }

    private func negotiation(by role: Role) -> [Act] {
        var acts: [Act] = contract.isActive ? [.end, .pause, .resume] : []
        if world.isNarrow { acts = contract.isActive ? [.end] : [] }
        if !contract.isActive || contract.offers.count < world.offers {
            acts += (contract.isActive ? world.amendments : [world.terms]).map { .offer($0, prose: .zero) }
        }
        for offer in contract.offers where offer.outcome == .pending {
            acts += offer.by == role ? [.withdraw(offer: offer.id)] : [.accept(offer: offer.id, termsHash: offer.termsHash)]
            if offer.by != role, !world.isNarrow { acts.append(.decline(offer: offer.id)) }
        }
        return acts
    }

    private func client(_ milestone: Milestone) -> [Act] {
        let (number, amount) = (milestone.terms.number, milestone.terms.amount)
        if world.isNarrow { return [.fund(milestone: number, total: amount), .release(milestone: number, total: amount)] }
        var acts: [Act] = [
            .fund(milestone: number, total: amount), .release(milestone: number, total: amount / 2),
            .release(milestone: number, total: amount), .release(milestone: number, total: amount * 3 / 2),
        ]
        if contract.activeTerms?.agent != nil {
            acts += [
                .ask(milestone: number, total: amount / 2, statement: .zero),
                .ask(milestone: number, total: amount, statement: .zero), .withdrawAsk(milestone: number),
            ]
        }
        if milestone.round > 0 { acts.append(.requestChanges(milestone: number, round: milestone.round, statement: .zero)) }
        for invoice in contract.invoices {
            let slots = invoice.invoice.slots
            acts += [
                .approve(invoice: invoice.id), .disputeSlots(invoice: invoice.id, slots, statement: .zero),
                .disputeSlots(invoice: invoice.id, SlotRanges(slots.slots.prefix(1)), statement: .zero),
            ]
        }
        return acts + dispute(milestone, by: .client)
    }

    private func freelancer(_ milestone: Milestone) -> [Act] {
        let (number, amount) = (milestone.terms.number, milestone.terms.amount)
        let submission = Act.submit(milestone: number, round: milestone.round + 1, statement: .zero)
        if world.isNarrow { return milestone.round == 0 ? [submission] : [] }
        var acts: [Act] = milestone.round < Self.rounds ? [submission] : []
        if contract.activeTerms?.agent == nil {
            return acts + [.confirm(milestone: number, total: amount / 2), .confirm(milestone: number, total: amount)]
        }
        acts += [
            .refund(milestone: number, total: amount / 2), .refund(milestone: number, total: amount),
            .giveBack(milestone: number, total: amount / 2), .declineAsk(milestone: number, statement: .zero),
        ]
        if number == 0, contract.invoices.count < Self.invoices {
            acts += [0..<6, 4..<8].map { invoice(slots: $0) }
        }
        return acts + dispute(milestone, by: .freelancer)
    }

    private func invoice(slots: Range<UInt64>) -> Act {
        let first = Self.week.range.lowerBound
        let ranges = SlotRanges(slots.map { Slot(number: first + $0) })
        let amount = Invoice.amount(of: ranges.count, rate: contract.hourly?.rate ?? 0)
        return .invoice(Invoice(week: Self.week, slots: ranges, entries: .zero, amount: amount))
    }

    private func dispute(_ milestone: Milestone, by role: Role) -> [Act] {
        let number = milestone.terms.number
        guard world.terms.agent != nil else { return [] }
        guard let dispute = contract.dispute(over: milestone) else { return [.dispute(milestone: number, statement: .zero)] }
        var acts: [Act] = dispute.openers[role] == nil ? [] : [.withdrawDispute(milestone: number)]
        if !dispute.heard.contains(role) { acts.append(.answer(milestone: number, statement: .zero, keys: [])) }
        if !dispute.proposals.contains(where: { $0.by == role }) {
            acts.append(.propose(milestone: number, half(milestone), statement: .zero))
        }
        return acts
            + dispute.proposals.filter { !$0.accepted.contains(role) }.map { .acceptSplit(proposal: $0.id, milestone: number) }
    }

    private func mediator(_ milestone: Milestone) -> [Act] {
        guard let dispute = contract.dispute(over: milestone), !world.isNarrow else { return [] }
        let number = milestone.terms.number
        var acts: [Act] = []
        if dispute.ruling?.split != half(milestone) { acts.append(.rule(milestone: number, half(milestone), statement: .zero)) }
        if !dispute.proposals.contains(where: { $0.by == .mediator }) {
            acts.append(.propose(milestone: number, half(milestone), statement: .zero))
        }
        return acts
    }

    private func half(_ milestone: Milestone) -> Split {
        let totals = milestone.totals
        let released = totals.released + totals.held / 2
        return Split(released: released, refunded: totals.funded - released)
    }
}
