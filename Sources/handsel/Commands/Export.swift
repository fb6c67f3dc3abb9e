import ArgumentParser
import HandselKit

/// `handsel export`: the signed history of a contract, for outsiders.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Export a contract's signed history, which anyone can check.",
        discussion: """
            Every change keeps its signed place in the history. What is withheld cannot be read, and nothing can be put in its place. \
            KIND is an operation such as message.send, a group (contract, milestones, disputes, weeks, escrow, money, diary, terms, \
            statements, messages, files, names), a person, or the beginning of a change's id. Several are separated by commas.

            Example:
              handsel export "Landing page" --to evidence --withhold messages,files
            """)

    @OptionGroup var about: ContractArgument

    @Option(help: ArgumentHelp("Where to write it; empty or not there yet.", valueName: "directory"), completion: .directory)
    var to: String

    @Option(help: ArgumentHelp("The only kinds to show. (default: everything)", valueName: "kinds"))
    var only: String?

    @Option(help: ArgumentHelp("The kinds to withhold. (default: nothing)", valueName: "kinds"))
    var withhold: String?

    @Option(help: ArgumentHelp("An authority that confirms the time (RFC 3161). (default: none)", valueName: "url"))
    var timestamp: String?

    @OptionGroup var options: GlobalOptions

    private func kinds(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }

    func run() async throws {
        options.progress("Exporting \(about.contract)…")
        let report = try await options.open().export(
            about.contract, to: to, only: only.map(kinds), withhold: withhold.map(kinds) ?? [], timestampURL: timestamp)
        try options.show(report) { page in
            let contents = report.contents
            page.line("Wrote \(report.path, .bold): \(Count(contents.changes, "change")), \(contents.withheldText).")
            if let timestamp = contents.timestamp { page.line("\(timestamp.text)") }
            page.line("Anyone checks it with `handsel verify \(report.path)`, or without Handsel as VERIFY.md in it says.")
        }
    }
}

extension VerificationReport {
    /// Such as `3 withheld`.
    var withheldText: String {
        let count = withheld.reduce(0) { $0 + $1.count }
        return count == 0 ? "all shown" : "\(count) withheld"
    }
}

extension TimestampReport {
    /// Who confirmed the time, and how far that is to be believed.
    var text: String {
        let who = authority ?? "An authority"
        let when = UTC.text(UInt64(max(0, time)))
        return isTrusted
            ? "\(who) confirms that it existed at \(when)."
            : "\(who) says that it existed at \(when); `handsel verify --timestamp-ca FILE` checks that."
    }
}
