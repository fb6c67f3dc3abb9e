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
            if contract.pricing == "fixed" { heading("Milestones") }
            milestones(contract)
        }
        invoices(contract)
        offers(contract)
        terms(contract)
        diary(contract)
        recentMessages(contract)
        if !contract.files.isEmpty {
            heading("Files")
            files(contract.files)
        }
        notYetSeen(contract)
        resolutions(contract)
        forks(contract)
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
        escrow(contract)
    }

    /// Who holds the money, and what a signature about money says and does not say.
    private mutating func escrow(_ contract: ContractView) {
        guard let agent = contract.agent else {
            return line("  agent       nobody holds the money: the client pays directly, and the freelancer confirms")
        }
        line("  agent       \(served(agent, contract))")
        line(Line("              Signatures prove what the agent was told to do with the money, not that it is there.", .faint))
        line("  mediator    \(contract.mediator.map { served($0, contract) } ?? "nobody")")
    }

    private func served(_ party: PartyView, _ contract: ContractView) -> Line {
        let isViewer = party.person == contract.viewer.person
        let name: Line = party.name.map { Line($0) } ?? Line("has not taken up the role yet", .waiting)
        return "\(name)\(isViewer ? " (you)" : "")  \(ShortID(party.person), .faint)"
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
        guard contract.terms.words > 0 || contract.viewer.isParty else { return line("  Their words are for the parties alone.") }
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
}

extension ViewerView {
    /// Whether the viewer is the client or the freelancer, who read everything.
    var isParty: Bool { role.flatMap(Party.init(rawValue:)) != nil }
}

extension PartyView {
    /// The name, or the beginning of the id until a name is known.
    var shown: String { name ?? "\(ShortID(person))" }
}

extension String {
    /// Followed by spaces up to a number of characters.
    func padding(toLength length: Int) -> String { self + String(repeating: " ", count: max(0, length - count)) }
}
