import HandselKit

extension Page {
    /// Messages that the page of a contract ends with; `handsel message list` has all of them.
    private static let lastMessages = 5

    /// A contract on one page.
    mutating func contract(_ contract: ContractView) {
        line("\(contract.title, .bold)  \(Line(status: contract.status))")
        line("\(contract.price)  \(ShortID(contract.id), .faint)")
        parties(contract)
        if !contract.milestones.isEmpty {
            heading("Milestones")
            milestones(contract.milestones, total: contract.total)
        }
        offers(contract)
        terms(contract)
        diary(contract)
        recentMessages(contract)
        if !contract.files.isEmpty {
            heading("Files")
            files(contract.files)
        }
        heldBack(contract)
    }

    private mutating func parties(_ contract: ContractView) {
        heading("Parties")
        for (role, party) in [("client", contract.client), ("freelancer", contract.freelancer)] {
            let label = role.padding(toLength: 10)
            guard let party else {
                line("  \(label)  \("nobody yet; `handsel invite` asks the other side in", .waiting)")
                continue
            }
            let isViewer = party.person == contract.viewer.person
            line("  \(label)  \(party.shown)\(isViewer ? " (you)" : "")  \(ShortID(party.person), .faint)")
        }
    }

    /// Milestones with their sum, and what happened with each.
    mutating func milestones(_ milestones: [MilestoneView], total: MoneyView?) {
        let rows = milestones.map { milestone in
            [
                Line("\(milestone.number)"), Line(milestone.title), Line(milestone.due ?? ""), Line(status: milestone.status),
                Line(milestone.round == 0 ? "" : "\(milestone.round)"), Line(milestone.amount.text),
            ]
        }
        table(
            [.number("#"), "Milestone", "Due", "Status", .number("Round"), .number("Amount")],
            rows + [["", Line("Total", .bold), "", "", "", Line(total?.text ?? "", .bold)]])
        if milestones.contains(where: { !$0.history.isEmpty }) { blank() }
        for milestone in milestones {
            for event in milestone.history { self.event(event, of: milestone) }
        }
    }

    private mutating func event(_ event: MilestoneEventView, of milestone: MilestoneView) {
        let what = event.kind == "submitted" ? "submitted" : "changes asked for"
        line(
            "  \(UTC.text(event.time), .faint)  \(milestone.title), round \(event.round): \(what) by the \(event.by ?? "other side")"
        )
        if let text = event.text, !text.isEmpty { quote(text, indentation: "      ") }
        for file in event.files { line("      \(file.name)  \(ByteCount(file.size), .faint)") }
    }

    private mutating func offers(_ contract: ContractView) {
        heading("Offers")
        guard !contract.offers.isEmpty else { return line("  None has arrived here yet; `handsel sync` fetches what there is.") }
        table(
            ["Time (UTC)", "By", "Outcome", "Price", "Terms hash"],
            contract.offers.map { offer in
                [
                    Line(UTC.minute(offer.time)), Line(offer.by), Line(status: offer.outcome),
                    Line(offer.milestones.isEmpty ? "by the hour" : offer.milestones.map(\.amount.text).joined(separator: " + ")),
                    Line(String(offer.termsHash.prefix(10)), .faint),
                ]
            })
        guard contract.milestones.isEmpty, let last = contract.offers.last, !last.milestones.isEmpty else { return }
        blank()
        table(
            [.number("#"), "Milestone", "Due", .number("Amount")],
            last.milestones.map { [Line("\($0.number)"), Line($0.title), Line($0.due ?? ""), Line($0.amount.text)] }
                + [["", Line("Total", .bold), "", Line(contract.total?.text ?? "", .bold)]])
    }

    private mutating func terms(_ contract: ContractView) {
        heading("Terms")
        line("  \(Count(contract.terms.words, "word")); read them with `handsel contract show \"\(contract.title)\" --terms`.")
        if let offer = contract.offers.last, let words = offer.words, words != contract.terms.words {
            line("  The last offer was made with \(Count(words, "word")); what was edited since is a draft.")
        }
    }

    private mutating func diary(_ contract: ContractView) {
        guard !contract.diary.isEmpty else { return }
        heading("Work diary")
        let slots = Set(contract.diary.map(\.start)).count
        line("  \(Minutes(slots * 10)) in \(Count(slots, "slot")); `handsel diary week \"\(contract.title)\"` shows a week.")
    }

    private mutating func recentMessages(_ contract: ContractView) {
        guard !contract.messages.isEmpty else { return }
        let last = contract.messages.suffix(Self.lastMessages)
        heading(
            last.count < contract.messages.count ? "The last \(last.count) of \(contract.messages.count) messages" : "Messages")
        for message in last { self.message(message, withID: false) }
    }

    /// Who, when and what; with the id's beginning where a command asks for it.
    mutating func message(_ message: MessageView, withID: Bool) {
        let edits = message.edits == 0 ? "" : " (edited \(message.edits)×)"
        let id: Line = withID ? "  \(ShortID(message.id), .faint)" : ""
        line("  \(message.name ?? "\(ShortID(message.person))", .bold)  \(UTC.text(message.time), .faint)\(edits, .faint)\(id)")
        if !message.text.isEmpty { quote(message.text, indentation: "    ") }
        for file in message.files { line("    \(file.name)  \(ByteCount(file.size), .faint)") }
    }

    mutating func files(_ files: [FileView]) {
        table(
            ["Name", .number("Size"), "Time (UTC)", "Id"],
            files.map { file in
                [
                    Line(file.name), Line("\(ByteCount(file.size))"), Line(UTC.minute(file.time)),
                    Line("\(ShortID(file.id))", .faint),
                ]
            })
    }

    /// What is kept without effect: nothing disappears, and nothing of it counts.
    private mutating func heldBack(_ contract: ContractView) {
        let voids = contract.acts.compactMap { act in act.void.map { (act.id, act.kind, $0) } }
        let held = contract.heldBack.map { ($0.change, $0.kind, $0.reason) }
        guard !(held + voids).isEmpty else { return }
        heading("Kept without effect")
        for (id, kind, reason) in held + voids { line("  \(ShortID(id), .faint)  \(kind): \(reason)") }
    }
}

extension PartyView {
    /// The name, or the beginning of the id until a name is known.
    var shown: String { name ?? "\(ShortID(person))" }
}

extension String {
    /// Followed by spaces up to a number of characters.
    func padding(toLength length: Int) -> String { self + String(repeating: " ", count: max(0, length - count)) }
}
