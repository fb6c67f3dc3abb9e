import ArgumentParser
import HandselKit

/// `handsel verify`: checks an exported history.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check an exported history.",
        discussion: """
            Needs no replica and no network. Ends with exit code 3 and one sentence if anything is damaged, missing or not signed \
            by who it says.

            Example:
              handsel verify evidence
            """)

    @Argument(help: "The directory that `handsel export` wrote.", completion: .directory)
    var path: String

    @Option(
        name: .customLong("timestamp-ca"),
        help: ArgumentHelp("Root certificates (PEM) by which its timestamp has to be signed.", valueName: "file"),
        completion: .file())
    var timestampAuthority: String?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        options.progress("Checking \(path)…")
        let report = try Node.verify(path: path, timestampAuthority: timestampAuthority)
        try options.show(report) { page in page.report(report) }
        guard report.moneyAddsUp != false else {
            throw Reported(.damaged, "The money in this history does not add up.")
        }
    }
}

extension Page {
    fileprivate mutating func report(_ report: VerificationReport) {
        line("\("Signed and complete as far as it says.", .good) \(report.title ?? "A contract", .bold)")
        line("Exported by \(report.exporter) at \(UTC.text(report.time)), who signed for it.")
        if let timestamp = report.timestamp { line("\(timestamp.text)") }
        line(
            "\(Count(report.changes, "change")) of \(Count(report.devices, "device")), each signed and in its place; \(report.withheldText)."
        )
        if let addsUp = report.moneyAddsUp {
            line(addsUp ? "The money adds up: funded is released, refunded and held." : "\("The money does not add up.", .bad)")
        } else if !report.isJudged {
            line("Not all changes about money are shown, so nobody can tell which acts have an effect.")
        }
        heading("Shown")
        table(["Who", "What", .number("Changes")], report.shown.map { [Line($0.by), Line($0.kind), Line("\($0.count)")] })
        if !report.withheld.isEmpty {
            heading("Withheld")
            table(
                ["Who", "Audience", .number("Changes")],
                report.withheld.map { [Line($0.by), Line($0.kind), Line("\($0.count)")] })
        }
        if !report.forks.isEmpty {
            heading("Forks")
            for fork in report.forks {
                line(
                    "\(fork.by) signed \(fork.changes.count) different changes with number \(fork.number) on \(ShortID(fork.device)): a copied device, or a forger."
                )
            }
            line("What others had acknowledged before they knew stands; nothing else that it signed from there on counts.")
        }
        heading("Signed for by the others, and known to be complete, up to")
        table(
            ["Signer", "Changes of", .number("Number"), "Change"],
            report.signedUpTo.map {
                [Line($0.by), Line($0.owner), Line("\($0.number)"), Line("\(ShortID($0.change))", .faint)]
            })
    }
}
