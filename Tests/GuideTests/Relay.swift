import Foundation
import Testing

/// A relay that a test starts, and its link.
struct Relay {
    let service: Service
    let link: String

    init(in workshop: Workshop) async throws {
        let arguments = ["relay", "run", "--listen", "127.0.0.1:0", "--store", "relay.sqlite"]
        service = try Service(workshop.process(Built.handsel, arguments, environment: [:]))
        link = try #require(await service.nextLine())
    }
}

extension Workshop {
    /// Runs a command that has to succeed, with `--json`, and gives what it printed.
    @discardableResult
    func answer(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> [String: Any] {
        let finished = try await handsel(arguments + ["--json"])
        #expect(finished.code == 0, "\(arguments): \(finished.errors)", sourceLocation: sourceLocation)
        return try #require(object(finished.output), "\(arguments): \(finished.output)", sourceLocation: sourceLocation)
    }

    /// The one JSON object that a text is; nil if it is anything else.
    func object(_ text: String) -> [String: Any]? {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]
    }

    /// A contract of Bob's, for Ada to join, and perhaps a relay that both know.
    @discardableResult
    func offer(through relay: Relay?) async throws -> String {
        let via = relay.map { ["--relay", $0.link] } ?? []
        for (home, name) in [("ada", "Ada Freelancer"), ("bob", "Bob Client")] {
            let made = try await handsel(["--home", home, "init", "--name", name] + via)
            try #require(made.code == 0, "\(made.errors)")
        }
        try Data("Scope. One page.\n".utf8).write(to: folder.appending(path: "terms.txt"))
        try await answer(
            "--home", "bob", "contract", "offer", "--fixed", "--title", "Landing page", "--currency", "EUR", "--milestone",
            "Design:500.00:2026-12-15", "--milestone", "Build:900.00", "--terms", "terms.txt")
        return try #require(try await answer("--home", "bob", "invite", "Landing page")["link"] as? String)
    }
}
