import ArgumentParser
import HandselKit

/// `handsel agent`: holding money for others.
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Hold money for the parties of a contract, or rule in their dispute.",
        discussion: """
            An agent signs what came in and what the parties or the clock make due, and never more. Parties name agent and mediator \
            in their terms, and invite them.

            Example:
              handsel agent inbox
            """,
        subcommands: [
            AgentInbox.self, AgentConfirm.self, AgentImportStatement.self, AgentTimeouts.self, AgentPayouts.self,
            AgentReconcile.self, AgentExcess.self, AgentOutage.self, AgentRule.self,
        ])

    @OptionGroup var options: GlobalOptions
}

/// The command `handsel agent inbox`.
struct AgentInbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbox",
        abstract: "Show what waits for you, in every contract.",
        discussion: """
            Example:
              handsel agent inbox
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let duties = try await options.open().inbox()
        try options.show(["duties": duties]) { page in
            guard !duties.isEmpty else { return page.line("\("Nothing waits for you.", .good)") }
            for duty in duties { page.duty(duty) }
            if duties.contains(where: { $0.kind == "sign" || $0.kind == "serve" }) {
                page.blank()
                page.line("`handsel agent timeouts` signs what is due.")
            }
        }
    }
}

/// The command `handsel agent timeouts`.
struct AgentTimeouts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeouts",
        abstract: "Sign everything that is due: orders, agreements, and what the clock decides.",
        discussion: """
            Takes up your role where you have not, notes what has arrived (the time to answer runs from that), and signs what the \
            parties have released, refunded or agreed to, what a mediator ruled, and what follows from somebody's silence. Freelancers' \
            accounts are credited. Run it after each sync.

            Example:
              handsel agent timeouts
            """)

    @Argument(help: "The only contract to look at.")
    var contract: String?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let signed = try await options.open().signDuties(in: contract)
        try options.show(["signed": signed]) { page in
            if signed.isEmpty { page.line("Nothing was due. What had arrived is noted.") }
            for act in signed {
                page.line("\(act.title, .bold)  \(act.sentence)\(act.amount.map { ", \($0.text)" } ?? "")")
            }
            page.saveForSync(to: "the parties")
        }
    }
}

/// The command `handsel agent rule`.
struct AgentRule: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rule",
        abstract: "Decide a dispute, as the mediator.",
        discussion: """
            The agent carries it out once both parties were heard, or had their time.

            Example:
              handsel agent rule "Landing page" Design --freelancer 350.00 --note "Three of five pages match the terms."
            """)

    @OptionGroup var about: MilestoneArgument
    @OptionGroup var split: SplitOptions
    @OptionGroup var word: NoteOption
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().divide(
            about.contract, milestone: about.milestone, released: split.freelancer, refunded: split.client, note: word.note,
            isRuling: true)
        try options.show(milestone) { page in
            page.line("You have ruled on \(milestone.title, .bold):")
            if let ruling = milestone.dispute?.ruling { page.line("  \(Line(split: ruling))") }
            page.saveForSync(to: "the parties and the agent")
        }
    }
}

/// The command `handsel agent outage`.
struct AgentOutage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outage",
        abstract: "Log a time in which you could not be reached, so that others' time runs longer by it.",
        discussion: """
            Log it before you sign anything else: it cannot end before what you have signed last.

            Example:
              handsel agent outage --from 2026-11-23T09:00Z --to 2026-11-24T08:00Z
            """)

    @Option(help: ArgumentHelp("When it began.", valueName: "time"), transform: Instant.moment)
    var from: Instant

    @Option(help: ArgumentHelp("When it was over.", valueName: "time"), transform: Instant.moment)
    var to: Instant

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard from.milliseconds < to.milliseconds else { throw ValidationError("--to comes after --from.") }
    }

    func run() async throws {
        let contracts = try await options.open().logOutage(from: from.milliseconds, to: to.milliseconds)
        try options.show(["contracts": contracts]) { page in
            page.line(
                "Logged in \(Count(contracts, "contract")), from \(UTC.text(from.milliseconds)) to \(UTC.text(to.milliseconds)).")
            page.saveForSync(to: "the parties")
        }
    }
}

extension Page {
    /// What waits, how much it is about, and by when.
    fileprivate mutating func duty(_ duty: DutyView) {
        line("\(duty.title, .bold)  \(duty.sentence)")
        var facts: [String] = []
        if let amount = duty.amount { facts.append(amount.text) }
        if let reference = duty.reference { facts.append("reference \(reference)") }
        if let due = duty.due { facts.append("due \(UTC.text(due))") }
        if !facts.isEmpty { line("  \(facts.joined(separator: ", "))") }
    }
}
