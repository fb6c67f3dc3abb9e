import Foundation
import Support
import Testing

@Suite("A passphrase locks the device's key file, and nothing is lost by a wrong one", .enabled(if: SQLite.isInstalled))
struct PassphraseTests {
    /// Writes a passphrase to a file and returns its path.
    private static func file(_ text: String, in scene: Scene) throws -> String {
        let url = scene.path("passphrase-\(UUID().uuidString)")
        try Data(text.utf8).write(to: url)
        return url.path
    }

    private static func keys(of person: Person) throws -> Data {
        try Data(contentsOf: person.home.appendingPathComponent("device.keys"))
    }

    /// Runs a command with a variable in its environment.
    private static func attempt(_ person: Person, with variable: String, _ arguments: [String]) async throws -> Outcome {
        let arguments = [variable, Person.program.path, "--home", person.home.path] + arguments
        return try await Job(Person.environment, arguments, in: person.folder).outcome()
    }

    @Test("it is set, changed and removed, and every command needs it meanwhile", .timeLimit(.minutes(5 * allowance)))
    func locked() async throws {
        try await Scene.withRelay { scene, relay in
            try await scene.agree(through: relay)
            let device: WhoAmIAnswer = try await scene.ada.ask("whoami")
            let plain = try Self.keys(of: scene.ada)
            let first = try Self.file("correct horse\n", in: scene)
            let second = try Self.file("battery staple", in: scene)
            try await scene.ada.run("passphrase", "set", "--new-passphrase-file", first)
            #expect(try Self.keys(of: scene.ada) != plain)

            for command in [["whoami"], ["sync"], ["up"], ["message", "send", Scene.contract, "Hi"], ["passphrase", "remove"]] {
                let without = try await scene.ada.attempt(command)
                #expect(without.isRefusal && without.errors.contains("--passphrase-file"), "\(without)")
                let wrong = try await scene.ada.attempt(command + ["--passphrase-file", second])
                #expect(wrong.isRefusal && wrong.errors.contains("does not open"), "\(wrong)")
            }
            try await scene.ada.run("message", "send", Scene.contract, "By option.", "--passphrase-file", first)
            let environment = try await Self.attempt(
                scene.ada, with: "HANDSEL_PASSPHRASE_FILE=\(first)", ["message", "send", Scene.contract, "By environment."])
            #expect(environment.end == .exited(0), "\(environment)")
            try await scene.ada.run("--passphrase-file", first, "sync")
            try await scene.bob.run("sync")
            let texts = try await scene.bob.contract().messages.map(\.text)
            #expect(texts == ["By option.", "By environment."])

            try await scene.ada.run("passphrase", "set", "--passphrase-file", first, "--new-passphrase-file", second)
            let old = try await scene.ada.attempt(["whoami", "--passphrase-file", first])
            #expect(old.isRefusal)
            try await scene.ada.run("passphrase", "remove", "--passphrase-file", second)
            let after: WhoAmIAnswer = try await scene.ada.ask("whoami")
            #expect(after.device == device.device)
            #expect(try Self.keys(of: scene.ada) == plain)
        }
    }

    @Test("the running node takes it at its start", .timeLimit(.minutes(5 * allowance)))
    func up() async throws {
        try await Scene.withRelay { scene, relay in
            let words = try Self.file("correct horse", in: scene)
            try await scene.ada.run("init", "--name", "Ada", "--relay", relay.link, "--passphrase", "--passphrase-file", words)
            let locked = try await scene.ada.attempt(["whoami"])
            #expect(locked.isRefusal)
            let up = try scene.ada.start(["up", "--passphrase-file", words])
            try await eventually { up.said.contains("Connected") }
            up.interrupt()
            #expect(try await up.outcome().end == .exited(0))
        }
    }

    @Test("a recovered device is sealed from its start", .timeLimit(.minutes(5 * allowance)))
    func recovered() async throws {
        try await Scene.withRelay { scene, relay in
            let words = try Self.file("correct horse", in: scene)
            let made: InitAnswer = try await scene.ada.ask("init", "--name", "Ada", "--relay", relay.link)
            try await scene.ada.run("sync")
            let laptop = Person("ada", in: scene.folder, home: "new-laptop")
            try await laptop.run("recover", made.recoveryCode, "--passphrase", "--passphrase-file", words)
            let locked = try await laptop.attempt(["whoami"])
            #expect(locked.isRefusal)
            try await laptop.run("whoami", "--passphrase-file", words)
        }
    }

    @Test("a passphrase that is empty or cannot be read changes nothing", .timeLimit(.minutes(5 * allowance)))
    func refused() async throws {
        try await Scene.with { scene in
            try await scene.ada.run("init", "--name", "Ada")
            let plain = try Self.keys(of: scene.ada)
            let long = String(repeating: "a", count: 1_025)
            let files = [try Self.file("", in: scene), try Self.file("\nlater", in: scene), try Self.file(long, in: scene)]
            for file in files + [scene.path("nowhere").path] {
                let outcome = try await scene.ada.attempt(["passphrase", "set", "--new-passphrase-file", file])
                #expect(outcome.isRefusal, "\(outcome)")
                #expect(try Self.keys(of: scene.ada) == plain)
            }
            // Standard input is empty here.
            let outcome = try await scene.ada.attempt(["passphrase", "set"])
            #expect(outcome.isRefusal, "\(outcome)")
            #expect(try Self.keys(of: scene.ada) == plain)
        }
    }

    @Test("at a terminal it is asked for and not shown", .timeLimit(.minutes(5 * allowance)), .enabled(if: Terminal.isInstalled))
    func terminal() async throws {
        try await Scene.with { scene in
            try await scene.ada.run("init", "--name", "Ada")
            let plain = try Self.keys(of: scene.ada)
            let apart = try await Terminal.run(
                scene.ada, ["passphrase", "set"], typing: [("New passphrase:", "one\n"), ("The same again:", "two\n")])
            #expect(apart.code == 1 && apart.text.contains("not the same"), "\(apart)")
            let stopped = try await Terminal.run(scene.ada, ["passphrase", "set"], typing: [("New passphrase:", "on\u{3}")])
            #expect(stopped.code == 1, "\(stopped)")
            #expect(try Self.keys(of: scene.ada) == plain)
            let set = try await Terminal.run(
                scene.ada, ["passphrase", "set"], typing: [("New passphrase:", "secret\n"), ("The same again:", "secret\n")])
            #expect(set.code == 0 && set.text.contains("sealed") && !set.text.contains("secret"), "\(set)")
            let wrong = try await Terminal.run(scene.ada, ["whoami"], typing: [("Passphrase:", "guess\n")])
            #expect(wrong.code == 1 && wrong.text.contains("does not open"), "\(wrong)")
            let right = try await Terminal.run(scene.ada, ["whoami"], typing: [("Passphrase:", "secret\n")])
            #expect(right.code == 0 && right.text.contains("Ada") && !right.text.contains("secret"), "\(right)")
        }
    }
}
