import Foundation
import Support
import Testing

/// The command line as people and scripts meet it: exit codes, refusals, help.
@Suite(.timeLimit(.minutes(5 * allowance)))
struct CommandLineTests {
    struct Refusal: Sendable {
        let arguments: [String]
        let code: Int32
        /// What the sentence on standard error has to say.
        let says: String

        init(_ arguments: String..., exits code: Int32, saying says: String) {
            (self.arguments, self.code, self.says) = (arguments, code, says)
        }
    }

    /// The beginning of no id: the alphabet has no u.
    private static let noID = "change_u"

    /// Bob's replica has one contract; nobody else has anything.
    static let refusals = [
        Refusal("nonsense", exits: 2, saying: "nonsense"),
        Refusal("whoami", "--nonsense", exits: 2, saying: "--nonsense"),
        Refusal("--home", "", "whoami", exits: 2, saying: "--home"),
        Refusal("init", exits: 2, saying: "--name"),
        Refusal("init", "--name", " ", exits: 2, saying: "name"),
        Refusal("contract", "offer", "--title", "A", "--currency", "EUR", exits: 2, saying: "--fixed"),
        Refusal("contract", "offer", "--fixed", "--title", "A", "--currency", "EUR", exits: 2, saying: "--milestone"),
        Refusal("contract", "offer", "--hourly", "--title", "A", "--currency", "EUR", exits: 2, saying: "--rate"),
        Refusal(
            "contract", "offer", "--fixed", "--title", "A", "--currency", "EUR", "--milestone", "Design", exits: 2,
            saying: "TITLE:AMOUNT"),
        Refusal(
            "--home", "bob", "contract", "offer", "--fixed", "--title", "A", "--currency", "EUR", "--milestone", "Design:5.001",
            exits: 2, saying: "5.001"),
        Refusal(
            "--home", "bob", "contract", "offer", "--fixed", "--title", "A", "--currency", "euro", "--milestone", "Design:5",
            exits: 2, saying: "euro"),
        Refusal(
            "--home", "bob", "contract", "offer", "--fixed", "--title", "A", "--currency", "EUR", "--milestone",
            "Design:5:2026-02-30", exits: 2, saying: "2026-02-30"),
        Refusal("diary", "add", "A", "--from", "2026-11-23T09:00", "--slots", "1", exits: 2, saying: "zone"),
        Refusal("diary", "add", "A", "--from", "2026-02-30T09:00Z", "--slots", "1", exits: 2, saying: "zone"),
        Refusal("diary", "add", "A", "--from", "2026-11-23T09:00Z", exits: 2, saying: "--slots"),
        Refusal("diary", "add", "A", "--from", "2026-11-23T09:00Z", "--hours", "0.1", exits: 2, saying: "ten-minute"),
        Refusal("diary", "week", "A", "--of", "yesterday", exits: 2, saying: "2026-11-23"),
        Refusal("relay", "run", "--listen", "nowhere", "--store", "a.sqlite", exits: 2, saying: "nowhere"),
        Refusal("whoami", exits: 1, saying: "handsel init"),
        Refusal("--home", "bob", "init", "--name", "Bob", exits: 1, saying: "--home"),
        Refusal("--home", "bob", "contract", "show", "Lawn", exits: 1, saying: "handsel contract list"),
        Refusal("--home", "bob", "contract", "accept", "Landing page", exits: 1, saying: "."),
        Refusal("--home", "bob", "milestone", "submit", "Landing page", "1", exits: 1, saying: "not active"),
        Refusal("--home", "bob", "diary", "start", "Landing page", exits: 1, saying: "freelancer"),
        Refusal("--home", "bob", "diary", "stop", exits: 1, saying: "handsel diary start"),
        Refusal(
            "--home", "bob", "message", "edit", "Landing page", noID, "Hello", exits: 1, saying: "handsel message list"),
        Refusal("--home", "bob", "message", "send", "Landing page", "See this", "--file", "no.txt", exits: 1, saying: "no.txt"),
        Refusal("--home", "bob", "contract", "edit", "Landing page", "--terms", "no.txt", exits: 1, saying: "no.txt"),
        Refusal("--home", "bob", "file", "get", "Landing page", "no.txt", exits: 1, saying: "handsel file list"),
        Refusal("--home", "bob", "invite", "revoke", noID, exits: 1, saying: "handsel invite list"),
        Refusal("--home", "bob", "relay", "remove", "harbour", exits: 1, saying: "handsel relay list"),
        Refusal("--home", "bob", "sync", exits: 1, saying: "handsel relay add"),
        Refusal("--home", "bob", "up", exits: 1, saying: "handsel relay add"),
        Refusal("--home", "bob", "bundle", "read", "no.handsel", exits: 1, saying: "no.handsel"),
        Refusal("--home", "bob", "bundle", "read", "terms.txt", exits: 3, saying: "."),
        Refusal("--home", "damaged", "contract", "list", exits: 3, saying: "damaged"),
    ]

