import ArgumentParser
import HandselKit

/// The command `handsel milestone dispute`.
struct MilestoneDispute: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dispute",
        abstract: "Open a dispute over what is held on a milestone.",
        discussion: """
            Either party may. Both have their say; then they agree on a division, the mediator rules, or in the end the share \
            decides that the terms name.

            Example:
              handsel milestone dispute "Landing page" Design --note "Only one of the two layouts was delivered."
            """)

    @OptionGroup var about: MilestoneArgument
    @OptionGroup var word: NoteOption
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().dispute(about.contract, milestone: about.milestone, note: word.note)
        try options.show(milestone) { page in
            page.line("You have opened a dispute over \(milestone.title, .bold): \(milestone.escrow.held.text) are held.")
            page.saveForSync()
        }
    }
}

/// The command `handsel milestone withdraw-dispute`.
struct MilestoneWithdrawDispute: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw-dispute",
        abstract: "Take back a dispute that you have opened.",
        discussion: """
            Example:
              handsel milestone withdraw-dispute "Landing page" Design
            """)

    @OptionGroup var about: MilestoneArgument
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().withdrawDispute(about.contract, milestone: about.milestone)
        try options.show(milestone) { page in
            page.line("You have taken back your dispute over \(milestone.title, .bold).")
            page.saveForSync()
        }
    }
}

/// The command `handsel milestone propose-split`.
struct MilestoneProposeSplit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "propose-split",
        abstract: "Propose how a disputed milestone is divided.",
        discussion: """
            Your proposal has your consent; it is carried out once the other party accepts it. A mediator's needs both.

            Example:
              handsel milestone propose-split "Landing page" Design --freelancer 300.00 --note "Three of five pages."
            """)

    @OptionGroup var about: MilestoneArgument
    @OptionGroup var split: SplitOptions
    @OptionGroup var word: NoteOption
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().divide(
            about.contract, milestone: about.milestone, released: split.freelancer, refunded: split.client, note: word.note,
            isRuling: false)
        try options.show(milestone) { page in
            page.line("You have proposed to divide \(milestone.title, .bold):")
            if let proposal = milestone.dispute?.proposals.last { page.line("  \(Line(split: proposal))") }
            page.saveForSync()
        }
    }
}

/// The command `handsel milestone accept-split`.
struct MilestoneAcceptSplit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept-split",
        abstract: "Accept a division that somebody else has proposed.",
        discussion: """
            Example:
              handsel milestone accept-split "Landing page" Design
            """)

    @OptionGroup var about: MilestoneArgument

    @Argument(help: "The proposal's id, or its beginning. (default: the last that waits for you)")
    var proposal: String?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().acceptSplit(
            about.contract, milestone: about.milestone, proposal: proposal)
        try options.show(milestone) { page in
            page.line("You have accepted a division of \(milestone.title, .bold); once both have, the agent carries it out.")
            page.saveForSync()
        }
    }
}

/// The command `handsel milestone disclose`.
struct MilestoneDisclose: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disclose",
        abstract: "Have your say in a dispute, and show messages to the mediator and the agent.",
        discussion: """
            They cannot read what the two of you write to each other. What you name here is opened to them, and nothing else; \
            that cannot be taken back.

            Example:
              handsel milestone disclose "Landing page" Design --note "See what we agreed in March." --message change_4k2m9x
            """)

    @OptionGroup var about: MilestoneArgument
    @OptionGroup var word: NoteOption

    @Option(
        name: .customLong("message"),
        help: ArgumentHelp("A message to show; repeat it for each. `handsel message list` shows ids.", valueName: "id"))
    var messages: [String] = []

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().disclose(
            about.contract, milestone: about.milestone, note: word.note, changes: messages)
        try options.show(milestone) { page in
            page.line(
                "You have spoken in the dispute over \(milestone.title, .bold), and shown \(Count(messages.count, "message")).")
            page.saveForSync(to: "the others")
        }
    }
}
