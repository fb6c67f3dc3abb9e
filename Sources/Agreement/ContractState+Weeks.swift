import Ledger

/// Invoices as they come to stand.
extension ContractState {
    mutating func applyInvoice(_ invoice: Invoice, _ signed: SignedAct<Act>) {
        var state = InvoiceState(
            id: signed.change, stamp: signed.stamp, invoice: invoice, rate: hourlyRate(knownTo: signed))
        // Two devices of the freelancer billed the same slots, or together more of a week than its limit: their own contradiction
        // goes against them.
        let overfull = overfullWeeks(with: invoice.slots)
        let rivals = invoices.indices.filter { index in
            guard !invoices[index].isSuperseded, !signed.moment.hasSeen(invoices[index].stamp) else { return false }
            let slots = invoices[index].invoice.slots
            return slots.intersects(invoice.slots) || overfull.contains { slots.count(in: $0.range) > 0 }
        }
        if let rival = rivals.first {
            let isSmaller = rivals.allSatisfy { invoice.amount < invoices[$0].invoice.amount && invoices[$0].paid == 0 }
            for rival in rivals where isSmaller { invoices[rival].isSuperseded = true }
            state.isSuperseded = !isSmaller
            let (lost, stood) = isSmaller ? (invoices[rival].id, state.id) : (state.id, invoices[rival].id)
            resolve(
                lost, stood,
                "Two invoices bill the same slots, or more of a week than its limit; the smaller stands, against whoever signed both (rule G3)."
            )
        }
        invoices.append(state)
    }

    /// An invoice is judged by the terms that its signer knew.
    private func hourlyRate(knownTo signed: SignedAct<Act>) -> Int64 {
        let known = accord(knownTo: signed)?.terms ?? activeTerms
        guard case .hourly(let rate, _, _)? = known?.pricing else { return 0 }
        return rate
    }

    /// With slots, disputes them; without, approves and takes disputes of the invoice back.
    mutating func applyReview(of id: ChangeID, _ slots: SlotRanges?, _ signed: SignedAct<Act>) {
        guard let index = invoices.firstIndex(where: { $0.id == id }) else { return }
        let sentence =
            "The client approved and disputed the invoice on two devices; the approval stands, against whoever signed both (rule G3)."
        guard let slots else {
            for dispute in invoices[index].disputes where !signed.moment.hasSeen(dispute.stamp) {
                resolve(dispute.stamp.change, signed.change, sentence)
            }
            invoices[index].approvals.append(signed.stamp)
            return takeBackDisputes(of: index, with: signed.change) { _ in true }
        }
        if let approval = invoices[index].approvals.first(where: { !signed.moment.hasSeen($0) }) {
            return resolve(signed.change, approval.change, sentence)
        }
        guard invoices[index].paid == 0 else {
            invoices[index].contested = signed.change
            return
        }
        // Another device disputed them before, and that was decided.
        if slots.isSubset(of: invoices[index].settled) { return }
        invoices[index].disputes.append(InvoiceState.SlotDispute(stamp: signed.stamp, slots: slots))
        change(0) { $0.open(by: .client, signed.stamp) }
    }

    /// Slots of the invoice are billed again, and what disputed them opens no dispute any more.
    mutating func takeBackDisputes(of index: Int, with change: ChangeID, where isTaken: (Stamp) -> Bool) {
        let disputes = invoices[index].disputes.map(\.stamp).filter(isTaken)
        guard !disputes.isEmpty else { return }
        invoices[index].disputes.removeAll { disputes.contains($0.stamp) }
        self.change(0) { $0.close(disputes, by: .client, with: change) }
    }

    /// A decision over the deposit decides the slots whose dispute it had seen.
    mutating func settleSlots(seenBy decider: Moment) {
        for index in invoices.indices { invoices[index].settle(seen: decider.hasSeen) }
    }
}
