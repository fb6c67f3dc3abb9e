import ArgumentParser
import HandselKit

/// The command `handsel contract pause`.
struct ContractPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Stop hourly time from being billed for now.",
        discussion: """
            The time that somebody has to answer runs on, and so does everything that is agreed for a milestone.

            Example:
              handsel contract pause "Support"
            """)

    @OptionGroup var about: ContractArgument
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let contract = try await options.open().pause(about.contract)
        try options.show(contract) { page in
            page.line("You have paused \(contract.title, .bold); `handsel contract resume` takes it up again.")
            page.saveForSync()
        }
    }
}

/// The command `handsel contract resume`.
struct ContractResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Take up a contract that you have paused.",
        discussion: """
            A contract that both sides have paused is taken up once both have resumed it.

            Example:
              handsel contract resume "Support"
            """)

    @OptionGroup var about: ContractArgument
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let contract = try await options.open().resume(about.contract)
        try options.show(contract) { page in
            page.line("You have resumed \(contract.title, .bold). Its status is now \(Line(status: contract.status)).")
            page.saveForSync()
        }
    }
}

/// The command `handsel contract amend`.
struct ContractAmend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "amend",
        abstract: "Offer other terms for an active contract.",
        discussion: """
            What you do not name stays as it was. The present terms bind until the other side accepts the new ones. Milestones \
            for which money came in stay as they are.

            Example:
              handsel contract amend "Landing page" \\
                  --milestone Design:500.00:2026-12-15 --milestone Build:950.00:2027-01-31
            """)

    @OptionGroup var about: ContractArgument
    @OptionGroup var change: CounterOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let contract = try await options.open().amend(about.contract, change.request())
        try options.show(contract) { page in
            page.line("Your amendment of \(contract.title, .bold) waits for the other side to accept it.")
            for place in change.places {
                let name = place.rawValue
                let invite = "handsel invite \"\(contract.title)\" --role \(name)"
                page.line("Once it is accepted, who is the \(name) now signs nothing more. Invite the new one with `\(invite)`.")
            }
            page.saveForSync()
        }
    }
}

/// The command `handsel contract end`.
struct ContractEnd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end",
        abstract: "End a contract: no new work and no new money from here on.",
        discussion: """
            Either side may, and cannot take it back. What is held is still released, refunded or divided as the terms say.

            Example:
              handsel contract end "Landing page"
            """)

    @OptionGroup var about: ContractArgument
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let contract = try await options.open().end(about.contract)
        try options.show(contract) { page in
            page.line("You have ended \(contract.title, .bold). Its status is now \(Line(status: contract.status)).")
            if let escrow = contract.escrow, escrow.held.minor > 0 {
                page.line("\(escrow.held.text) are held and still to be settled.")
            }
            page.saveForSync()
        }
    }
}
