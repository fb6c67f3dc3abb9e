import ArgumentParser
import HandselKit

/// `handsel diary`: time, in slots of ten minutes.
struct DiaryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diary",
        abstract: "Keep the work diary, in slots of ten minutes.",
        discussion: """
            Only the freelancer writes in it; both sides read it. A TIME is written with its zone, as in 2026-11-23T09:00Z.

            Example:
              handsel diary week "Landing page"
            """,
        subcommands: [
            DiaryStart.self, DiaryStop.self, DiaryStatus.self, DiaryAdd.self, DiaryEdit.self, DiaryDelete.self, DiaryWeek.self,
        ])

    @OptionGroup var options: GlobalOptions
}

/// The command `handsel diary add`.
struct DiaryAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Enter time by hand.",
        discussion: """
            Time that was entered by hand is marked as such.

            Example:
              handsel diary add "Landing page" --from 2026-11-23T09:00Z --hours 1.5 --memo "First sketches"
              handsel diary add "Landing page" --from 2026-11-23T14:00Z --slots 3 --memo "Colours"
            """)

    @OptionGroup var about: ContractArgument

    @Option(help: ArgumentHelp("When the work began.", valueName: "time"), transform: Instant.moment)
    var from: Instant

    @Option(help: "How many slots of ten minutes.")
    var slots: Int?

    @Option(help: "How many hours; a multiple of ten minutes, such as 1.5.")
    var hours: Double?

    @Option(help: "What the time was for.")
    var memo = ""

    @Option(help: "How many key presses and clicks to record for each slot.")
    var activity: UInt64 = 0

    @OptionGroup var options: GlobalOptions

    func validate() throws { _ = try length() }

    /// The number of slots that either option asks for.
    private func length() throws -> Int {
        switch (slots, hours) {
        case (let slots?, nil): return slots
        case (nil, let hours?):
            let slots = (hours * 6).rounded()
            guard abs(hours * 6 - slots) < 1e-6, (1...100_000).contains(slots) else {
                throw ValidationError("\(hours) hours are not a number of ten-minute slots; write 0.5 or 1.5, or use --slots.")
            }
            return Int(slots)
        default: throw ValidationError("Say how long: either --slots 3 or --hours 0.5.")
        }
    }

    func run() async throws {
        let slots = try await options.open().addTime(
            about.contract, from: from.milliseconds, slots: length(), memo: memo, activity: activity)
        try options.show(["slots": slots]) { page in
            page.line("Recorded \(Minutes(slots.count * 10), .bold):")
            page.slots(slots)
            page.saveForSync()
        }
    }
}

/// The command `handsel diary edit`.
struct DiaryEdit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Change the memo or the activity of a slot of yours.",
        discussion: """
            Example:
              handsel diary edit "Landing page" --start 2026-11-23T09:00Z --memo "First sketches, on paper"
            """)

    @OptionGroup var about: ContractArgument

    @Option(help: ArgumentHelp("When the slot begins.", valueName: "time"), transform: Instant.moment)
    var start: Instant

    @Option(help: "What the time was for.")
    var memo: String?

    @Option(help: "How many key presses and clicks there were.")
    var activity: UInt64?

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        if memo == nil, activity == nil { throw ValidationError("Say what to change: --memo or --activity.") }
    }

    func run() async throws {
        let slot = try await options.open().editSlot(
            about.contract, start: start.milliseconds, memo: memo, activity: activity)
        try options.show(slot) { page in
            page.line("The slot is now:")
            page.slots([slot])
            page.saveForSync()
        }
    }
}

/// The command `handsel diary delete`.
struct DiaryDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Take a slot of yours out of the diary.",
        discussion: """
            The history keeps that it was there.

            Example:
              handsel diary delete "Landing page" --start 2026-11-23T09:00Z
            """)

    @OptionGroup var about: ContractArgument

    @Option(help: ArgumentHelp("When the slot begins.", valueName: "time"), transform: Instant.moment)
    var start: Instant

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let slot = try await options.open().deleteSlot(about.contract, start: start.milliseconds)
        try options.show(slot) { page in
            page.line("Taken out of the diary:")
            page.slots([slot])
            page.saveForSync()
        }
    }
}

/// The command `handsel diary week`.
struct DiaryWeek: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "week",
        abstract: "Show a week, Monday to Sunday in UTC.",
        discussion: """
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
        let week = try await options.open().week(about.contract, containing: of?.milliseconds)
        try options.show(week) { page in
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
            page.slots(week.slots)
        }
    }
}

extension Page {
    /// Slots that follow each other and are alike are one row.
    mutating func slots(_ slots: [SlotView]) {
        table(
            ["Day", "From–to (UTC)", .number("Time"), "How", "Who", "Memo"],
            SlotRun.runs(of: slots).map { run in
                [
                    Line(UTC.day(run.first.start)), Line("\(UTC.clock(run.first.start))–\(UTC.clock(run.end))"),
                    Line("\(Minutes(run.count * 10))"), Line(run.first.isManual ? "by hand" : "timer"),
                    Line(run.first.name ?? "\(ShortID(run.first.person))"), Line(run.first.memo ?? ""),
                ]
            })
    }
}

/// Slots that follow each other on one day, by one device and with one memo.
private struct SlotRun {
    private static let length: UInt64 = 600_000
    private static let day: UInt64 = 86_400_000

    let first: SlotView
    private(set) var count = 1

    /// The end of its last slot, in milliseconds.
    var end: UInt64 { first.start + UInt64(count) * Self.length }

    private func isContinued(by slot: SlotView) -> Bool {
        slot.start == end && slot.start / Self.day == first.start / Self.day && slot.device == first.device
            && slot.isManual == first.isManual && slot.memo == first.memo
    }

    static func runs(of slots: [SlotView]) -> [SlotRun] {
        var runs: [SlotRun] = []
        for slot in slots {
            if let last = runs.last, last.isContinued(by: slot) {
                runs[runs.count - 1].count += 1
            } else {
                runs.append(SlotRun(first: slot))
            }
        }
        return runs
    }
}
