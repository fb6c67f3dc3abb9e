import ArgumentParser
import HandselKit

/// The options that an offer and a counter-offer share.
struct OfferOptions: ParsableArguments {
    @Option(
        name: .customLong("milestone"),
        help: ArgumentHelp(
            "A milestone of a fixed price, such as Design:500.00:2026-12-15, or without the day; repeat it for each.",
            valueName: "title:amount:due"),
        transform: MilestoneOffer.parse)
    var milestones: [MilestoneRequest] = []

    @Option(help: ArgumentHelp("What an hour costs, such as 45.00.", valueName: "amount"))
    var rate: String?

    @Option(help: ArgumentHelp("The most hours that are billed in a week.", valueName: "hours"))
    var weeklyHours: UInt64?

    @Option(
        help: ArgumentHelp("The words of the terms; - reads them from standard input.", valueName: "file"), completion: .file())
    var terms: String?

    @Option(help: ArgumentHelp("The time that the client has to review a submission.", valueName: "hours"))
    var reviewHours: UInt64?

    @Option(
        name: .customLong("deadline"),
        help: ArgumentHelp(
            "The hours of another time, such as hearing:48: answer, hearing, silence, billing, security or return; repeat it.",
            valueName: "name:hours"),
        transform: DeadlineArgument.parse)
    var deadlines: [DeadlineRequest] = []

    /// The words of the terms, if a file was named.
    func readTerms() throws -> String? { try terms.map(TextArgument.read(file:)) }
}

/// Who holds the money, and what becomes of it without an agreement.
struct EscrowOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Who holds the money; `handsel whoami` shows them their id. (default: nobody)", valueName: "person"))
    var agent: String?

    @Option(help: ArgumentHelp("Who rules in a dispute. (default: nobody)", valueName: "person"))
    var mediator: String?

    @Option(help: ArgumentHelp("What the freelancer gets if nobody decides a dispute. (default: 50)", valueName: "percent"))
    var defaultShare: UInt64?

    @Option(
        help: ArgumentHelp("The weekly limits that the deposit of an hourly contract covers. (default: 2)", valueName: "weeks"))
    var depositWeeks: UInt64?
}

/// What a counter-offer or an amendment changes.
struct CounterOptions: ParsableArguments {
    @Option(help: "A new name for the contract.")
    var title: String?

    @Option(help: ArgumentHelp("Who holds the money from then on, or none.", valueName: "person"))
    var agent: String?

    @Option(help: ArgumentHelp("Who rules in a dispute from then on, or none.", valueName: "person"))
    var mediator: String?

    @OptionGroup var offer: OfferOptions

    func request() throws -> CounterRequest {
        CounterRequest(
            title: title, milestones: offer.milestones.isEmpty ? nil : offer.milestones, hourlyRate: offer.rate,
            weeklyHours: offer.weeklyHours, terms: try offer.readTerms(), reviewHours: offer.reviewHours,
            deadlines: offer.deadlines, agent: agent, mediator: mediator)
    }

    /// The places that somebody else is to have.
    var places: [Role] {
        func isSomebody(_ person: String?) -> Bool { person.map { $0 != CounterRequest.nobody } ?? false }
        return (isSomebody(agent) ? [.agent] : []) + (isSomebody(mediator) ? [.mediator] : [])
    }
}

