import ArgumentParser
import HandselKit

/// `handsel milestone`: handing work in, and sending it back.
struct MilestoneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "milestone",
        abstract: "Hand in the work of a fixed-price contract, or send it back.",
        discussion: """
            A MILESTONE is named by its number, its title, or the beginning of its title.

            Example:
              handsel milestone list "Landing page"
            """,
        subcommands: [MilestoneList.self, MilestoneSubmit.self, MilestoneChanges.self])

    @OptionGroup var options: GlobalOptions
}

/// The command `handsel milestone list`.
struct MilestoneList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the milestones of a contract.",
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
                page.milestones(contract.milestones, total: contract.total)
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
            Example:
              handsel milestone submit "Landing page" Design --note "Both layouts." --file design.pdf
            """)

    @OptionGroup var about: ContractArgument

    @Argument(help: "The milestone: its number, or its title.")
    var milestone: String

    @Option(help: "What there is to say about it.")
    var note = ""

    @Option(
        name: .customLong("file"), help: ArgumentHelp("A file to deliver; repeat it for each.", valueName: "path"),
        completion: .file())
    var files: [String] = []

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().submit(about.contract, milestone: milestone, note: note, files: files)
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

    @OptionGroup var about: ContractArgument

    @Argument(help: "The milestone: its number, or its title.")
    var milestone: String

    @Option(help: "What does not match the terms.")
    var note: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().requestChanges(about.contract, milestone: milestone, note: note)
        try options.show(milestone) { page in
            page.line("You have asked for changes to \(milestone.title, .bold), round \(milestone.round).")
            page.saveForSync()
        }
    }
}
