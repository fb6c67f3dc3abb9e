import HandselKit

extension Page {
    /// Acts on a page; `handsel contract history` has all of them.
    private static let lastActs = 10

    /// Bookkeeping of devices, which nobody has to see.
    private static let bookkeeping: Set = ["escrow.seen", "delivery.note", "role.serve"]

    mutating func invoices(_ contract: ContractView) {
        guard !contract.invoices.isEmpty else { return }
        heading("Invoices")
        table(
            ["Week of", "Status", .number("Time"), .number("In dispute"), .number("Amount"), .number("Paid")],
            contract.invoices.map { invoice in
                [
                    Line(invoice.week), Line(status: invoice.status), Line("\(Minutes(invoice.slots * 10))"),
                    Line(invoice.disputedSlots == 0 ? "" : "\(Minutes(invoice.disputedSlots * 10))"),
                    Line(invoice.amount.text), Line(invoice.paid.text),
                ]
            })
        for invoice in contract.invoices {
            for sentence in invoice.times { line("  Week of \(invoice.week): \(sentence)") }
            if let change = invoice.contested {
                line(
                    "  Week of \(invoice.week): \("contested", .bad): slots were disputed before it was paid (\(ShortID(change)))."
                )
            }
        }
    }

    /// What somebody has signed and another, but for the viewer, had not seen when they last signed anything.
    mutating func notYetSeen(_ contract: ContractView) {
        let places = [
            ("client", contract.client != nil), ("freelancer", contract.freelancer != nil), ("agent", contract.isServed),
        ]
        let members = places.filter { $0.1 && $0.0 != contract.viewer.role }.map(\.0)
        let unseen = contract.acts.filter { $0.void == nil && !Self.bookkeeping.contains($0.kind) }.compactMap { act in
            let missing = members.filter { $0 != act.by && !act.seenBy.contains($0) }
            return missing.isEmpty ? nil : (act: act, by: missing)
        }
        guard !unseen.isEmpty else { return }
        heading("Not yet seen by the others")
        if unseen.count > Self.lastActs { line("  …and \(unseen.count - Self.lastActs) before these.") }
        for (act, missing) in unseen.suffix(Self.lastActs) {
            let who = missing.joined(separator: " and the ")
            line(
                "  \(UTC.text(act.time), .faint)  The \(act.by ?? "other side") \(Deed.phrase(act.kind)): not yet seen by the \(who)."
            )
        }
    }

    /// Contradictions, and the rule by which they were settled.
    mutating func forks(_ contract: ContractView) {
        guard !contract.forks.isEmpty else { return }
        heading("Forks")
        for fork in contract.forks { line("\("\(fork.sentence)", .bad)") }
    }

    mutating func resolutions(_ contract: ContractView) {
        guard !contract.resolutions.isEmpty else { return }
        heading("Contradictions settled")
        for resolution in contract.resolutions {
            line("  \(resolution.sentence)")
            line(Line("    \(ShortID(resolution.stood)) stands before \(ShortID(resolution.lost)).", .faint))
        }
    }

    /// What is kept without effect: nothing disappears, and nothing of it counts.
    mutating func heldBack(_ contract: ContractView) {
        let voids = contract.acts.compactMap { act in act.void.map { (act.id, act.kind, $0) } }
        let held = contract.heldBack.filter { !$0.kind.isEmpty }.map { ($0.change, $0.kind, $0.reason) }
        let unread = Dictionary(grouping: contract.heldBack.filter(\.kind.isEmpty), by: \.reason)
        guard !contract.heldBack.isEmpty || !voids.isEmpty else { return }
        heading("Kept without effect")
        for (id, kind, reason) in held + voids { line("  \(ShortID(id), .faint)  \(kind): \(reason)") }
        for (reason, changes) in unread.sorted(by: { $0.key < $1.key }) {
            line("  \(Count(changes.count, "sealed change")): \(reason)")
        }
    }
}

extension ContractView {
    /// Whether an agent is there who could have seen what the parties sign.
    fileprivate var isServed: Bool { agent?.name != nil }
}
