import ArgumentParser
import HandselKit

/// `handsel up`: the running node, which syncs by itself.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Keep syncing until stopped, and let peers dial in.",
        discussion: """
            Prints an event a line; with --json each line is an object. Other commands may use the replica meanwhile. Ctrl-C stops it.

            Example:
              handsel up --listen 0.0.0.0:7444
            """)

    @Option(help: ArgumentHelp("Where peers may dial in; port 0 lets the system choose.", valueName: "host:port"))
    var listen: String?

    @Option(
        name: .customLong("relay"),
        help: ArgumentHelp("A relay to stay connected to besides those remembered; repeat it for each.", valueName: "url"))
    var relays: [String] = []

    @OptionGroup var options: GlobalOptions

    /// What a line is with `--json`.
    private struct Event: Encodable {
        let event: String
    }

    func run() async throws {
        let node = try options.open()
        let (listen, relays, isJSON) = (listen, relays, options.json)
        try await runUntilInterrupted {
            try await node.up(listen: listen, relays: relays) { sentence in
                if isJSON {
                    try? Output.show(json: Event(event: sentence), onOneLine: true)
                } else {
                    Output.show(Line(sentence))
                }
            }
        }
    }
}
