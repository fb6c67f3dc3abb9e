import ArgumentParser
import HandselKit

/// `handsel balance`: what a freelancer has earned and received.
struct BalanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balance",
        abstract: "Show what you can be paid out, line by line.",
        discussion: """
            Counts what agents have signed as released to you. What is held is shown apart: it is nobody's yet.

            Example:
              handsel balance
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let balance = try await options.open().balance()
        try options.show(balance) { page in
            guard !balance.currencies.isEmpty else {
                return page.line("Nothing was released to you through an agent yet, and nothing is held for you.")
            }
            for currency in balance.currencies {
                if !page.lines.isEmpty { page.blank() }
                page.table(
                    [Table.Column(stringLiteral: currency.currency), .number("Amount")],
                    currency.lines.map { [Line($0.sentence), Line($0.amount.text)] }
                        + [[Line("Can be paid out", .bold), Line(currency.available.text, .bold)]])
                page.line("Held on milestones, and nobody's yet: \(currency.held.text)")
            }
            page.blank()
            page.line("These are signatures about money; the money is with the agent until it is paid out.")
        }
    }
}
