import Ledger

/// Whether an hour is protected, and if not, why: rule H4.
package enum SlotProtection: Hashable, Sendable {
    case protected
    case unprotected(String)

    /// What the diary knows of a slot, whichever of the freelancer's devices recorded it.
    package struct Facts: Sendable {
        package let slot: Slot
        package let entry: DiaryEntry
        package let hasMemo: Bool

        package init(slot: Slot, entry: DiaryEntry, hasMemo: Bool) {
            self.slot = slot
            self.entry = entry
            self.hasMemo = hasMemo
        }
    }

    package var reason: String? { if case .unprotected(let reason) = self { reason } else { nil } }
}

extension ContractState {
    /// The protection of each slot, in order; the deposit covers slots that are not paid yet, from the first on.
    package func protection(of slots: [SlotProtection.Facts]) -> [(slot: Slot, protection: SlotProtection)] {
        guard let hourly else { return slots.map { ($0.slot, .unprotected("the contract is not hourly")) } }
        var inWeek: [Week: Int] = [:]
        let held = milestone(0).map { $0.totals.held } ?? 0
        var covered = 0
        let paid = Set(invoices.filter { $0.paid > 0 }.flatMap(\.invoice.slots.slots))
        var isSeen: Set<Slot> = []
        return slots.sorted { $0.slot < $1.slot }.filter { isSeen.insert($0.slot).inserted }.map { facts in
            let week = Week(containing: facts.slot)
            inWeek[week, default: 0] += 1
            if let reason = reasonAgainst(facts, place: inWeek[week] ?? 0, limit: hourly.weeklySlots) {
                return (facts.slot, .unprotected(reason))
            }
            if paid.contains(facts.slot) { return (facts.slot, .protected) }
            guard Invoice.amount(of: covered + 1, rate: hourly.rate) <= held else {
                return (facts.slot, .unprotected("the deposit does not cover it"))
            }
            covered += 1
            return (facts.slot, .protected)
        }
    }

    private func reasonAgainst(_ facts: SlotProtection.Facts, place: Int, limit: Int) -> String? {
        if activeTerms?.agent == nil { return "the terms name no agent, so nobody holds a deposit" }
        if place > limit { return "it is over the week's limit of \(limit / 6) hours" }
        if facts.entry.isManual { return "it was entered by hand" }
        if !facts.hasMemo { return "it has no memo" }
        if facts.entry.activity == 0 { return "no activity was counted" }
        if let endTime, endTime <= facts.slot.start { return "the contract was ended" }
        return isPaused(at: facts.slot.start) ? "the contract was paused" : nil
    }
}
