import Foundation

/// The command `sqlite3`, through which the tests look into a file, and damage it, as a stranger would.
enum SQLite {
    /// Where it is installed; nil if it is not.
    static let program = tool("sqlite3")

    static var isInstalled: Bool { program != nil }

    /// A tool on the search path.
    static func tool(_ name: String) -> URL? {
        let path = ProcessInfo.processInfo.environment["PATH", default: ""]
        return path.split(separator: ":").map { URL(fileURLWithPath: String($0)).appendingPathComponent(name) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    /// Runs statements and returns the lines of what they select, columns separated by `|`.
    @discardableResult
    static func query(_ file: URL, _ sql: String) async throws -> [String] {
        guard let program else { throw Unexpected("sqlite3 is not installed") }
        let job = try Job(
            program, ["-bail", "-cmd", ".timeout 20000", file.path, sql], in: file.deletingLastPathComponent())
        let outcome = try await job.outcome()
        guard outcome.end == .exited(0), outcome.errors.isEmpty else { throw CommandFailed(outcome: outcome) }
        return outcome.text.split(separator: "\n").map(String.init)
    }

    static func number(_ file: URL, _ sql: String) async throws -> Int {
        guard let line = try await query(file, sql).first, let number = Int(line) else {
            throw Unexpected("`\(sql)` gave no number")
        }
        return number
    }
}

/// A `sqlite3` that stays open on one file, so that asking again costs no new process.
final class SQLiteProbe {
    private let process = Process()
    private let questions = Pipe()
    private let answers = Pipe()

    init(_ file: URL) throws {
        guard let program = SQLite.program else { throw Unexpected("sqlite3 is not installed") }
        process.executableURL = program
        process.arguments = ["-readonly", "-batch", "-cmd", ".timeout 20000", file.path]
        process.standardInput = questions
        process.standardOutput = answers
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// The number that a statement selects; nil if the file cannot be read at this moment.
    func number(_ sql: String) throws -> Int? {
        // The second statement answers even where the first one fails.
        try questions.fileHandleForWriting.write(contentsOf: Data((sql + ";\nSELECT 'end';\n").utf8))
        var text = ""
        while !text.hasSuffix("end\n") {
            let data = answers.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Unexpected("sqlite3 ended early") }
            text += String(decoding: data, as: UTF8.self)
        }
        return text.split(separator: "\n").first.flatMap { Int($0) }
    }

    func close() {
        try? questions.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