/// The command `handsel contract offer`.
struct ContractOffer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "offer",
        abstract: "Make an offer for a new contract.",
        discussion: """
            Example:
              handsel contract offer --fixed --title "Landing page" --currency EUR \\
                  --milestone Design:500.00:2026-12-15 --milestone Build:900.00:2027-01-15
              handsel contract offer --hourly --title "Support" --currency EUR --rate 45.00 --agent person_WHOLE-ID
            """)

    /// How the work is paid.
    enum Pricing: String, EnumerableFlag {
        case fixed
        case hourly

        static func help(for value: Pricing) -> ArgumentHelp? {
            switch value {
            case .fixed: "A fixed price for each milestone."
            case .hourly: "A rate for each hour of the diary."
            }
        }
    }

    @Flag(exclusivity: .exclusive)
    var pricing: Pricing

    @Option(help: "What the contract is called.")
    var title: String

    @Option(help: ArgumentHelp("The ISO 4217 code, such as EUR.", valueName: "code"))
    var currency: String

    @Option(name: .customLong("as"), help: ArgumentHelp("Which side you are on: client or freelancer.", valueName: "role"))
    var role: Party = .client

    @OptionGroup var offer: OfferOptions
    @OptionGroup var escrow: EscrowOptions

    @Option(
        name: .customLong("relay"),
        help: ArgumentHelp("A relay whose receipts start deadlines; repeat it for each. (default: your relays)", valueName: "url")
    )
    var relays: [String] = []

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        switch pricing {
        case .fixed where offer.milestones.isEmpty:
            throw ValidationError("A fixed price needs a milestone, such as --milestone Design:500.00:2026-12-15.")
        case .fixed where offer.rate != nil || offer.weeklyHours != nil || escrow.depositWeeks != nil:
            throw ValidationError("--rate, --weekly-hours and --deposit-weeks belong to --hourly.")
        case .hourly where offer.rate == nil:
            throw ValidationError("An hourly contract needs a rate, such as --rate 45.00.")
        case .hourly where !offer.milestones.isEmpty:
            throw ValidationError("--milestone belongs to --fixed.")
        default: break
        }
    }

    func run() async throws {
        let node = try options.open()
        let relays = try relays.isEmpty ? await node.addresses(isRelay: true).map(\.url) : relays
        let request = OfferRequest(
            title: title, role: role.rawValue, currency: currency, milestones: offer.milestones, hourlyRate: offer.rate,
            weeklyHours: offer.weeklyHours, terms: try offer.readTerms(), reviewHours: offer.reviewHours,
            deadlines: offer.deadlines, depositWeeks: escrow.depositWeeks, agent: escrow.agent, mediator: escrow.mediator,
            defaultShare: escrow.defaultShare, relays: relays)
        let contract = try await node.offer(request)
        try options.show(contract) { page in
            page.line("Your offer \(contract.title, .bold) is signed and saved: \(contract.price).")
            page.line("Invite the other side with `handsel invite \"\(contract.title)\" --role \(role.other.rawValue)`.")
            for (place, person) in [(Role.agent, contract.agent), (.mediator, contract.mediator)] where person != nil {
                page.line("Invite the \(place.rawValue) with `handsel invite \"\(contract.title)\" --role \(place.rawValue)`.")
            }
        }
    }
}

/// The command `handsel contract counter`.
struct ContractCounter: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "counter",
        abstract: "Answer an offer with one of your own.",
        discussion: """
            What you do not name stays as it was. The words are those of the draft that both sides edit.

            Example:
              handsel contract counter "Landing page" \\
                  --milestone Design:600.00:2026-12-15 --milestone Build:900.00:2027-01-15
            """)

    @OptionGroup var about: ContractArgument
    @OptionGroup var counter: CounterOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let contract = try await options.open().counter(about.contract, counter.request())
        try options.show(contract) { page in
            page.line("Your counter-offer for \(contract.title, .bold) stands: \(contract.price).")
            page.saveForSync()
        }
    }
}

/// The command `handsel contract edit`.
struct ContractEdit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Edit the words of the terms, which both sides may do at once.",
        discussion: """
            Edits of both sides are merged, and none is lost. They are a draft: what binds is what both have signed. An offer of \
            yours that still waits is withdrawn by an edit; put the new words forward with `handsel contract counter`.

            Example:
              handsel contract show "Landing page" --terms > terms.txt
              handsel contract edit "Landing page" --terms terms.txt
            """)

    @OptionGroup var about: ContractArgument

    @Option(
        help: ArgumentHelp("The words as they shall be; - reads them from standard input.", valueName: "file"),
        completion: .file())
    var terms: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let text = try TextArgument.read(file: terms)
        let contract = try await options.open().editTerms(about.contract, to: text)
        try options.show(contract) { page in
            page.line("The draft of \(contract.title, .bold) now has \(Count(contract.terms.words, "word")).")
            if contract.status == "withdrawn" {
                page.line("No offer stands now; put these words forward with `handsel contract counter \"\(contract.title)\"`.")
            }
            page.saveForSync()
        }
    }
}

extension ContractView {
    /// Such as `1400.00 EUR in 2 milestones`.
    var price: String {
        if let rate { return "\(rate.text) an hour" + (weeklyHours.map { ", at most \(Count($0, "hour")) a week" } ?? "") }
        let parts = milestones.isEmpty ? offers.last?.milestones.count ?? 0 : milestones.count
        return "\(total?.text ?? "no price") in \(Count(parts, "milestone"))"
    }
}
