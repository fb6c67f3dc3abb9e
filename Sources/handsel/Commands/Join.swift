import ArgumentParser
import HandselKit

/// `handsel join`: taking up an invite.
struct JoinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Take up an invite.",
        discussion: """
            Fetches the contract if its relay or owner can be reached; if not, the next sync that reaches one does.

            Example:
              handsel join handsel:THE-WHOLE-LINK
            """)

    @Argument(help: "The link that you were sent.")
    var link: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let result = try await options.open().join(link, progress: options.progress)
        try options.show(result) { page in
            if let title = result.title { page.line("\(title, .bold)") }
            page.line("\(result.sentence)")
        }
    }
}
