import ArgumentParser
import HandselKit

/// `handsel recover`: everything back from the recovery code alone.
struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Bring your replica back with the recovery code.",
        discussion: """
            The code names the relay that keeps your changes; --relay is for when that has moved.

            Example:
              handsel --home new-laptop recover "CODE-FROM-YOUR-PAPER"
            """)

    @Argument(help: "The recovery code that `handsel init` printed.")
    var code: String

    @Option(help: "The relay that keeps your changes, if not the one in the code.")
    var relay: String?

    @OptionGroup var seal: SealOption

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let node = try await Node.recover(
            home: options.directory, code: code, relay: relay, passphrase: try seal.read(options), progress: options.progress)
        try await options.welcome(node)
    }
}

extension GlobalOptions {
    /// Says what a new device has.
    func welcome(_ node: Node) async throws {
        let replica = try await node.whoAmI()
        let contracts = try await node.contracts()
        try show(replica) { page in
            page.line("Welcome back. This is a new device of yours, with \(Count(contracts.count, "contract")).")
            page.blank()
            page.identity(replica)
        }
    }
}
