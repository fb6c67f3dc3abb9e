import ArgumentParser
import HandselKit

/// The command `handsel diary start`.
struct DiaryStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Start the timer.",
        discussion: """
            Example:
              handsel diary start "Landing page" --memo "First sketches"
            """)

    @OptionGroup var about: ContractArgument

    @Option(help: "What the time is for.")
    var memo = ""

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let timer = try await options.open().startTimer(about.contract, memo: memo)
        try options.show(timer) { page in
            page.line("The timer runs on \(timer.title, .bold) since \(UTC.text(timer.started)).")
            page.line("`handsel diary stop` ends it and records the time.")
        }
    }
}

/// The command `handsel diary stop`.
struct DiaryStop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stop the timer and record the time.",
        discussion: """
            A slot is recorded if the timer ran for at least half of it; a shorter run records the slot it ran in most.

            Example:
              handsel diary stop --memo "First sketches and a palette"
            """)

    @Option(help: "What the time was for, if not what the timer was started with.")
    var memo: String?

    @Option(help: "How many key presses and clicks there were in all.")
    var activity: UInt64?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let slots = try await options.open().stopTimer(memo: memo, activity: activity)
        try options.show(["slots": slots]) { page in
            page.line("Recorded \(Minutes(slots.count * 10), .bold):")
            page.slots(slots)
            page.saveForSync()
        }
    }
}

/// The command `handsel diary status`.
struct DiaryStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show whether the timer runs.",
        discussion: """
            Example:
              handsel diary status
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let timer = try await options.open().timer()
        try options.show(timer.map { ["timer": $0] } ?? [:]) { page in page.timer(timer) }
    }
}

extension Page {
    mutating func timer(_ timer: TimerView?) {
        guard let timer else { return line("No timer runs. Start one with `handsel diary start CONTRACT`.") }
        line("The timer runs on \(timer.title, .bold) since \(UTC.text(timer.started)).")
        if !timer.memo.isEmpty { quote(timer.memo) }
    }
}
