import Agreement
import Canon
import Ledger
public import Replica
import Store

/// Hourly weeks: the freelancer signs, the client reviews.
extension Node {
    /// Signs a week of the diary as an invoice, with late slots of weeks before it; the latest week that is over by default.
    ///
    /// Slots over the weekly limit are left out.
    public func signWeek(_ ref: String, containing time: UInt64?) throws -> InvoiceView {
        let space = try replica.resolve(ref)
        let state = try replica.state(of: space)
        guard let hourly = state.hourly else {
            throw HandselError(.refused, "Only an hourly contract has weeks to sign; submit a milestone instead.")
        }
        let current = Week(containing: Slot(containing: now))
        let week = time.map { Week(containing: Slot(containing: $0)) } ?? Week(number: max(1, current.number) - 1)
        guard week < current else {
            throw HandselError(.refused, "That week is not over yet. Sign it from Monday on.")
        }
        let billed = Set(state.invoices.filter { !$0.isSuperseded }.flatMap(\.invoice.slots.slots))
        let facts = try replica.slotFacts(of: space, in: 0..<week.range.upperBound)
        var counts = Dictionary(grouping: billed, by: Week.init(containing:)).mapValues(\.count)
        var chosen: [(key: SlotKey, entry: DiaryEntry)] = []
        for fact in facts where !billed.contains(fact.key.slot) {
            let own = Week(containing: fact.key.slot)
            guard counts[own, default: 0] < hourly.weeklySlots, chosen.count < AgreementLimits.invoiceSlots else { continue }
            counts[own, default: 0] += 1
            chosen.append((fact.key, fact.entry))
        }
        let invoice = Invoice(
            week: week, slots: SlotRanges(chosen.map(\.key.slot)), entries: Invoice.digest(chosen),
            amount: Invoice.amount(of: chosen.count, rate: hourly.rate))
        let id = try replica.commit(in: space) { try $0.sign(.invoice(invoice)) }
        return try self.invoice(id.description, in: space)
    }

    public func invoices(_ ref: String) throws -> [InvoiceView] { try replica.contract(try replica.resolve(ref)).invoices }

    private func invoice(_ id: String, in space: SpaceID) throws -> InvoiceView {
        guard let view = try replica.contract(space).invoices.first(where: { $0.id == id }) else {
            throw HandselError(.notFound, "There is no such invoice in this contract.")
        }
        return view
    }

    /// Approves a week's invoice, or with slots disputes those; the latest unpaid one by default.
    public func reviewWeek(
        _ ref: String, containing time: UInt64?, disputing slots: [UInt64], note: String
    ) throws -> InvoiceView {
        let space = try replica.resolve(ref)
        let state = try replica.state(of: space)
        let week = time.map { Week(containing: Slot(containing: $0)) }
        let standing = state.invoices.filter { !$0.isSuperseded && (week == nil || $0.invoice.week == week) }
        guard let invoice = standing.last else {
            throw HandselError(
                .notFound, "No invoice of that week has arrived. `handsel diary week` shows the diary itself.")
        }
        try replica.commit(in: space) { composer in
            guard !slots.isEmpty else {
                _ = try composer.sign(.approve(invoice: invoice.id))
                return
            }
            let ranges = SlotRanges(slots.map(Slot.init(containing:)))
            _ = try composer.sign(note: note) { _, hash in .disputeSlots(invoice: invoice.id, ranges, statement: hash) }
        }
        return try self.invoice(invoice.id.description, in: space)
    }

    /// Whether an invoice bills exactly what the diary here has for its slots.
    public func matchesDiary(_ ref: String, invoice id: String) throws -> Bool {
        let space = try replica.resolve(ref)
        guard let state = try replica.state(of: space).invoices.first(where: { $0.id.description == id }) else { return false }
        let slots = state.invoice.slots
        let facts = try replica.slotFacts(of: space, in: 0..<state.invoice.week.range.upperBound)
            .filter { slots.contains($0.key.slot) }
        return Invoice.digest(facts.map { ($0.key, $0.entry) }) == state.invoice.entries
    }

    /// The protection of each slot of the diary in a week, and why a slot is not protected.
    public func protection(_ ref: String, containing time: UInt64?) throws -> [ProtectionView] {
        let space = try replica.resolve(ref)
        let state = try replica.state(of: space)
        guard state.hourly != nil else { return [] }
        let week = Week(containing: Slot(containing: time ?? now))
        let facts = try replica.slotFacts(of: space, in: 0..<week.range.upperBound).map {
            SlotProtection.Facts(slot: $0.key.slot, entry: $0.entry, hasMemo: $0.hasMemo)
        }
        return state.protection(of: facts).filter { Week(containing: $0.slot) == week }.map {
            ProtectionView(
                start: $0.slot.start, isProtected: $0.protection == .protected, reason: $0.protection.reason)
        }
    }
}
