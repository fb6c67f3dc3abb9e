import Foundation
import Support
import Testing

/// A device must never write in two places: its changes are numbered, and two with one number look like a forgery.
@Suite("A copied or restored replica is read and not written to", .enabled(if: SQLite.isInstalled))
struct CopyTests {
    /// What reads.
    private static let reading = [
        ["whoami"], ["contract", "list"], ["contract", "show", Scene.contract], ["contract", "history", Scene.contract],
        ["message", "list", Scene.contract], ["message", "search", "Hello"], ["milestone", "list", Scene.contract],
        ["diary", "status"], ["diary", "week", Scene.contract, "--of", "2026-12-01"], ["file", "list", Scene.contract],
        ["balance"], ["payout", "list"], ["payout", "method"], ["status"], ["invite", "list"], ["relay", "list"],
        ["peer", "list"],
    ]

    /// What would write: about a contract, about the device alone, and over the network.
    private static func writing(message: String, path: (String) -> String) -> [[String]] {
        let contract = Scene.contract
        return [
            ["message", "send", contract, "From the copy"], ["message", "send", contract, "See", "--file", path("note.txt")],
            ["message", "edit", contract, message, "Changed"], ["contract", "edit", contract, "--terms", path("note.txt")],
            ["file", "put", contract, path("note.txt")], ["milestone", "submit", contract, "Design"],
            ["milestone", "submit", contract, "Design", "--note", "Done", "--file", path("note.txt")],
            ["diary", "start", contract], ["diary", "add", contract, "--from", "2026-12-01T12:00Z", "--slots", "1"],
            ["diary", "edit", contract, "--start", "2026-12-01T09:00Z", "--memo", "Changed"],
            ["diary", "delete", contract, "--start", "2026-12-01T09:00Z"], ["contract", "pause", contract],
            ["contract", "end", contract], ["contract", "amend", contract, "--title", "Another"],
            [
                "contract", "offer", "--fixed", "--title", "New", "--currency", "EUR", "--milestone", "A:1.00", "--as",
                "freelancer",
            ],
            ["join", path("link")], ["relay", "add", path("relay"), "--name", "again"],
            ["relay", "remove", path("relay")], ["peer", "add", path("peer")], ["sync"], ["up", "--listen", "127.0.0.1:0"],
            ["bundle", "read", path("from-bob.bundle")], ["doctor"],
        ]
    }

    @Test("a copy is read in full, every command that writes is refused, and the original goes on", .timeLimit(.minutes(10)))
    func copied() async throws {
        try await Self.withWork { scene, relay, message in
            let link = try await Self.linkToNew(scene)
            let copy = try await Self.copy(of: scene.ada)
            try await Self.checkRead(copy, as: scene.ada, in: scene)
            let peer = relay.link.replacingOccurrences(of: "handsel-relay", with: "handsel-peer")
            let values = ["link": link, "relay": relay.link, "peer": peer]
            try await scene.bob.run("bundle", "write", scene.path("from-bob.bundle").path)
            try await Self.checkRefused(Self.writing(message: message) { values[$0] ?? scene.path($0).path }, by: copy)
            let client = try await Self.copy(of: scene.bob)
            try await Self.checkRefused([["invite", "Second"], ["contract", "withdraw", "Second"]], by: client)
            let refused = try await copy.attempt(["message", "send", Scene.contract, "Hello", "--json"])
            #expect(refused.text.contains("\"code\" : \"copied\""), "\(refused.text)")

            try await scene.ada.run("message", "send", Scene.contract, "From the original.")
            try await scene.syncAll()
            let (ada, bob) = (try await scene.ada.contractText(), try await scene.bob.contractText())
            #expect(ada == bob && ada.contains("From the original."))
        }
    }

