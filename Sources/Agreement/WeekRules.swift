import Canon
import Ledger

/// Hourly weeks: rules H1 to H3.
extension ContractState {
    /// What an hour costs and how many slots a week are billed; nil unless the contract is hourly.
    package var hourly: (rate: Int64, weeklySlots: Int)? {
        guard case .hourly(let rate, let hours, _)? = activeTerms?.pricing else { return nil }
        return (rate, Int(hours) * 6)
    }

    func refuseWeekAct(_ act: Act, by role: Role) -> String? {
        guard isActive else { return Rule.invoice.refusal("The contract is not active yet.") }
        guard hourly != nil else { return Rule.invoice.refusal("Only an hourly contract has weeks to bill.") }
        return switch act {
        case .invoice(let invoice): refuseInvoice(invoice, by: role)
        case .approve(let id): refuseReview(id, nil, by: role)
        case .disputeSlots(let id, let slots, _): refuseReview(id, slots, by: role)
        default: nil
        }
    }

    private func refuseInvoice(_ invoice: Invoice, by role: Role) -> String? {
        guard role == .freelancer, let hourly else { return Rule.invoice.refusal("Only the freelancer signs a week.") }
        if invoice.slots.isEmpty { return Rule.invoice.refusal("There is nothing to bill in that week.") }
        if let last = invoice.slots.last, Week(containing: last) > invoice.week {
            return Rule.invoice.refusal("An invoice bills its own week and late slots of weeks before it, none of weeks to come.")
        }
        let standing = invoices.filter { !$0.isSuperseded }
        if standing.contains(where: { $0.invoice.slots.intersects(invoice.slots) }) {
            return Rule.invoice.refusal("Some of these slots are billed already, and a slot is billed once.")
        }
        if invoice.slots.slots.contains(where: { isPaused(at: $0.start) }) {
            return Rule.invoice.refusal("The contract was paused in some of these slots; leave those out.")
        }
        if !overfullWeeks(with: invoice.slots).isEmpty {
            return Rule.invoice.refusal(
                "At most \(hourly.weeklySlots / 6) hours of a week are billed; leave out what is over the limit.")
        }
        let amount = Invoice.amount(of: invoice.slots.count, rate: hourly.rate)
        return invoice.amount == amount
            ? nil : Rule.invoice.refusal("\(invoice.slots.count) slots come to \(money(amount)), not \(money(invoice.amount)).")
    }

    /// Weeks of which more would be billed than the limit allows.
    func overfullWeeks(with slots: SlotRanges) -> Set<Week> {
        guard let hourly else { return [] }
        let billed = [slots] + invoices.filter { !$0.isSuperseded }.map(\.invoice.slots)
        return Set(slots.slots.map(Week.init(containing:))).filter { week in
            billed.reduce(0) { $0 + $1.count(in: week.range) } > hourly.weeklySlots
        }
    }

    private func refuseReview(_ id: ChangeID, _ slots: SlotRanges?, by role: Role) -> String? {
        if role != .client { return Rule.review.refusal("Only the client reviews a week.") }
        guard let state = invoice(id), !state.isSuperseded else {
            return Rule.review.refusal("There is no such invoice in this contract.")
        }
        if state.paid > 0 { return Rule.review.refusal("The invoice is paid.") }
        guard let slots else {
            if state.approval != nil, state.disputed.isEmpty {
                return Rule.review.refusal("You have approved the invoice already.")
            }
            return state.disputes.isEmpty ? nil : milestone(0).flatMap { reasonItIsDecided($0, .review) }
        }
        if slots.isEmpty || !slots.isSubset(of: state.invoice.slots) {
            return Rule.review.refusal("Name slots that the invoice bills.")
        }
        return slots.isSubset(of: state.disputed) ? Rule.review.refusal("You have disputed these slots already.") : nil
    }

    /// Milliseconds after which an invoice's undisputed slots are paid; nil while its delivery is not vouched for.
    package func payableAt(_ state: InvoiceState) -> UInt64? {
        guard let terms = activeTerms, let end = reviewEnd(state) else { return nil }
        let reviewed = state.approval.flatMap { deliveries[$0]?.time }.map { min($0, end) } ?? end
        return deadline(from: reviewed, hours: terms.deadlines.security)
    }

    /// When the client's silence approves: never before Friday 23:59 of the week that follows.
    package func reviewEnd(_ state: InvoiceState) -> UInt64? {
        guard let terms = activeTerms, let end = deadline(of: state.id, hours: terms.deadlines.billing) else { return nil }
        return max(end, state.invoice.week.end.saturating(plus: 5 * 24 * 3_600_000))
    }

    /// What an invoice comes to without its disputed slots, and without what was paid.
    package func owed(_ state: InvoiceState) -> Int64 {
        state.isSuperseded ? 0 : max(0, state.undisputed - state.paid)
    }

    /// What invoices claim of the deposit, in dispute or not.
    var claimed: Int64 { invoices.reduce(disputedAmount) { $0 + owed($1) } }

    /// What the slots in dispute come to.
    package var disputedAmount: Int64 {
        invoices.filter { !$0.isSuperseded }.reduce(0) { $0 + $1.undecided }
    }

    func refusePayment(of id: ChangeID, _ deposit: Milestone, _ new: Totals, at time: UInt64) -> String? {
        guard let state = invoice(id), deposit.terms.number == 0, let due = payableAt(state) else {
            return Rule.payment.refusal("There is no such invoice that was delivered.")
        }
        if time <= due { return Rule.payment.refusal("The time for review and security is not over.") }
        var expected = deposit.totals
        expected.released = new.released
        guard new == expected else { return Rule.payment.refusal("Such a receipt moves nothing else.") }
        return new.released - deposit.totals.released <= owed(state)
            ? nil : Rule.payment.refusal("The invoice comes to \(money(owed(state))) that is not disputed or paid.")
    }
}
