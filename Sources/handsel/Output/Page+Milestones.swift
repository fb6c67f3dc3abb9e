import HandselKit

extension Page {
    /// Milestones with their sum, their money, what waits on each, and what happened.
    mutating func milestones(_ contract: ContractView) {
        if contract.pricing == "fixed" { work(contract) }
        money(contract)
        let sentences = contract.milestones.flatMap { $0.waiting(isHeld: contract.agent != nil) }
        if !sentences.isEmpty { blank() }
        for sentence in sentences { line("  \(sentence)") }
        if contract.milestones.contains(where: { !$0.history.isEmpty }) { blank() }
        for milestone in contract.milestones {
            for event in milestone.history { self.event(event, of: milestone, isHeld: contract.agent != nil) }
        }
    }

    private mutating func work(_ contract: ContractView) {
        let rows = contract.milestones.map { milestone in
            [
                Line("\(milestone.number)"), Line(milestone.title), Line(milestone.due ?? ""),
                Line(status: milestone.dispute == nil ? milestone.status : "disputed"),
                Line(milestone.round == 0 ? "" : "\(milestone.round)"), Line(milestone.amount.text),
            ]
        }
        table(
            [.number("#"), "Milestone", "Due", "Status", .number("Round"), .number("Amount")],
            rows + [["", Line("Total", .bold), "", "", "", Line(contract.total?.text ?? "", .bold)]])
    }

    /// Where the money is; funded is released, refunded and held, in every row.
    private mutating func money(_ contract: ContractView) {
        if let escrow = contract.escrow {
            heading("Money in \(contract.currency)")
            let rows = contract.milestones.map { milestone in
                [Line("\(milestone.number)"), Line(milestone.title), Line(milestone.amount.number)]
                    + milestone.escrow.numbers.map { Line($0) }
            }
            let total = contract.total ?? contract.milestones.first?.amount
            table(
                [
                    .number("#"), "Milestone", .number("Amount"), .number("Funded"), .number("Released"), .number("Refunded"),
                    .number("Held"),
                ],
                rows + [
                    ["", Line("Total", .bold), Line(total?.number ?? "", .bold)] + escrow.numbers.map { Line($0, .bold) }
                ])
            if escrow.returned.minor > 0 { line("Of what was released, \(escrow.returned.text) were given back.") }
        } else if contract.milestones.contains(where: { $0.releasing.minor > 0 }) {
            heading("Paid directly, in \(contract.currency)")
            table(
                [.number("#"), "Milestone", .number("Amount"), .number("Client says paid"), .number("Freelancer confirms")],
                contract.milestones.map {
                    [
                        Line("\($0.number)"), Line($0.title), Line($0.amount.number), Line($0.releasing.number),
                        Line($0.escrow.released.number),
                    ]
                })
        }
    }

    private mutating func event(_ event: MilestoneEventView, of milestone: MilestoneView, isHeld: Bool) {
        let round = event.round == 0 ? "" : ", round \(event.round)"
        let amount = event.amount.map { ", \($0.text)\(event.measure)," } ?? ""
        let what = "\(event.phrase(isHeld: isHeld))\(amount) by the \(event.by ?? "other side")"
        line("  \(UTC.text(event.time), .faint)  \(milestone.title)\(round): \(what)")
        if let text = event.text, !text.isEmpty { quote(text, indentation: "      ") }
        for file in event.files { line("      \(file.name)  \(ByteCount(file.size), .faint)") }
    }
}

extension MoneyView {
    /// Such as `500.00`, where a heading names the currency.
    fileprivate var number: String { String(text.prefix { $0 != " " }) }
}

extension EscrowView {
    fileprivate var numbers: [String] { [funded, released, refunded, held].map(\.number) }
}

extension MilestoneEventView {
    /// What its amount is: a division names the freelancer's part, a bill one week, and everything else a total.
    fileprivate var measure: String {
        if kind == "propose" || kind == "ruling" || kind.hasPrefix("divided") { return " to the freelancer" }
        return kind == "invoice" ? "" : " in all"
    }

    /// What happened; what an agent's receipt says is in words already.
    fileprivate func phrase(isHeld: Bool) -> String {
        if kind == "release", !isHeld { return "payment claimed" }
        return Self.phrases[kind] ?? kind
    }

