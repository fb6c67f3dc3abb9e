import ArgumentParser
import HandselKit

/// `handsel whoami`: whose replica this is.
struct WhoAmICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami",
        abstract: "Show whose replica this is.",
        discussion: """
            Example:
              handsel whoami --json
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let replica = try await options.open().whoAmI()
        try options.show(replica) { page in page.identity(replica) }
    }
}

extension Page {
    /// Name, person, device and directory, ids in full.
    mutating func identity(_ replica: WhoAmI) {
        line("\(replica.name, .bold)")
        line("  person   \(replica.person)")
        line("  device   \(replica.device)")
        line("  replica  \(replica.home)")
    }
}
