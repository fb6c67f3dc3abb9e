import ArgumentParser
import HandselKit

/// `handsel contract`: from the first offer to its whole history.
struct ContractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contract",
        abstract: "Offer, negotiate, accept and read contracts.",
        discussion: """
            Example:
              handsel contract list
            """,
        subcommands: [
            ContractOffer.self, ContractCounter.self, ContractEdit.self, ContractWithdraw.self, ContractAccept.self,
            ContractDecline.self, ContractShow.self, ContractList.self, ContractPause.self, ContractResume.self,
            ContractAmend.self, ContractEnd.self, ContractHistory.self,
        ])

    @OptionGroup var options: GlobalOptions
}

/// The contract that a command is about.
struct ContractArgument: ParsableArguments {
    @Argument(help: "The contract: its title, its id, or the beginning of either.")
    var contract: String
}

/// The command `handsel contract withdraw`.
struct ContractWithdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "Take back an offer of yours that is not accepted yet.",
        discussion: """
            Example:
              handsel contract withdraw "Landing page"
            """)

    @OptionGroup var about: ContractArgument
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let contract = try await options.open().withdraw(about.contract)
        try options.show(contract) { page in
            page.line("You have taken back your offer for \(contract.title, .bold).")
            page.saveForSync()
        }
    }
}

/// The command `handsel contract accept`.
struct ContractAccept: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Sign the other side's latest offer as it stands.",
        discussion: """
            Read it first with `handsel contract show CONTRACT` and `handsel contract show CONTRACT --terms`.

            Example:
              handsel contract accept "Landing page"
            """)

    @OptionGroup var about: ContractArgument
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let contract = try await options.open().accept(about.contract)
        try options.show(contract) { page in
            page.line("You have accepted \(contract.title, .bold). Its status is now \(Line(status: contract.status)).")
            page.saveForSync()
        }
    }
}

/// The command `handsel contract decline`.
struct ContractDecline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decline",
        abstract: "Turn the other side's latest offer down.",
        discussion: """
            Example:
              handsel contract decline "Landing page"
            """)

    @OptionGroup var about: ContractArgument
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let contract = try await options.open().decline(about.contract)
        try options.show(contract) { page in
            page.line("You have declined the offer for \(contract.title, .bold).")
            page.saveForSync()
        }
    }
}

/// The command `handsel contract show`.
struct ContractShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one contract with everything that belongs to it.",
        discussion: """
            Both sides print the same with --json once they have synced, except for the key "viewer".

            Example:
              handsel contract show "Landing page"
              handsel contract show "Landing page" --terms > terms.txt
            """)

    @OptionGroup var about: ContractArgument

    @Flag(help: "Print the words of the terms and nothing else.")
    var terms = false

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let contract = try await options.open().contract(about.contract)
        guard !terms || options.json else { return Output.show(text: contract.terms.text) }
        try options.show(contract) { page in page.contract(contract) }
    }
}

/// The command `handsel contract list`.
struct ContractList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List your contracts.",
        discussion: """
            Example:
              handsel contract list
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let contracts = try await options.open().contracts()
        try options.show(["contracts": contracts]) { page in
            guard !contracts.isEmpty else {
                page.line("You have no contracts yet. Make an offer with `handsel contract offer`, or take up an invitation with")
                page.line("`handsel join LINK`.")
                return
            }
            page.table(
                ["Title", "Status", "You are", "Client", "Freelancer", .number("Total"), "Id"],
                contracts.map { contract in
                    [
                        Line(contract.title, .bold), Line(status: contract.status), Line(contract.role ?? ""),
                        Line(contract.client?.shown ?? ""), Line(contract.freelancer?.shown ?? ""),
                        Line(contract.total?.text ?? contract.pricing),
                        Line("\(ShortID(contract.id))", .faint),
                    ]
                })
        }
    }
}

/// The command `handsel contract history`.
struct ContractHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List every signed change of a contract, in the order in which they count.",
        discussion: """
            Example:
              handsel contract history "Landing page"
            """)

    @OptionGroup var about: ContractArgument
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let history = try await options.open().history(about.contract)
        try options.show(["history": history]) { page in
            page.table(
                ["Time (UTC)", "Who", "What", "Id"],
                history.map { entry in
                    [
                        Line(UTC.minute(entry.time)), Line(entry.name ?? entry.person.map { "\(ShortID($0))" } ?? ""),
                        entry.void == nil ? Line(entry.summary) : "\(entry.summary, .faint) \("(without effect)", .bad)",
                        Line("\(ShortID(entry.id))", .faint),
                    ]
                })
            let voids = history.compactMap { entry in entry.void.map { (entry.id, $0) } }
            guard !voids.isEmpty else { return }
            page.heading("Without effect")
            for (id, reason) in voids { page.line("  \(ShortID(id))  \(reason)") }
        }
    }
}