    private static let phrases = [
        "changes": "changes asked for",
        "fund": "deposit ordered",
        "release": "release ordered",
        "confirm": "payment confirmed",
        "refund": "refund agreed to",
        "return": "return agreed to",
        "ask": "refund asked for",
        "ask withdraw": "ask for a refund withdrawn",
        "ask decline": "refund declined",
        "open": "dispute opened",
        "withdraw": "dispute withdrawn",
        "answer": "answer in the dispute",
        "propose": "division proposed",
        "accept": "division accepted",
        "ruling": "division ruled",
        "invoice": "week billed",
        "approve": "week approved",
        "dispute": "slots disputed",
        "escalate": "unanswered ask made a dispute",
    ]
}

extension MilestoneView {
    /// What is ordered and not carried out, and who has until when to answer.
    fileprivate func waiting(isHeld: Bool) -> [Line] {
        (isHeld ? unsigned : claimed) + review + askLines + (dispute.map { lines(on: $0) } ?? [])
            + (contested.map { [Self.contested($0, on: title)] } ?? [])
    }

    /// What parties have ordered, and the agent has not signed yet.
    private var unsigned: [Line] {
        let orders = [
            (ordered, escrow.funded, "ordered as a deposit", "it has not all come in"),
            (releasing, escrow.released, "released", "the agent has not carried it out"),
            (refunding, escrow.refunded, "agreed to be refunded", "the agent has not carried it out"),
            (returning, escrow.returned, "agreed to be given back", "the agent has not carried it out"),
        ]
        return orders.filter { $0.0.minor > $0.1.minor }.map { "\(title): \($0.text) \($2) in all; \($3)." }
    }

    private var claimed: [Line] {
        releasing.minor > escrow.released.minor
            ? ["\(title): the client says that \(releasing.text) were paid in all; the freelancer has not confirmed all of it."]
            : []
    }

    private var review: [Line] {
        if let reviewUntil {
            return ["\(title): the client has until \(UTC.text(reviewUntil)) to answer; silence releases what is held."]
        }
        let isWaiting = status == "submitted" && ask == nil && dispute == nil && escrow.held.minor > 0
        return isWaiting ? ["\(title): no time to answer runs yet, as nobody has vouched for the delivery."] : []
    }

    private var askLines: [Line] {
        guard let ask else { return [] }
        let time = ask.until.map { "the freelancer has until \(UTC.text($0)) to answer" } ?? "no time to answer runs yet"
        return ["\(title): the client asks for a refund of \(ask.total.text) in all; \(time)."]
    }

    private func lines(on dispute: DisputeView) -> [Line] {
        let silent = ["client", "freelancer"].filter { !dispute.heard.contains($0) }
        var lines: [Line] = [
            "\(title): \("in dispute", .bad), opened by the \(dispute.openedBy.joined(separator: " and the ")); \(escrow.held.text) are held."
        ]
        if silent.isEmpty {
            lines.append("  Both parties were heard.")
        } else {
            let time = dispute.hearingUntil.map { " and has until \(UTC.text($0))" } ?? ""
            lines.append("  The \(silent.joined(separator: " and the ")) has not spoken yet\(time).")
        }
        lines += dispute.proposals.map { "  Proposed: \(Line(split: $0))" }
        lines += dispute.ruling.map { ["  Ruled: \(Line(split: $0))"] } ?? []
        lines.append(
            dispute.decidedAt.map { "  If nothing is agreed or ruled, the share that the terms name decides on \(UTC.text($0))." }
                ?? "  No time runs yet, as nobody has vouched for its delivery.")
        return lines
    }

    private static func contested(_ change: String, on title: String) -> Line {
        "\(title): \("contested", .bad): an answer came in time, but the agent had not seen it when the clock decided (\(ShortID(change)))."
    }
}

extension Line {
    /// Such as `300.00 EUR to the freelancer and 200.00 EUR to the client in all, by the client`.
    init(split: SplitView) {
        let accepted = split.acceptedBy.filter { $0 != split.by }
        let consent = accepted.isEmpty ? "" : ", accepted by the \(accepted.joined(separator: " and the "))"
        self =
            "\(split.released.text) to the freelancer and \(split.refunded.text) to the client in all, by the \(split.by)\(consent)  \(ShortID(split.id), .faint)"
    }
}
