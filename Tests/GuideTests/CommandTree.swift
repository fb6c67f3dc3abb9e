import Foundation
import Testing

/// The commands as the program itself describes them.
struct CommandTree: Decodable, Sendable {
    struct Command: Decodable, Sendable {
        struct Argument: Decodable, Sendable {
            let kind: String
            let valueName: String
            let isOptional: Bool
            let preferredName: Name?
        }

        struct Name: Decodable, Sendable {
            let name: String
        }

        let commandName: String
        let abstract: String?
        let discussion: String?
        let arguments: [Argument]?
        let subcommands: [Command]?
    }

    /// A command with the words that call it.
    struct Call: Sendable {
        let words: [String]
        let command: Command

        var name: String { words.joined(separator: " ") }
    }

    private let command: Command

    /// Asks the program; the answer is that of ArgumentParser to tools that make manuals.
    static func read(in workshop: Workshop) async throws -> CommandTree {
        let answer = try await workshop.handsel("--experimental-dump-help")
        return try JSONDecoder().decode(CommandTree.self, from: Data(answer.output.utf8))
    }

    /// All commands and groups of commands but `help`, which ArgumentParser adds.
    var calls: [Call] { Self.calls([], command).filter { !$0.words.isEmpty && $0.words.first != "help" } }

    /// The commands that do something.
    var leaves: [Call] { calls.filter { ($0.command.subcommands ?? []).isEmpty } }

    private static func calls(_ words: [String], _ command: Command) -> [Call] {
        let inner = (command.subcommands ?? []).flatMap { calls(words + [$0.commandName], $0) }
        return [Call(words: words, command: command)] + inner
    }
}
