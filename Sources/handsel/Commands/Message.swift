import ArgumentParser
import HandselKit

/// `handsel message`: what the two sides write to each other.
struct MessageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "message",
        abstract: "Write to the other side; edits keep what was there before.",
        discussion: """
            Example:
              handsel message list "Landing page"
            """,
        subcommands: [MessageSend.self, MessageList.self, MessageEdit.self, MessageSearch.self])

    @OptionGroup var options: GlobalOptions
}

/// The command `handsel message send`.
struct MessageSend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Write a message.",
        discussion: """
            A text that begins with a dash comes after two: handsel message send "Landing page" -- "- a list"

            Example:
              handsel message send "Landing page" "The first sketches are ready." --file sketches.pdf
              handsel message send "Landing page" - < letter.txt
            """)

    @OptionGroup var about: ContractArgument

    @Argument(help: "The text; - reads it from standard input.")
    var text: String

    @Option(
        name: .customLong("file"), help: ArgumentHelp("A file to attach; repeat it for each.", valueName: "path"),
        completion: .file())
    var files: [String] = []

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let text = try TextArgument.read(text)
        let message = try await options.open().send(about.contract, text: text, files: files)
        try options.show(message) { page in
            page.message(message, withID: true)
            page.saveForSync()
        }
    }
}

/// The command `handsel message list`.
struct MessageList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the messages of a contract.",
        discussion: """
            Example:
              handsel message list "Landing page" --wordings
            """)

    @OptionGroup var about: ContractArgument

    @Flag(help: "Show every wording that an edited message has had.")
    var wordings = false

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let node = try options.open()
        let messages = try await node.messages(about.contract)
        let viewer = try await node.contract(about.contract).viewer
        try options.show(["messages": messages]) { page in
            guard !messages.isEmpty || viewer.isParty else {
                return page.line("Messages are between the parties; you were given no key to read them.")
            }
            guard !messages.isEmpty else {
                page.line(
                    "There are no messages yet. Write the first with `handsel message send \"\(about.contract)\" \"Hello\"`.")
                return
            }
            for message in messages {
                page.message(message, withID: true)
                guard wordings, message.wordings.count > 1 else { continue }
                for wording in message.wordings {
                    page.line("      \(UTC.text(wording.time), .faint)")
                    page.quote(wording.text, indentation: "        ")
                }
            }
        }
    }
}

/// The command `handsel message edit`.
struct MessageEdit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Reword a message of yours.",
        discussion: """
            The other wordings stay readable for both sides: handsel message list CONTRACT --wordings

            Example:
              handsel message edit "Landing page" change_4k2m9x "The second sketches are ready."
            """)

    @OptionGroup var about: ContractArgument

    @Argument(help: "The message's id, or its beginning; `handsel message list` shows it.")
    var message: String

    @Argument(help: "The new text; - reads it from standard input.")
    var text: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let text = try TextArgument.read(text)
        let message = try await options.open().editMessage(about.contract, id: message, text: text)
        try options.show(message) { page in
            page.message(message, withID: true)
            page.saveForSync()
        }
    }
}

/// The command `handsel message search`.
struct MessageSearch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Search messages, terms, memos and what submissions say.",
        discussion: """
            Every word has to be there, or the beginning of one.

            Example:
              handsel message search "sketch palette" --in "Landing page"
            """)

    @Argument(help: "The words to look for.")
    var query: String

    @Option(name: .customLong("in"), help: ArgumentHelp("The only contract to search.", valueName: "contract"))
    var contract: String?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let hits = try await options.open().search(query, in: contract)
        try options.show(["hits": hits]) { page in
            guard !hits.isEmpty else {
                return page.line("Nothing has \"\(query)\" in it. Try fewer words, or only the beginning of one.")
            }
            page.table(
                ["Contract", "In", "Text"], hits.map { [Line($0.title, .bold), Line($0.place), Line($0.snippet)] })
        }
    }
}

extension SearchHit {
    /// What the words were found in; a memo is named by its slot.
    fileprivate var place: String {
        guard kind == "memo", let start = UInt64(item) else { return kind }
        return "memo, \(UTC.text(start))"
    }
}
