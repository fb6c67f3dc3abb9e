import ArgumentParser
import HandselKit

/// `handsel diary`: time, in slots of ten minutes.
struct DiaryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diary",
        abstract: "Keep the work diary, in slots of ten minutes.",
        discussion: """
            Only the freelancer writes in it; both sides read it. Of an hourly contract the freelancer signs each week as an invoice, \
            and the client reviews it. A TIME is written with its zone, as in 2026-11-23T09:00Z.

            Example:
              handsel diary week "Landing page"
            """,
        subcommands: [
            DiaryStart.self, DiaryStop.self, DiaryStatus.self, DiaryAdd.self, DiaryEdit.self, DiaryDelete.self, DiaryWeek.self,
            DiarySign.self, DiaryReview.self,
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
