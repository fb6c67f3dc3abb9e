import Agreement
import Ledger

/// What an act says, as the predicate of a sentence about whoever signed it.
struct ActPhrases {
    /// Writes an amount in the contract's currency.
    let money: (Int64) -> String

    func phrase(_ act: Act) -> String {
        switch act {
        case .offer(let terms, _): "offered the terms of “\(terms.title)”"
        case .accept(let offer, _): "accepted the offer \(offer.short)"
        case .decline(let offer): "declined the offer \(offer.short)"
        case .withdraw(let offer): "withdrew the offer \(offer.short)"
        case .pause: "paused the contract"
        case .resume: "resumed the contract"
        case .end: "ended the contract"
        case .submit(let number, let round, _): "submitted \(part(number)), round \(round)"
        case .requestChanges(let number, let round, _): "asked for changes to \(part(number)), round \(round)"
        case .invoice(let invoice):
            "billed \(invoice.slots.count) slots of the week of \(invoice.week.monday): \(money(invoice.amount))"
        case .approve(let invoice): "approved the invoice \(invoice.short)"
        case .disputeSlots(let invoice, let slots, _): "disputed \(slots.count) slots of the invoice \(invoice.short)"
        case .delivered(let receipt):
            "brought a relay's receipt of \(Chronicle.Instant(receipt.time).text) for \(receipt.changes.count) changes"
        case .serve(let name): "took up their role as \(name)"
        default: moneyPhrase(act) ?? disputePhrase(act) ?? agentPhrase(act) ?? act.operation.kind
        }
    }

    private func part(_ number: Int) -> String { number == 0 ? "the deposit" : "milestone \(number)" }

    private func moneyPhrase(_ act: Act) -> String? {
        switch act {
        case .fund(let number, let total): "ordered \(part(number)) to be funded up to \(money(total))"
        case .release(let number, let total): "released \(part(number)) up to \(money(total))"
        case .refund(let number, let total): "refunded \(part(number)) up to \(money(total))"
        case .giveBack(let number, let total): "gave back up to \(money(total)) of what was released for \(part(number))"
        case .confirm(let number, let total): "confirmed having been paid \(money(total)) for \(part(number))"
        case .ask(let number, let total, _): "asked for a refund of \(part(number)) up to \(money(total))"
        case .withdrawAsk(let number): "took back the ask for a refund of \(part(number))"
        case .declineAsk(let number, _): "declined to refund \(part(number))"
        default: nil
        }
    }

    private func disputePhrase(_ act: Act) -> String? {
        switch act {
        case .dispute(let number, _): "opened a dispute over \(part(number))"
        case .withdrawDispute(let number): "withdrew the dispute over \(part(number))"
        case .answer(let number, _, let keys):
            "answered in the dispute over \(part(number))" + (keys.isEmpty ? "" : ", revealing \(keys.count) changes")
        case .propose(let number, let split, _): "proposed for \(part(number)): \(division(split))"
        case .acceptSplit(let proposal, let number): "accepted the proposal \(proposal.short) for \(part(number))"
        case .rule(let number, let split, _): "ruled on \(part(number)): \(division(split))"
        default: nil
        }
    }

    private func division(_ split: Split) -> String {
        "\(money(split.released)) to the freelancer, \(money(split.refunded)) to the client"
    }

    private func agentPhrase(_ act: Act) -> String? {
        switch act {
        case .receipt(let receipt):
            "recorded for \(part(receipt.milestone)), \(basis(receipt.basis)): funded \(money(receipt.totals.funded)), released "
                + "\(money(receipt.totals.released)), refunded \(money(receipt.totals.refunded)), returned "
                + "\(money(receipt.totals.returned)), held \(money(receipt.totals.held))"
        case .seen(let time, let changes): "had \(changes.count) changes by \(Chronicle.Instant(time).text)"
        case .outage(let from, let to):
            "could not be reached from \(Chronicle.Instant(from).text) to \(Chronicle.Instant(to).text)"
        case .escalate(let number, _): "turned the unanswered ask for a refund of \(part(number)) into a dispute"
        default: nil
        }
    }

    private func basis(_ basis: EscrowReceipt.Basis) -> String {
        switch basis {
        case .funding: "a payment by the client"
        case .release: "released by the client"
        case .reviewTimeout: "a submission left unanswered"
        case .refund: "refunded by the freelancer"
        case .askTimeout: "an ask left unanswered"
        case .excess: "more than the milestone needs"
        case .split(let proposal): "the proposal \(proposal.short)"
        case .ruling(let ruling): "the ruling \(ruling.short)"
        case .defaultShare: "the terms' own share"
        case .giveBack: "given back by the freelancer"
        case .invoice(let invoice): "the invoice \(invoice.short)"
        }
    }
}
