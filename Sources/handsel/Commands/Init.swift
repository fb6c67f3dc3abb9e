import ArgumentParser
import HandselKit

/// `handsel init`: a person, this first device, and the recovery code.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Create your replica on this device.",
        discussion: """
            Prints your recovery code. It is shown this once and brings everything back if the device is lost.

            Example:
              handsel init --name "Ada Freelancer"
            """)

    @Option(help: "Your name, as the other side will read it.")
    var name: String

    @Option(help: "A relay to keep your changes at, from the first one on.")
    var relay: String?

    @OptionGroup var seal: SealOption

    @OptionGroup var options: GlobalOptions

    /// What `--json` prints.
    private struct Result: Encodable {
        let replica: WhoAmI
        let recoveryCode: String
    }

    func run() async throws {
        let (node, recoveryCode) = try await Node.create(
            home: options.directory, name: name, relay: relay, passphrase: try seal.read(options))
        let replica = try await node.whoAmI()
        try options.show(Result(replica: replica, recoveryCode: recoveryCode)) { page in
            page.line("Hello, \(replica.name, .bold). Your replica is in \(replica.home).")
            page.blank()
            page.line("Your recovery code, shown this once:")
            page.blank()
            page.line("    \(recoveryCode, .bold)")
            page.blank()
            page.line(
                "Keep it on paper, away from this device. If the device is lost, `handsel recover` brings everything back with")
            page.line("it. Whoever has the code can do so; nobody can replace it.")
            if relay == nil { page.line("It names no relay yet: note the link of yours beside it once you have one.") }
        }
    }
}
