import ArgumentParser
import HandselKit

/// The command `handsel payout method`.
struct PayoutMethod: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "method",
        abstract: "Name a way to be paid, or list those there are.",
        discussion: """
            A method that is new or has changed waits three days before it is used, so that nobody who takes your device for a \
            moment takes your money too.

            Example:
              handsel payout method
              handsel payout method Savings --iban DE89370400440532013000
            """)

    @Argument(help: "What to call it. (default: list all)")
    var name: String?

    @Option(help: ArgumentHelp("The bank account to be paid on.", valueName: "iban"))
    var iban: String?

    @Option(help: ArgumentHelp("The PayPal address to be paid at.", valueName: "address"))
    var paypal: String?

    @Option(help: ArgumentHelp("Any other way, in words.", valueName: "text"))
    var other: String?

    @Option(help: ArgumentHelp("The BIC of the bank, where one is needed.", valueName: "bic"))
    var bic: String?

    @Option(help: ArgumentHelp("The name on the account. (default: yours)", valueName: "name"))
    var holder: String?

    @OptionGroup var about: PayingContract
    @OptionGroup var options: GlobalOptions

    /// The ways that were given, each with the kind that it is.
    private var destinations: [(kind: String, text: String)] {
        [("bank", iban), ("paypal", paypal), ("other", other)].compactMap { kind, text in text.map { (kind, $0) } }
    }

    func validate() throws {
        guard destinations.count == (name == nil ? 0 : 1) else {
            throw ValidationError("A method has a NAME and one of --iban, --paypal and --other.")
        }
        if iban == nil, bic != nil { throw ValidationError("--bic belongs to --iban.") }
    }

    func run() async throws {
        let node = try options.open()
        guard let name, let destination = destinations.first else {
            let methods = try await node.payoutMethods()
            return try options.show(["methods": methods]) { page in page.methods(methods) }
        }
        let methods = try await node.setPayoutMethod(
            name: name, kind: destination.kind, destination: destination.text, bic: bic, holder: holder,
            contract: about.contract)
        try options.show(["methods": methods]) { page in
            page.methods(methods)
            page.saveForSync(to: "the agent")
        }
    }
}

extension Page {
    fileprivate mutating func methods(_ methods: [PayoutMethodView]) {
        guard !methods.isEmpty else {
            return line("There is no way to pay you yet. Name one with `handsel payout method NAME --iban IBAN`.")
        }
        table(
            ["Name", "Kind", "To", "Holder", "Usable from (UTC)", "Agent"],
            methods.map {
                [
                    Line($0.name, .bold), Line($0.kind), Line($0.destination), Line($0.holder),
                    Line($0.usableFrom.map(UTC.minute) ?? "once the agent has seen it"), Line("\(ShortID($0.agent))", .faint),
                ]
            })
    }
}
