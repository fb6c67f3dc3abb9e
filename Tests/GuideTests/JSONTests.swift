import Foundation
import Support
import Testing

/// `--json` on every command.
@Suite(.timeLimit(.minutes(5 * allowance)))
struct JSONTests {
    @Test("every command answers --json with one object, all of whose keys are documented")
    func everyCommand() async throws {
        let workshop = try Workshop()
        let relay = try await Relay(in: workshop)
        let recorder = Recorder(workshop)
        let code = try await meet(recorder, relay)
        try await work(recorder)
        try await settle(recorder)
        try await MoneyStory(recorder).play()
        try await leave(recorder, code)
        try await check(runningCommands: workshop, recorder)

        let called = Set(recorder.answers.map { $0.words.joined(separator: " ") })
        let commands = try await CommandTree.read(in: workshop).leaves.map(\.name)
        let running: Set = ["up", "relay run"]
        #expect(commands.filter { !called.contains($0) && !running.contains($0) } == [])

        let documentation = try CommandLineDocument.read()
        for answer in recorder.answers {
            for key in Self.keys(in: answer.object) where !documentation.words.contains(key) {
                Issue.record("Docs/CommandLine.md does not name the key \(key), which \(answer.words) prints")
            }
        }
    }

    /// From nothing to an accepted contract; gives Ada's recovery code.
    private func meet(_ recorder: Recorder, _ relay: Relay) async throws -> String {
        let ada = try await recorder.ask("ada", "init", "--name", "Ada Freelancer", "--relay", relay.link)
        try await recorder.ask("bob", "init", "--name", "Bob Client")
        try await recorder.ask("bob", "whoami")
        try await recorder.ask("bob", "relay add", relay.link, "--name", "harbour")
        try await recorder.ask("bob", "relay list")
        let peer = relay.link.replacing("handsel-relay", with: "handsel-peer")
        try await recorder.ask("bob", "peer add", peer)
        try await recorder.ask("bob", "peer list")
        try await recorder.ask("bob", "peer remove", peer)
        try Data("correct horse\n".utf8).write(to: recorder.workshop.folder.appending(path: "passphrase.txt"))
        try await recorder.ask("bob", "passphrase set", "--new-passphrase-file", "passphrase.txt")
        try await recorder.ask("bob", "passphrase remove", "--passphrase-file", "passphrase.txt")
        try Data("Scope. One page.\n".utf8).write(to: recorder.workshop.folder.appending(path: "terms.txt"))
        try await recorder.ask(
            "bob", "contract offer", "--fixed", "--title", "Landing page", "--currency", "EUR", "--milestone", "Design:500.00",
            "--terms", "terms.txt")
        try await recorder.ask(
            "bob", "contract offer", "--hourly", "--title", "Support", "--currency", "EUR", "--rate", "45.00", "--weekly-hours",
            "5")
        try await recorder.ask("bob", "contract withdraw", "Support")
        let spare = try await recorder.ask("bob", "invite make", "Support")
        try await recorder.ask("bob", "invite revoke", try #require(spare["id"] as? String))
        let invite = try await recorder.ask("bob", "invite", "Landing page", "--role", "freelancer")
        try await recorder.ask("bob", "invite list")
        try await recorder.ask("bob", "sync")
        try await recorder.ask("ada", "join", try #require(invite["link"] as? String))
        try await recorder.ask("ada", "contract decline", "Landing page")
        try await recorder.ask("ada", "contract counter", "Landing page", "--milestone", "Design:600.00")
        for home in ["ada", "bob", "ada", "bob"] { try await recorder.ask(home, "sync") }
        try await recorder.ask("bob", "contract accept", "Landing page")
        for home in ["bob", "ada"] { try await recorder.ask(home, "sync") }
        return try #require(ada["recoveryCode"] as? String)
    }

    private func work(_ recorder: Recorder) async throws {
        let title = "Landing page"
        try await recorder.ask("ada", "diary status")
        try await recorder.ask("ada", "diary start", title, "--memo", "Sketches")
        try await recorder.ask("ada", "diary status")
        try await recorder.ask("ada", "diary stop")
        try await recorder.ask(
            "ada", "diary add", title, "--from", "2026-11-23T10:00+01:00", "--hours", "0.5", "--memo", "Palette")
        try await recorder.ask("ada", "diary edit", title, "--start", "2026-11-23T09:00Z", "--memo", "Colours")
        try await recorder.ask("ada", "diary delete", title, "--start", "2026-11-23T09:10Z")
        try await recorder.ask("ada", "diary week", title, "--of", "2026-11-23")
        try Data("design".utf8).write(to: recorder.workshop.folder.appending(path: "design.svg"))
        try await recorder.ask("ada", "milestone submit", title, "Design", "--note", "Done.", "--file", "design.svg")
        try await recorder.ask("ada", "milestone list", title)
        let message = try await recorder.ask("ada", "message send", title, "Hello", "--file", "design.svg")
        try await recorder.ask("ada", "message edit", title, try #require(message["id"] as? String), "Hello, Bob")
        try await recorder.ask("ada", "message list", title)
        try await recorder.ask("ada", "message search", "bob")
        try await recorder.ask("ada", "file put", title, "terms.txt")
        try await recorder.ask("ada", "file get", title, "terms.txt", "--to", "copy.txt")
        try await recorder.ask("ada", "file list", title)
        try await recorder.ask("ada", "contract edit", title, "--terms", "design.svg")
        try await recorder.ask("ada", "sync")
        try await recorder.ask("bob", "sync")
        try await recorder.ask("bob", "milestone changes", title, "Design", "--note", "Bluer.")
        try await recorder.ask("bob", "contract show", title)
        try await recorder.ask("bob", "contract list")
        try await recorder.ask("bob", "contract history", title)
        try await recorder.ask("bob", "status")
    }

    /// A contract without an agent, to its end.
    private func settle(_ recorder: Recorder) async throws {
        let title = "Landing page"
        try await recorder.ask("bob", "milestone release", title, "Design")
        for home in ["bob", "ada"] { try await recorder.ask(home, "sync") }
        try await recorder.ask("ada", "milestone confirm", title, "Design")
        try await recorder.ask("bob", "contract pause", title)
        try await recorder.ask("bob", "contract resume", title)
        try await recorder.ask("bob", "contract amend", title, "--title", "Landing pages")
        try await recorder.ask("bob", "contract end", title)
        try await recorder.ask("bob", "export", title, "--to", "evidence")
        try await recorder.ask("nobody", "verify", "evidence")
        for home in ["bob", "ada"] { try await recorder.ask(home, "sync") }
    }

    private func leave(_ recorder: Recorder, _ code: String) async throws {
        try await recorder.ask("bob", "bundle write", "stick.handsel")
        try await recorder.ask("ada", "bundle read", "stick.handsel")
        try await recorder.ask("ada", "sync")
        try await recorder.ask("new", "recover", code)
        try await recorder.ask("new", "doctor")
        try await recorder.ask("new", "device renew", code)
        let guest = try await recorder.ask("ada", "device add")
        try await recorder.ask("ada", "sync")
        try await recorder.ask("phone", "device accept", try #require(guest["code"] as? String))
        try await recorder.ask("phone", "device list")
        let phone = try await recorder.ask("phone", "whoami")
        try await recorder.ask("ada", "sync")
        try await recorder.ask("ada", "device revoke", try #require(phone["device"] as? String))
        try await recorder.ask("bob", "relay remove", "harbour")
        try await recorder.ask("nobody", "demo")
    }

    /// Commands that keep running print an object a line.
    private func check(runningCommands workshop: Workshop, _ recorder: Recorder) async throws {
        for arguments in [
            ["--home", "ada", "up", "--listen", "127.0.0.1:0"],
            ["relay", "run", "--listen", "127.0.0.1:0", "--store", "other.sqlite"],
        ] {
            let service = try Service(workshop.process(Built.handsel, arguments + ["--json"], environment: [:]))
            let line = try #require(await service.nextLine())
            #expect(workshop.object(line) != nil, "\(arguments): \(line)")
            #expect(await service.stop() == 0)
        }
    }

    /// The keys of an object and of all in it; ids are no keys of ours.
    private static func keys(in value: Any) -> Set<String> {
        switch value {
        case let object as [String: Any]:
            object.reduce(into: Set(object.keys.filter { !$0.hasPrefix("device_") })) { $0.formUnion(keys(in: $1.value)) }
        case let list as [Any]: list.reduce(into: []) { $0.formUnion(keys(in: $1)) }
        default: []
        }
    }

    @Test("a refusal with --json prints one object too, and the sentence on standard error")
    func refusals() async throws {
        let workshop = try Workshop()
        for (arguments, code) in [(["whoami"], "noReplica"), (["contract", "offer"], "usage"), (["nonsense"], "usage")] {
            let finished = try await workshop.handsel(arguments + ["--json"])
            let error = try #require(workshop.object(finished.output)?["error"] as? [String: String], "\(arguments)")
            #expect(error["code"] == code, "\(arguments)")
            let message = try #require(error["message"])
            #expect(finished.errors.contains(message), "\(arguments): \(finished.errors)")
        }
    }
}
