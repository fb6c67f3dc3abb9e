import ArgumentParser
import HandselKit

/// `handsel milestone`: work that is handed in and sent back, and the money for it.
struct MilestoneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "milestone",
        abstract: "Hand work in or send it back, and move the money for it.",
        discussion: """
            A MILESTONE is named by its number, its title, or the beginning of its title. The deposit of an hourly contract is the \
            milestone 0.

            Example:
              handsel milestone list "Landing page"
            """,
        subcommands: [
            MilestoneList.self, MilestoneFund.self, MilestoneSubmit.self, MilestoneChanges.self, MilestoneRelease.self,
            MilestoneConfirm.self, MilestoneAskRefund.self, MilestoneWithdrawAsk.self, MilestoneDeclineAsk.self,
            MilestoneRefund.self, MilestoneReturn.self, MilestoneDispute.self, MilestoneWithdrawDispute.self,
            MilestoneProposeSplit.self, MilestoneAcceptSplit.self, MilestoneDisclose.self,
        ])

    @OptionGroup var options: GlobalOptions
}

/// The command `handsel milestone list`.
struct MilestoneList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the milestones of a contract, with their money and what happened on each.",
        discussion: """
            Example:
              handsel milestone list "Landing page"
            """)

    @OptionGroup var about: ContractArgument
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let contract = try await options.open().contract(about.contract)
        try options.show(["milestones": contract.milestones]) { page in
            if contract.milestones.isEmpty {
                page.line(
                    "There are no milestones yet: they begin once both sides have accepted the same offer of a fixed price.")
            } else {
                page.milestones(contract)
            }
        }
    }
}

/// The command `handsel milestone submit`.
struct MilestoneSubmit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Hand in the work of a milestone, signed.",
        discussion: """
            Where an agent holds the money, the client's time to review runs from its delivery; silence releases.

            Example:
              handsel milestone submit "Landing page" Design --note "Both layouts." --file design.pdf
            """)

    @OptionGroup var about: MilestoneArgument

    @Option(help: "What there is to say about it.")
    var note = ""

    @Option(
        name: .customLong("file"), help: ArgumentHelp("A file to deliver; repeat it for each.", valueName: "path"),
        completion: .file())
    var files: [String] = []

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().submit(
            about.contract, milestone: about.milestone, note: note, files: files)
        try options.show(milestone) { page in
            let delivered = milestone.history.last?.files.count ?? 0
            page.line(
                "You have submitted \(milestone.title, .bold), round \(milestone.round), with \(Count(delivered, "file")).")
            page.saveForSync()
        }
    }
}

/// The command `handsel milestone changes`.
struct MilestoneChanges: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes",
        abstract: "Send a submission back and say what is missing, signed.",
        discussion: """
            Example:
              handsel milestone changes "Landing page" Design --note "The button is hard to see on a phone."
            """)

    @OptionGroup var about: MilestoneArgument
    @OptionGroup var word: NoteOption
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().requestChanges(
            about.contract, milestone: about.milestone, note: word.note)
        try options.show(milestone) { page in
            page.line("You have asked for changes to \(milestone.title, .bold), round \(milestone.round).")
            page.saveForSync()
        }
    }
}
