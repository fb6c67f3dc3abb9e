extension Page {
    /// What every change made offline has in common.
    mutating func saveForSync(to others: String = "the other side") {
        line("It is signed and saved here; `handsel sync` takes it to \(others).")
    }
}

extension Line {
    /// A status, in the colour of what it asks for.
    init(status: String) {
        let style: Style =
            switch status {
            case "active", "accepted", "approved", "done", "paid", "settled": .good
            case "offered", "countered", "pending", "submitted", "changes", "waiting", "open", "paused", "ending", "requested",
                "sent", "claimed":
                .waiting
            case "declined", "withdrawn", "void", "contested", "disputed", "failed", "revoked", "expired", "unmatched": .bad
            case "ended", "superseded", "known": .faint
            default: .plain
            }
        self.init(status, style)
    }
}
