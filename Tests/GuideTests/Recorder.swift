import Testing

/// Runs commands with `--json`, and keeps what they answered.
final class Recorder {
    /// What was called, as the words of a command, and the object that it printed.
    struct Answer {
        let words: [String]
        let object: [String: Any]
    }

    let workshop: Workshop
    private(set) var answers: [Answer] = []

    init(_ workshop: Workshop) { self.workshop = workshop }

    /// `command` is split into words; `arguments` are taken as they are.
    @discardableResult
    func ask(
        _ home: String, _ command: String, _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [String: Any] {
        let words = command.split(separator: " ").map(String.init)
        let finished = try await workshop.handsel(["--home", home] + words + arguments + ["--json"])
        #expect(finished.code == 0, "\(command): \(finished.errors)", sourceLocation: sourceLocation)
        #expect(finished.errors.isEmpty, "\(command) is not quiet: \(finished.errors)", sourceLocation: sourceLocation)
        let object = try #require(
            workshop.object(finished.output), "\(command): \(finished.output)", sourceLocation: sourceLocation)
        answers.append(Answer(words: words, object: object))
        return object
    }
}
