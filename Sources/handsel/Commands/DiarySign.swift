import ArgumentParser
import HandselKit

/// The command `handsel diary sign`.
struct DiarySign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Sign a week of the diary as an invoice, as the freelancer.",
        discussion: """
            Bills what is recorded up to the weekly limit, with late entries of the weeks before. The client's time to review \
            runs from its delivery.

            Example:
              handsel diary sign "Support"
            """)

    @OptionGroup var about: ContractArgument

    @Option(
        help: ArgumentHelp("A day of the week to sign. (default: the last week that is over)", valueName: "day"),
        transform: Instant.day)
    var week: Instant?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let invoice = try await options.open().signWeek(about.contract, containing: week?.milliseconds)
        try options.show(invoice) { page in
            page.line("You have signed the week of Monday, \(invoice.week, .bold): \(invoice.summary).")
            page.saveForSync()
        }
    }
}

/// The command `handsel diary review`.
struct DiaryReview: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Approve a week's invoice, or dispute slots of it, as the client.",
        discussion: """
            What you do not dispute in time is approved by silence. Read the week first with `handsel diary week CONTRACT`.

            Example:
              handsel diary review "Support"
              handsel diary review "Support" --dispute 2026-11-24T09:00Z --note "We were on the phone with each other then."
            """)

    @OptionGroup var about: ContractArgument

    @Option(
        help: ArgumentHelp("A day of the week to review. (default: the last that was signed)", valueName: "day"),
        transform: Instant.day)
    var week: Instant?

    @Option(
        name: .customLong("dispute"), help: ArgumentHelp("A slot to dispute, by when it began; repeat it.", valueName: "time"),
        transform: Instant.moment)
    var disputed: [Instant] = []

    @Option(help: ArgumentHelp("What is wrong with the slots that you dispute.", valueName: "text"))
    var note: String?

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard disputed.isEmpty == (note == nil) else {
            throw ValidationError("--dispute says which slots are wrong, and --note says why: use both or neither.")
        }
    }

    func run() async throws {
        let node = try options.open()
        let invoice = try await node.reviewWeek(
            about.contract, containing: week?.milliseconds, disputing: disputed.map(\.milliseconds), note: note ?? "")
        let matches = try await node.matchesDiary(about.contract, invoice: invoice.id)
        try options.show(Combined(invoice, ["matchesDiary": matches])) { page in
            let verb = disputed.isEmpty ? "approved" : "disputed \(Count(invoice.disputedSlots, "slot")) of"
            page.line("You have \(verb) the week of Monday, \(invoice.week, .bold): \(invoice.summary).")
            if !matches { page.invoiceMismatch() }
            page.saveForSync()
        }
    }
}

/// The money of a week, beside its diary; nothing in it for a contract that is not hourly.
struct WeekMoney: Encodable {
    let protection: [ProtectionView]
    let invoice: InvoiceView?
    let matchesDiary: Bool?

    init(of contract: String, in week: WeekView, containing time: UInt64?, from node: Node) async throws {
        protection = try await node.protection(contract, containing: time)
        invoice = try await node.invoices(contract).last { $0.week == week.monday && $0.status != "superseded" }
        matchesDiary = if let invoice { try await node.matchesDiary(contract, invoice: invoice.id) } else { nil }
    }
}

extension Page {
    mutating func weekMoney(_ money: WeekMoney) {
        if let invoice = money.invoice {
            blank()
            line("Signed as an invoice: \(invoice.summary), \(Line(status: invoice.status)).")
            for sentence in invoice.times { line("  \(sentence)") }
            if money.matchesDiary == false { invoiceMismatch() }
        }
    }

    mutating func invoiceMismatch() {
        line("\("The invoice bills other time than the diary here has; sync, and ask before you pay.", .bad)")
    }
}

extension InvoiceView {
    /// Such as `4 h, 180.00 EUR`.
    var summary: String { "\(Minutes(slots * 10)), \(amount.text)" }

    /// What comes when, as far as it is known.
    var times: [String] {
        guard status != "paid", status != "superseded" else { return [] }
        var sentences: [String] = []
        if status == "open" {
            sentences.append(
                reviewUntil.map { "The client may dispute it until \(UTC.text($0)); silence approves." }
                    ?? "Nobody has vouched for its delivery yet, so no time runs.")
        }
        if let payableAt { sentences.append("The agent pays it from \(UTC.text(payableAt)).") }
        return sentences
    }
}
