import ArgumentParser
import HandselKit

/// `handsel payout`: getting paid what was released.
struct PayoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payout",
        abstract: "Say how you are paid, and ask for it.",
        discussion: """
            Clients never see where you are paid; only the agent does.

            Example:
              handsel payout request
            """,
        subcommands: [
            PayoutRequest.self, PayoutList.self, PayoutMethod.self, PayoutScheduleCommand.self, PayoutWithdraw.self,
        ])

    @OptionGroup var options: GlobalOptions
}

/// Which agent a payout is about, for those who work with several.
struct PayingContract: ParsableArguments {
    @Option(help: ArgumentHelp("A contract whose agent is meant, where you work with several.", valueName: "contract"))
    var contract: String?
}

/// The command `handsel payout request`.
struct PayoutRequest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Ask the agent for a payout.",
        discussion: """
            Example:
              handsel payout request
              handsel payout request --amount 250.00 --method Savings
            """)

    @Option(help: "How much. (default: everything)")
    var amount: String?

    @Option(help: ArgumentHelp("In which currency, where you have several.", valueName: "code"))
    var currency: String?

    @Option(help: ArgumentHelp("By which of your methods, where you have several.", valueName: "name"))
    var method: String?

    @OptionGroup var about: PayingContract
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let payout = try await options.open().requestPayout(
            amount: amount, currency: currency, method: method, contract: about.contract)
        try options.show(payout) { page in
            page.line("You have asked for \(payout.amount.text, .bold) by \(payout.method).")
            page.line("It will carry the reference \(payout.reference).")
            page.saveForSync(to: "the agent")
        }
    }
}

/// The command `handsel payout list`.
struct PayoutList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List your payouts.",
        discussion: """
            Example:
              handsel payout list
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let payouts = try await options.open().payouts()
        try options.show(["payouts": payouts]) { page in page.payouts(payouts) }
    }
}

/// The command `handsel payout withdraw`.
struct PayoutWithdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "Take back a request that is not paid yet.",
        discussion: """
            Example:
              handsel payout withdraw change_4k2m9x
            """)

    @Argument(help: "The request's id, or its beginning; `handsel payout list` shows it.")
    var id: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let payouts = try await options.open().withdrawPayout(id)
        try options.show(["payouts": payouts]) { page in
            page.payouts(payouts)
            page.saveForSync(to: "the agent")
        }
    }
}

/// The command `handsel payout schedule`.
struct PayoutScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Say when payouts happen by themselves.",
        discussion: """
            SCHEDULE is on-request, weekly, twice-monthly, monthly or quarterly.

            Example:
              handsel payout schedule monthly --method Savings
            """)

    @Argument(help: "How often.")
    var schedule: String

    @Option(help: ArgumentHelp("By which of your methods. (default: the first)", valueName: "name"))
    var method: String?

    @OptionGroup var about: PayingContract
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let schedule = try await options.open().setPayoutSchedule(schedule, method: method, contract: about.contract)
        try options.show(["schedule": schedule]) { page in
            page.line("Payouts now happen: \(schedule, .bold).")
            page.saveForSync(to: "the agent")
        }
    }
}

extension Page {
    fileprivate mutating func payouts(_ payouts: [PayoutView]) {
        guard !payouts.isEmpty else { return line("You have asked for no payout yet. `handsel payout request` does.") }
        table(
            [.number("Amount"), "Status", "Method", "Time (UTC)", "Reference", "Id"],
            payouts.map {
                [
                    Line($0.amount.text), Line(status: $0.status), Line($0.method), Line($0.time.map(UTC.minute) ?? ""),
                    Line($0.reference), Line("\(ShortID($0.id))", .faint),
                ]
            })
        for payout in payouts {
            if let reason = payout.reason { line("\(payout.amount.text) by \(payout.method): \(reason)") }
        }
    }
}