    @Test("what cannot be done is refused in one sentence, with the exit code of its kind")
    func refusing() async throws {
        let workshop = try Workshop()
        try await workshop.offer(through: nil)
        try await workshop.answer("--home", "damaged", "init", "--name", "Cy")
        try damage(workshop.folder.appending(path: "damaged/replica.sqlite"))
        for refusal in Self.refusals {
            let finished = try await workshop.handsel(refusal.arguments)
            #expect(finished.code == refusal.code, "\(refusal.arguments): \(finished.errors)")
            #expect(finished.output.isEmpty, "\(refusal.arguments): \(finished.output)")
            #expect(finished.errors.contains(refusal.says), "\(refusal.arguments): \(finished.errors)")
            expectSentence(finished.errors, refusal.code, "\(refusal.arguments)")
        }
    }

    /// Writes over all pages of a file but its first bytes, by which SQLite knows it for one of its own.
    private func damage(_ url: URL) throws {
        var data = try Data(contentsOf: url)
        data.replaceSubrange(100..., with: Data(repeating: 0xa5, count: data.count - 100))
        try data.write(to: url)
    }

    /// A refusal is one line; wrong usage brings how it is used with it.
    private func expectSentence(
        _ errors: String, _ code: Int32?, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let lines = errors.split(separator: "\n")
        #expect(lines.first?.hasPrefix("handsel: ") == true, "\(what): \(errors)", sourceLocation: sourceLocation)
        #expect(code == 2 || lines.count == 1, "\(what): \(errors)", sourceLocation: sourceLocation)
        for leak in ["Error Domain", "Optional(", "Swift.", "SQLite error"] {
            #expect(!errors.contains(leak), "\(what): \(errors)", sourceLocation: sourceLocation)
        }
    }

    @Test("every command has an example in its help, and a row in the documentation with its options")
    func help() async throws {
        let calls = try await CommandTree.read(in: try Workshop()).calls
        #expect(calls.count > 40)
        let documentation = try CommandLineDocument.read()
        for call in calls {
            #expect(call.command.abstract?.hasSuffix(".") == true, "\(call.name)")
            #expect(call.command.discussion?.contains("Example:\n  handsel ") == true, "\(call.name)")
            guard (call.command.subcommands ?? []).isEmpty else { continue }
            let row = try #require(documentation.row(of: call.name), "Docs/CommandLine.md has no row for \(call.name)")
            for argument in call.command.arguments ?? [] where argument.kind != "positional" {
                let name = argument.preferredName?.name ?? ""
                let isGlobal = ["home", "passphrase-file", "json", "help", "version"].contains(name)
                #expect(isGlobal || row.contains("--\(name)"), "Docs/CommandLine.md: \(call.name) --\(name)")
            }
        }
    }

    @Test("the option --home stands before or behind the command, and HANDSEL_HOME replaces it")
    func home() async throws {
        let workshop = try Workshop()
        try await workshop.answer("init", "--name", "Ada", "--home", "ada")
        for arguments in [["--home", "ada", "whoami"], ["whoami", "--home", "ada"]] {
            #expect(try await workshop.handsel(arguments).output.hasPrefix("Ada\n"), "\(arguments)")
        }
        #expect(try await workshop.handsel(["whoami"], environment: ["HANDSEL_HOME": "ada"]).output.hasPrefix("Ada\n"))
        let usual = workshop.folder.appending(path: ".handsel").path
        #expect(try await workshop.handsel("whoami").errors.contains(usual))
    }

    @Test("what others wrote cannot steer the terminal, and a pipe gets no colours")
    func terminal() async throws {
        let workshop = try Workshop()
        try await workshop.offer(through: nil)
        try await workshop.answer("--home", "bob", "message", "send", "Landing page", "\u{1b}[2J\u{202e}gone\u{9b}31m\u{7}")
        for command in [["message", "list", "Landing page"], ["contract", "show", "Landing page"]] {
            let output = try await workshop.handsel(["--home", "bob"] + command).output
            #expect(output.contains("gone"))
            for character in ["\u{1b}", "\u{202e}", "\u{9b}", "\u{7}"] { #expect(!output.contains(character), "\(command)") }
        }
    }

    @Test("the words of the terms leave through a pipe as they came", arguments: ["One\tline\u{2028}\n\n", "no end", ""])
    func words(text: String) async throws {
        let workshop = try Workshop()
        try await workshop.offer(through: nil)
        try Data(text.utf8).write(to: workshop.folder.appending(path: "new.txt"))
        try await workshop.answer("--home", "bob", "contract", "edit", "Landing page", "--terms", "new.txt")
        let shown = try await workshop.handsel("--home", "bob", "contract", "show", "Landing page", "--terms")
        #expect(shown.code == 0)
        #expect(shown.output == text)
    }

    @Test("a command that keeps running ends with 0 on either signal", arguments: [SIGINT, SIGTERM])
    func signals(signal: Int32) async throws {
        let workshop = try Workshop()
        let relay = try await Relay(in: workshop)
        try await workshop.answer("--home", "ada", "init", "--name", "Ada", "--relay", relay.link)
        let up = try Service(workshop.process(Built.handsel, ["--home", "ada", "up"], environment: [:]))
        #expect(await up.nextLine()?.hasPrefix("Connected") == true)
        #expect(await up.stop(with: signal) == 0)
        #expect(await relay.service.stop(with: signal) == 0)
    }
}
