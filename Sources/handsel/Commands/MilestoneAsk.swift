import ArgumentParser
import HandselKit

/// The command `handsel milestone ask-refund`.
struct MilestoneAskRefund: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask-refund",
        abstract: "Ask the freelancer for a refund of what is held, as the client.",
        discussion: """
            If the freelancer does not answer in time, the money goes back to you where nothing was ever submitted; otherwise a \
            dispute begins.

            Example:
              handsel milestone ask-refund "Landing page" Build --note "We no longer need the second page."
            """)

    @OptionGroup var about: MilestoneArgument
    @OptionGroup var amount: TotalOption
    @OptionGroup var word: NoteOption
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().askRefund(
            about.contract, milestone: about.milestone, total: amount.total, note: word.note)
        try options.show(milestone) { page in
            page.line("You have asked for a refund of \(milestone.ask?.total.text ?? "") of \(milestone.title, .bold) in all.")
            page.saveForSync()
        }
    }
}

/// The command `handsel milestone withdraw-ask`.
struct MilestoneWithdrawAsk: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw-ask",
        abstract: "Take back your ask for a refund.",
        discussion: """
            Example:
              handsel milestone withdraw-ask "Landing page" Build
            """)

    @OptionGroup var about: MilestoneArgument
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().withdrawAsk(about.contract, milestone: about.milestone)
        try options.show(milestone) { page in
            page.line("You no longer ask for a refund of \(milestone.title, .bold).")
            page.saveForSync()
        }
    }
}

/// The command `handsel milestone decline-ask`.
struct MilestoneDeclineAsk: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decline-ask",
        abstract: "Turn down the client's ask for a refund, as the freelancer.",
        discussion: """
            The client may then open a dispute. To agree instead: handsel milestone refund CONTRACT MILESTONE

            Example:
              handsel milestone decline-ask "Landing page" Build --note "Half of the page is done already."
            """)

    @OptionGroup var about: MilestoneArgument
    @OptionGroup var word: NoteOption
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().declineAsk(about.contract, milestone: about.milestone, note: word.note)
        try options.show(milestone) { page in
            page.line("You have declined the refund of \(milestone.title, .bold).")
            page.saveForSync()
        }
    }
}