    @Test(
        "a backup in the place of what was removed is noticed, though it may have its number", .timeLimit(.minutes(5 * allowance))
    )
    func restored() async throws {
        try await Self.withWork { scene, _, _ in
            let backup = scene.path("backup")
            try await Self.copy(scene.ada.home, to: backup)
            try await scene.ada.run("message", "send", Scene.contract, "Not in the backup.")
            try FileManager.default.removeItem(at: scene.ada.home)
            try await Self.copy(backup, to: scene.ada.home)
            let outcome = try await scene.ada.attempt(["message", "send", Scene.contract, "With a number used before."])
            #expect(outcome.isRefusal && outcome.errors.contains("`handsel device renew`"), "\(outcome)")
            let contract = try await scene.ada.contract()
            #expect(contract.messages.map(\.text) == ["Hello"])
        }
    }

    @Test("a folder that is renamed is the same replica", .timeLimit(.minutes(5 * allowance)))
    func renamed() async throws {
        try await Self.withWork { scene, _, _ in
            let moved = Person("ada", in: scene.folder, home: "moved")
            try FileManager.default.moveItem(at: scene.ada.home, to: moved.home)
            try await moved.run("message", "send", Scene.contract, "From the new folder.")
            try await moved.run("sync")
        }
    }
}

extension CopyTests {
    /// Runs `body` where two people have a contract, and Ada has written something of each kind; gives her message's id.
    private static func withWork(_ body: (Scene, RelayProcess, String) async throws -> Void) async throws {
        try await Scene.withRelay { scene, relay in
            try await scene.agree(through: relay)
            try Data("A note.\n".utf8).write(to: scene.path("note.txt"))
            let message: MessageAnswer = try await scene.ada.ask("message", "send", Scene.contract, "Hello")
            try await scene.ada.run("file", "put", Scene.contract, scene.path("note.txt").path)
            try await scene.ada.run("diary", "add", Scene.contract, "--from", "2026-12-01T09:00Z", "--slots", "1")
            try await scene.ada.run("sync")
            try await body(scene, relay, message.id)
        }
    }

    /// As people copy folders: owners, permissions and times stay.
    private static func copy(_ source: URL, to target: URL) async throws {
        let arguments = ["-a", source.path, target.path]
        let outcome = try await Job(URL(fileURLWithPath: "/bin/cp"), arguments, in: source.deletingLastPathComponent()).outcome()
        guard outcome.end == .exited(0) else { throw CommandFailed(outcome: outcome) }
    }

    private static func copy(of person: Person) async throws -> Person {
        let copy = Person(person.name, in: person.folder, home: "copy-of-\(person.name)")
        try await Self.copy(person.home, to: copy.home)
        return copy
    }

    private static func checkRead(_ copy: Person, as original: Person, in scene: Scene) async throws {
        for command in reading {
            let (copied, origin) = (try await copy.attempt(command), try await original.attempt(command))
            let text = copied.text.replacingOccurrences(of: copy.home.path, with: original.home.path)
            #expect(copied.end == .exited(0) && text == origin.text, "\(command): \(copied), not \(origin)")
        }
        try await copy.run("file", "get", Scene.contract, "note.txt", "--to", scene.path("got.txt").path)
        try await copy.run("export", Scene.contract, "--to", scene.path("evidence").path)
        try await copy.run("verify", scene.path("evidence").path)
        try await copy.run("bundle", "write", scene.path("copy.bundle").path)
    }

    private static func checkRefused(_ commands: [[String]], by copy: Person) async throws {
        // The first look notes that the file is another one, which is no change.
        try await copy.run("whoami")
        let before = try await content(of: copy)
        for command in commands {
            let outcome = try await copy.attempt(command)
            #expect(outcome.isRefusal && outcome.errors.contains("`handsel device renew`"), "\(command): \(outcome)")
            let after = try await content(of: copy)
            #expect(after == before, "\(command) has written")
        }
    }

    /// A contract that Ada is invited to and does not have.
    private static func linkToNew(_ scene: Scene) async throws -> String {
        try await scene.bob.run(
            "contract", "offer", "--fixed", "--title", "Second", "--currency", "EUR", "--milestone", "A:1.00")
        let invite: InviteAnswer = try await scene.bob.ask("invite", "Second", "--role", "freelancer")
        return invite.link
    }

    /// Every row of every table.
    private static func content(of person: Person) async throws -> [String] {
        try await SQLite.query(person.replica, ".dump")
    }
}
