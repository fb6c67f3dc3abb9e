import ArgumentParser
import HandselKit

/// `handsel bundle`: sync by file.
struct BundleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: "Sync by file, where no network goes.",
        discussion: """
            A bundle is as sealed as what goes over the network: who finds the stick reads nothing.

            Example:
              handsel bundle write /media/stick/landing-page.bundle --space "Landing page"
            """,
        subcommands: [BundleWrite.self, BundleRead.self])

    @OptionGroup var options: GlobalOptions
}

/// The command `handsel bundle write`.
struct BundleWrite: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write",
        abstract: "Write contracts to a file.",
        discussion: """
            Example:
              handsel bundle write landing-page.bundle --space "Landing page"
            """)

    @Argument(help: "The file to write.", completion: .file())
    var file: String

    @Option(help: ArgumentHelp("The only contract to write. (default: everything)", valueName: "contract"))
    var space: String?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        options.progress("Writing \(file)…")
        let report = try await options.open().writeBundle(to: file, space: space)
        try options.show(report) { page in
            page.line("Wrote \(report.path, .bold): \(report.contents), \(ByteCount(report.bytes)).")
            page.line("The other side takes it with `handsel bundle read FILE`.")
        }
    }
}

/// The command `handsel bundle read`.
struct BundleRead: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "Take what a file brings.",
        discussion: """
            All of it or nothing is taken; reading a file twice does no harm.

            Example:
              handsel bundle read landing-page.bundle
            """)

    @Argument(help: "The file to read.", completion: .file())
    var file: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        options.progress("Reading \(file)…")
        let report = try await options.open().readBundle(from: file)
        try options.show(report) { page in
            page.line(
                "Read \(report.path, .bold): \(report.contents) that \(report.changes == 1 ? "is" : "are") new, \(report.known) known before."
            )
        }
    }
}

extension BundleReport {
    /// Such as `12 changes of 2 spaces with 1 attachment`.
    fileprivate var contents: String {
        let files = attachments == 0 ? "" : " with \(Count(attachments, "attachment"))"
        return "\(Count(changes, "change")) of \(Count(spaces, "space"))\(files)"
    }
}
