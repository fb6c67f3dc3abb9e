import ArgumentParser
import HandselKit

/// The command `handsel milestone fund`.
struct MilestoneFund: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fund",
        abstract: "Order a deposit with the agent, as the client.",
        discussion: """
            Prints the reference to write on the bank transfer, by which the agent knows what the money is for. Work can be \
            submitted once the agent has signed that it came in.

            Example:
              handsel milestone fund "Landing page" Design
            """)

    @OptionGroup var about: MilestoneArgument
    @OptionGroup var amount: TotalOption
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let node = try options.open()
        let milestone = try await node.fund(about.contract, milestone: about.milestone, total: amount.total)
        let reference = try await node.depositReference(about.contract, milestone: milestone.number)
        try options.show(Combined(milestone, ["reference": reference])) { page in
            page.line("You have ordered a deposit for \(milestone.title, .bold): \(milestone.ordered.text) in all.")
            let cameIn = milestone.escrow.funded
            page.line(
                cameIn.minor == 0
                    ? "Transfer it to the agent's account, and write this on the transfer:"
                    : "\(cameIn.text) came in before. Transfer the rest to the agent's account, and write this on the transfer:")
            page.blank()
            page.line("    \(reference)")
            page.blank()
            page.line("The agent signs a receipt once the money is there.")
            page.saveForSync()
        }
    }
}

/// The command `handsel milestone release`.
struct MilestoneRelease: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Give money to the freelancer, as the client.",
        discussion: """
            Where nobody holds the money, this says that you have paid it directly; the freelancer confirms that it came in.

            Example:
              handsel milestone release "Landing page" Design
              handsel milestone release "Landing page" Design --total 250.00
            """)

    @OptionGroup var about: MilestoneArgument
    @OptionGroup var amount: TotalOption
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let node = try options.open()
        let milestone = try await node.release(about.contract, milestone: about.milestone, total: amount.total)
        let isHeld = try await node.contract(about.contract).agent != nil
        try options.show(milestone) { page in
            page.line(
                isHeld
                    ? "You have released \(milestone.releasing.text) of \(milestone.title, .bold) in all; the agent carries it out."
                    : "You have signed that you paid \(milestone.releasing.text) for \(milestone.title, .bold) in all; the freelancer confirms it."
            )
            page.saveForSync()
        }
    }
}

/// The command `handsel milestone confirm`.
struct MilestoneConfirm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm",
        abstract: "Confirm a payment that came in directly, as the freelancer.",
        discussion: """
            Only where nobody holds the money, and up to what the client says to have paid.

            Example:
              handsel milestone confirm "Landing page" Design
            """)

    @OptionGroup var about: MilestoneArgument
    @OptionGroup var amount: TotalOption
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().confirm(about.contract, milestone: about.milestone, total: amount.total)
        try options.show(milestone) { page in
            page.line("You have confirmed \(milestone.escrow.released.text) for \(milestone.title, .bold) in all.")
            page.saveForSync()
        }
    }
}

/// The command `handsel milestone refund`.
struct MilestoneRefund: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refund",
        abstract: "Give back to the client what is held, as the freelancer.",
        discussion: """
            Example:
              handsel milestone refund "Landing page" Build
            """)

    @OptionGroup var about: MilestoneArgument
    @OptionGroup var amount: TotalOption
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().refund(about.contract, milestone: about.milestone, total: amount.total)
        try options.show(milestone) { page in
            page.line(
                "You have agreed to a refund of \(milestone.refunding.text) of \(milestone.title, .bold) in all; the agent carries it out."
            )
            page.saveForSync()
        }
    }
}

/// The command `handsel milestone return`.
struct MilestoneReturn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "return",
        abstract: "Give back to the client what was released, as the freelancer.",
        discussion: """
            The agent takes it from your balance.

            Example:
              handsel milestone return "Landing page" Design --total 50.00
            """)

    @OptionGroup var about: MilestoneArgument
    @OptionGroup var amount: TotalOption
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().giveBack(about.contract, milestone: about.milestone, total: amount.total)
        try options.show(milestone) { page in
            page.line("You give back \(milestone.returning.text) of \(milestone.title, .bold) in all.")
            page.saveForSync()
        }
    }
}
