import Foundation
import Support
import Testing

@Suite("What cannot be done is refused in one sentence, and the replica stays as it was", .enabled(if: SQLite.isInstalled))
struct RefusalTests {
    @Test("a relay that shows another key than the one pinned is not talked to", .timeLimit(.minutes(5 * allowance)))
    func wrongKey() async throws {
        try await withContract { scene, relay in
            let right = try Self.key(in: relay.link)
            let status: WhoAmIAnswer = try await scene.ada.ask("whoami")
            let wrong = status.device
            let peer = try await failedSync(
                of: scene.bob, with: relay.link.replacingOccurrences(of: right, with: wrong))
            #expect(peer.sentence.contains(right) && peer.sentence.contains(wrong), "\(peer.sentence)")
        }
    }

    /// What something that is no relay says to whoever connects.
    enum Greeting: String, CaseIterable {
        case nothing, webPage, alert, garbage

        var bytes: [UInt8] {
            switch self {
            case .nothing: []
            case .webPage: Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
            // A fatal handshake failure (RFC 8446, section 6).
            case .alert: [0x15, 3, 3, 0, 2, 2, 40]
            case .garbage: Array(repeating: UInt8(ascii: "g"), count: 100_000)
            }
        }
    }

    @Test("something that is no relay is recognised", .timeLimit(.minutes(5 * allowance)), arguments: Greeting.allCases)
    func noRelay(greeting: Greeting) async throws {
        let listener = try GarbageListener(saying: greeting.bytes)
        defer { listener.stop() }
        try await withContract { scene, relay in
            let peer = try await failedSync(of: scene.bob, with: Self.link(relay.link, port: listener.port))
            #expect(peer.sentence.hasSuffix("."), "\(peer.sentence)")
        }
    }

    @Test("a relay that is not there is named, and nothing is lost", .timeLimit(.minutes(5 * allowance)))
    func nobody() async throws {
        let listener = try GarbageListener(saying: [])
        listener.stop()
        try await withContract { scene, relay in
            let peer = try await failedSync(of: scene.bob, with: Self.link(relay.link, port: listener.port))
            #expect(peer.sentence.contains("127.0.0.1:\(listener.port)"), "\(peer.sentence)")
        }
    }

    @Test(
        "a replica of a newer version is read and not written to", .timeLimit(.minutes(5 * allowance)),
        arguments: ["schema/replica", "schema/store"])
    func newerSchema(part: String) async throws {
        try await withContract { scene, _ in
            let before = (try await scene.ada.contractChanges(), try await scene.ada.contractText())
            let version = try await SQLite.number(scene.ada.replica, "SELECT value FROM meta WHERE key = '\(part)'")
            try await SQLite.query(scene.ada.replica, "UPDATE meta SET value = 99 WHERE key = '\(part)'")
            let outcome = try await scene.ada.attempt(["message", "send", Scene.contract, "Hello"])
            #expect(outcome.isRefusal && outcome.errors.contains("newer version"), "\(outcome)")
            let after = (try await scene.ada.contractChanges(), try await scene.ada.contractText())
            #expect(after == before)
            try await SQLite.query(scene.ada.replica, "UPDATE meta SET value = \(version) WHERE key = '\(part)'")
            try await scene.ada.run("message", "send", Scene.contract, "Hello")
        }
    }

    @Test("a file that is no replica, or half of one, is damage", .timeLimit(.minutes(5 * allowance)))
    func notAReplica() async throws {
        try await withContract { scene, _ in
            for file in ["replica.sqlite", "device.keys"] {
                let url = scene.ada.home.appendingPathComponent(file)
                let good = try Data(contentsOf: url)
                try Data("this is something else".utf8).write(to: url)
                let outcome = try await scene.ada.attempt(["contract", "list"])
                #expect(outcome.end == .exited(3) && outcome.isOneSentence, "\(file): \(outcome)")
                try good.write(to: url)
            }
            try await scene.ada.run("contract", "list")
        }
    }
}

extension RefusalTests {
    private func withContract(_ body: (Scene, RelayProcess) async throws -> Void) async throws {
        try await Scene.withRelay { scene, relay in
            try await scene.agree(through: relay)
            try await body(scene, relay)
        }
    }

    /// Syncs with an address that does not work, and checks that nothing came of it but a sentence.
    private func failedSync(of person: Person, with link: String) async throws -> SyncAnswer.Peer {
        let (changes, contract) = (try await person.contractChanges(), try await person.contractText())
        try await person.run("relay", "add", link, "--name", "elsewhere")
        let outcome = try await person.attempt(["sync", "--with", "elsewhere", "--json"])
        #expect(outcome.isRefusal, "\(outcome)")
        let after = (try await person.contractChanges(), try await person.contractText())
        #expect(after == (changes, contract))
        let answer: SyncAnswer = try outcome.answer()
        let peer = try #require(answer.peers.first)
        #expect(!peer.ok)
        return peer
    }

    private static func key(in link: String) throws -> String {
        guard let start = link.range(of: "://"), let end = link.firstIndex(of: "@") else {
            throw Unexpected("\(link) is no link")
        }
        return String(link[start.upperBound..<end])
    }

    private static func link(_ link: String, port: UInt16) -> String {
        link.split(separator: ":").dropLast().joined(separator: ":") + ":\(port)"
    }
}
