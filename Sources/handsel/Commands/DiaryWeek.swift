import ArgumentParser
import HandselKit

/// The command `handsel diary week`.
struct DiaryWeek: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "week",
        abstract: "Show a week, Monday to Sunday in UTC.",
        discussion: """
            Of an hourly contract it shows which slots are protected, and if not why, and the week's invoice.

            Example:
              handsel diary week "Landing page" --of 2026-11-23
            """)

    @OptionGroup var about: ContractArgument

    @Option(
        help: ArgumentHelp("A day of the week to show. (default: today)", valueName: "day"),
        transform: Instant.day)
    var of: Instant?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let node = try options.open()
        let week = try await node.week(about.contract, containing: of?.milliseconds)
        let money = try await WeekMoney(of: about.contract, in: week, containing: of?.milliseconds, from: node)
        try options.show(Combined(week, money)) { page in
            page.line("Week of Monday, \(week.monday, .bold)")
            guard !week.slots.isEmpty else {
                page.line(
                    "Nothing is recorded in it. The freelancer records time with `handsel diary start` or `handsel diary add`.")
                return
            }
            let days = week.perDay.map {
                [Line($0.day), Line($0.slots == 0 ? "" : "\($0.slots)"), Line($0.slots == 0 ? "" : "\(Minutes($0.minutes))")]
            }
            page.table(
                ["Day (UTC)", .number("Slots"), .number("Time")],
                days + [
                    [
                        Line("Total", .bold), Line("\(week.perDay.reduce(0) { $0 + $1.slots })"),
                        Line("\(Minutes(week.totalMinutes))", .bold),
                    ]
                ])
            page.blank()
            page.slots(week.slots, money.protection)
            page.weekMoney(money)
        }
    }
}
