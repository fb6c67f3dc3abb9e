import ArgumentParser
import HandselKit
import Logging
import Relay

/// `handsel relay run`: a relay, until it is stopped.
struct RelayRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a relay until stopped.",
        discussion: """
            The first line is the link that its users add; it stays the same as long as the store and the key file beside it do. \
            What goes wrong is logged to standard error. Ctrl-C stops it.

            Example:
              handsel relay run --listen 0.0.0.0:7443 --store relay.sqlite
            """)

    @Option(help: ArgumentHelp("Where to listen; port 0 lets the system choose.", valueName: "host:port"))
    var listen: String

    @Option(help: ArgumentHelp("The file that keeps what passes through.", valueName: "path"), completion: .file())
    var store: String

    @Flag(help: "Log every connection too.")
    var verbose = false

    @OptionGroup var options: GlobalOptions

    func validate() throws {
        if store.isEmpty { throw ValidationError("--store needs the name of a file.") }
        _ = try configuration()
    }

    private func configuration() throws -> RelayConfiguration {
        var logger = Logger(label: "handsel-relay") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = verbose ? .info : .notice
        do {
            return try RelayConfiguration(listeningOn: listen, storePath: store, logger: logger)
        } catch { throw ValidationError(error.description) }
    }

    func run() async throws {
        let configuration = try configuration()
        let (isJSON, progress) = (options.json, options.progress)
        try await runUntilInterrupted {
            try await RelayServer.run(configuration) { address in
                if isJSON {
                    try? Output.show(json: ["address": "\(address)"], onOneLine: true)
                } else {
                    Output.show(Line("\(address)"))
                }
                progress("Listening. People use this relay after `handsel relay add` with the link above. Ctrl-C stops it.")
            }
        }
    }
}
