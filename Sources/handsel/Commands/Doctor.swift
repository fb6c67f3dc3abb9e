import ArgumentParser
import HandselKit

/// `handsel doctor`: checks the replica, and puts right what can be rebuilt.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the replica, and rebuild what is damaged.",
        discussion: """
            Every signed change is folded anew and compared with the tables; what differs is replaced, and named. Ends with \
            exit code 3 if the file itself is damaged, which no rebuilding repairs.

            Example:
              handsel doctor
            """)

    @OptionGroup var options: GlobalOptions

    /// What `--json` prints: the report, and what it comes to.
    private struct Result: Encodable {
        let report: DoctorReport

        private enum Key: CodingKey { case isHealthy }

        func encode(to encoder: any Encoder) throws {
            try report.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(report.isHealthy, forKey: .isHealthy)
        }
    }

    func run() async throws {
        let report = try await options.open().doctor(progress: options.progress)
        try options.show(Result(report: report)) { page in page.report(report) }
        guard report.file == "ok" else {
            throw Reported(
                .damaged, "The replica's file is damaged: \(report.file). Recover into a new directory with `handsel recover`.")
        }
    }
}

extension Page {
    fileprivate mutating func report(_ report: DoctorReport) {
        line(
            "Checked \(Count(report.rows, "row")) against \(Count(report.changes, "signed change")) in \(Count(report.spaces, "space"))."
        )
        if report.isHealthy { return line("\("Everything is as it should be.", .good)") }
        if !report.damaged.isEmpty {
            line(
                "\(Count(report.damaged.count, "row")) \(report.damaged.count == 1 ? "was" : "were") not what the changes say; rebuilt:"
            )
            table(
                ["Table", "Row", "Was"],
                report.damaged.map { [Line($0.table), Line(DoctorCommand.short($0.key)), Line($0.problem, .bad)] })
        }
        if !report.isSearchSound { line("The search index did not agree with its rows; it is rebuilt.") }
        if report.damaged.isEmpty && report.isSearchSound { return }
        line("No signed change was touched.")
    }
}

extension DoctorCommand {
    /// A row's key with its long identifiers cut, so that it fits a line; `--json` has all of it.
    fileprivate static func short(_ key: String) -> String { key.replacing(/([0-9a-f]{12})[0-9a-f]+/) { "\($0.output.1)…" } }
}
