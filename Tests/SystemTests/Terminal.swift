import Foundation
import Support

/// A command at a terminal of its own, which the tool `script` makes, with somebody who types.
enum Terminal {
    private static let script = SQLite.tool("script")
    static var isInstalled: Bool { script != nil }

    /// What was on the screen, and the exit code.
    struct Ending: Sendable {
        let text: String
        let code: Int32
    }

    /// Runs a command and types each text once what comes before it is on the screen.
    static func run(
        _ person: Person, _ arguments: [String], typing answers: [(question: String, text: String)]
    ) async throws -> Ending {
        guard let script else { throw Unexpected("script is not installed") }
        let screen = person.folder.appendingPathComponent("screen-\(UUID().uuidString)")
        try Data().write(to: screen)
        let output = try FileHandle(forWritingTo: screen)
        defer { try? output.close() }
        let words = [Person.program.path, "--home", person.home.path] + arguments
        let process = Process()
        process.executableURL = script
        process.arguments = ["-q", "-e", "-c", words.map { "'\($0)'" }.joined(separator: " "), "/dev/null"]
        process.currentDirectoryURL = person.folder
        let keyboard = Pipe()
        process.standardInput = keyboard
        process.standardOutput = output
        let (ends, end) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { end.yield($0.terminationStatus) }
        try process.run()
        func text() throws -> String { String(decoding: try Data(contentsOf: screen), as: UTF8.self) }
        do {
            for answer in answers {
                try await eventually(within: .seconds(60)) { try text().contains(answer.question) }
                try keyboard.fileHandleForWriting.write(contentsOf: Data(answer.text.utf8))
            }
            for await code in ends { return Ending(text: try text(), code: code) }
        } catch {
            process.terminate()
            throw error
        }
        process.terminate()
        throw CancellationError()
    }
}
