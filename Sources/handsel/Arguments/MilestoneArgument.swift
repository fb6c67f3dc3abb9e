import ArgumentParser

/// The milestone of a contract that a command is about.
struct MilestoneArgument: ParsableArguments {
    @OptionGroup var about: ContractArgument

    @Argument(help: "The milestone: its number, or its title.")
    var milestone: String

    var contract: String { about.contract }
}

/// How much, as a total over the milestone's life: so a command given twice moves nothing twice.
struct TotalOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("The total in all, not what is added; everything by default.", valueName: "amount"))
    var total: String?
}

/// What is said with an act that the other side answers.
struct NoteOption: ParsableArguments {
    @Option(help: ArgumentHelp("What there is to say about it.", valueName: "text"))
    var note: String
}

/// How a milestone's money is divided.
struct SplitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What the freelancer gets in all, with what was released before.", valueName: "amount"))
    var freelancer: String

    @Option(
        help: ArgumentHelp(
            "What goes back to the client in all, with what was refunded before. (default: the rest)", valueName: "amount"))
    var client: String?
}
