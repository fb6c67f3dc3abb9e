import ArgumentParser
import Foundation
import HandselKit

/// The command `handsel agent confirm`.
struct AgentConfirm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm",
        abstract: "Sign that a deposit came in, where no bank statement says so.",
        discussion: """
            For cash and for banks without statements to read. What a statement shows is signed by `handsel agent import-statement`; \
            never sign the same money twice.

            Example:
              handsel agent confirm "Landing page" Design --total 500.00
            """)

    @OptionGroup var about: MilestoneArgument

    @Option(help: ArgumentHelp("What came in for the milestone in all, with what came before.", valueName: "amount"))
    var total: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().confirmDeposit(about.contract, milestone: about.milestone, total: total)
        try options.show(milestone) { page in
            page.line("You have signed that \(milestone.escrow.funded.text) came in for \(milestone.title, .bold) in all.")
            page.saveForSync(to: "the parties")
        }
    }
}

/// The command `handsel agent excess`.
struct AgentExcess: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "excess",
        abstract: "Send back what came in above a milestone's amount.",
        discussion: """
            Signs the refund; `handsel agent payouts` orders the payment.

            Example:
              handsel agent excess "Landing page" Design
            """)

    @OptionGroup var about: MilestoneArgument
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let milestone = try await options.open().refundExcess(about.contract, milestone: about.milestone)
        try options.show(milestone) { page in
            page.line("You have signed that \(milestone.escrow.refunded.text) of \(milestone.title, .bold) go back in all.")
            page.saveForSync(to: "the parties")
        }
    }
}

/// The command `handsel agent import-statement`.
struct AgentImportStatement: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-statement",
        abstract: "Read your bank's statement, and sign receipts for the payments that it shows.",
        discussion: """
            FILE is camt.053 as banks give it out. A payment counts once, by the reference on it; what carries none is listed and \
            never guessed.

            Example:
              handsel agent import-statement statement.xml
            """)

    @Argument(help: "The statement.", completion: .file())
    var file: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let report = try await options.open().importStatement(from: file)
        try options.show(report) { page in
            page.statement(report)
            if report.lines.contains(where: { $0.use == "funding" || $0.use == "payout" }) { page.saveForSync(to: "the parties") }
        }
    }
}

/// The command `handsel agent payouts`.
struct AgentPayouts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payouts",
        abstract: "Write the files by which your bank or PayPal pays everyone who is due.",
        discussion: """
            Bank payments go into pain.001 files, and need the account that they leave from; PayPal's go into a CSV for each \
            currency. Each payment is ordered once: hand in every file that is written, once.

            Example:
              handsel agent payouts --to friday --name "Erika Escrow" --iban DE89370400440532013000
            """)

    @Option(help: ArgumentHelp("Where to write the files.", valueName: "directory"), completion: .directory)
    var to: String

    @Option(help: "The name on the account that the money leaves from.")
    var name: String?

    @Option(help: ArgumentHelp("The account that the money leaves from.", valueName: "iban"))
    var iban: String?

    @Option(help: ArgumentHelp("The BIC of its bank, where one is needed.", valueName: "bic"))
    var bic: String?

    @Option(
        help: ArgumentHelp("The day on which the bank shall pay. (default: today)", valueName: "day"), transform: Instant.day)
    var on: Instant?

    @Flag(help: "Write the files of the last run again, and order nothing.")
    var again = false

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        guard (name == nil) == (iban == nil), bic == nil || iban != nil else {
            throw ValidationError("The account that the money leaves from needs both --name and --iban.")
        }
    }

    func run() async throws {
        var payer: PayerAccount?
        if let name, let iban { payer = PayerAccount(name: name, iban: iban, bic: bic) }
        let day = UTC.day(on?.milliseconds ?? UInt64(Date().timeIntervalSince1970 * 1_000))
        let node = try options.open()
        let report =
            again
            ? try await node.writePayoutsAgain(to: to) : try await node.writePayouts(to: to, from: payer, executing: day)
        try options.show(report) { page in page.payouts(report) }
    }
}

/// The command `handsel agent reconcile`.
struct AgentReconcile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Prove to the cent that the bank holds what your receipts say.",
        discussion: """
            Ends with exit code 3 if it does not.

            Example:
              handsel agent reconcile
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let books = try await options.open().reconcile()
        try options.show(["currencies": books]) { page in
            for book in books { page.book(book) }
            if books.isEmpty {
                page.line("No contract of yours is active, and no statement was read: there is nothing to compare.")
            }
        }
        let wrong = books.filter { !$0.agrees }.map(\.currency)
        guard wrong.isEmpty else {
            throw Reported(
                .damaged,
                "The books and the bank disagree in \(wrong.joined(separator: ", ")). Read all statements, and look at what is unmatched."
            )
        }
    }
}

extension Page {
    fileprivate mutating func statement(_ report: StatementReport) {
        line("Read \(Count(report.statements, "statement")) with \(Count(report.lines.count, "booked payment")).")
        for entry in report.lines {
            line("\(entry.day)  \(entry.amount.text)  \(entry.counterparty ?? "", .bold)  \(Line(status: entry.use))")
            if !entry.text.isEmpty { line("  \(entry.text, .faint)") }
            line("  \(entry.sentence)")
        }
        if report.unbooked > 0 {
            line("\(Count(report.unbooked, "entry", "entries")) not booked yet, and left for a later statement.")
        }
        for statement in report.inconsistent {
            line("\("Statement \(statement) does not add up: payments are missing in it.", .bad)")
        }
    }

    fileprivate mutating func payouts(_ report: PayoutReport) {
        if report.lines.isEmpty { line("Nothing can be paid now.") }
        if !report.lines.isEmpty {
            table(
                ["What", "To", "Account", .number("Amount"), "Reference"],
                report.lines.map {
                    [Line($0.kind), Line($0.to, .bold), Line($0.destination), Line($0.amount.text), Line($0.reference)]
                })
        }
        for file in report.files { line("Wrote \(file, .bold). Hand it in, once.") }
        guard !report.waiting.isEmpty else { return }
        heading("Not paid now")
        for sentence in report.waiting { line("  \(sentence)") }
    }

    fileprivate mutating func book(_ book: Reconciliation) {
        if !lines.isEmpty { blank() }
        let rows = book.books.map { [Line($0.name), Line($0.amount.text)] }
        var results = [[Line("What the bank has to hold", .bold), Line(book.expected.text, .bold)]]
        if let statement = book.statement { results.append(["What its last statement says", Line(statement.text)]) }
        if let difference = book.difference { results.append(["Difference", Line(difference.text, book.agrees ? .good : .bad)]) }
        table([Table.Column(stringLiteral: "Books in \(book.currency)"), .number("Amount")], rows + results)
        if book.statement == nil { line("No statement in \(book.currency) was read.") }
        line(book.agrees ? "\("They agree.", .good)" : "\("They do not agree.", .bad)")
        if !book.unmatched.isEmpty { line("Matched with nothing:") }
        for entry in book.unmatched { line("  \(entry)") }
    }
}
