import Foundation

/// A process that was started here; what it says goes to two files, so that a full pipe never stops it.
final class Job: Sendable {
    let command: String
    let output: URL
    let errors: URL
    private let process: Process
    private let end: AsyncStream<Never>

    /// Starts `executable`, its output files in `folder`.
    init(_ executable: URL, _ arguments: [String], in folder: URL) throws {
        command = ([executable.lastPathComponent] + arguments).map { $0.count > 200 ? $0.prefix(200) + "…" : $0 }
            .joined(separator: " ")
        let base = folder.appendingPathComponent("job-\(UUID().uuidString)")
        output = base.appendingPathExtension("out")
        errors = base.appendingPathExtension("err")
        process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        let files = [try Self.create(output), try Self.create(errors)]
        // Foundation keeps them open for longer than the process lives.
        defer { for file in files { try? file.close() } }
        process.standardOutput = files[0]
        process.standardError = files[1]
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        end = stream
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
    }

    private static func create(_ file: URL) throws -> FileHandle {
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }

    var isRunning: Bool { process.isRunning }

    /// The process's number.
    var id: Int32 { process.processIdentifier }

    /// What it has said to standard output so far.
    var said: String { String(decoding: (try? Data(contentsOf: output)) ?? Data(), as: UTF8.self) }

    /// Ends it at once, as a loss of power would; nothing of it runs after that.
    func kill() { signal(SIGKILL) }

    /// Asks it to end.
    func interrupt() { signal(SIGINT) }

    private func signal(_ number: Int32) {
        if process.isRunning { Foundation.kill(process.processIdentifier, number) }
    }

    /// Waits for its end; a test that is given up takes its processes with it.
    func outcome() async throws -> Outcome {
        await withTaskCancellationHandler {
            for await _ in end {}
        } onCancel: {
            kill()
        }
        try Task.checkCancellation()
        defer { for file in [output, errors] { try? FileManager.default.removeItem(at: file) } }
        let ending: Outcome.End =
            process.terminationReason == .exit ? .exited(process.terminationStatus) : .killed(process.terminationStatus)
        return Outcome(
            command: command, end: ending, output: try Data(contentsOf: output),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }
}

/// How a process ended and what it said.
struct Outcome: Sendable, CustomStringConvertible {
    enum End: Hashable, Sendable {
        case exited(Int32)
        /// By the signal with this number.
        case killed(Int32)
    }

    let command: String
    let end: End
    let output: Data
    let errors: String

    var text: String { String(decoding: output, as: UTF8.self) }

    /// Whether it refused as people deserve it: exit code 1 and one sentence.
    var isRefusal: Bool { end == .exited(1) && isOneSentence }

    /// Whether all that was said of the failure is one line that ends as a sentence does.
    var isOneSentence: Bool {
        let lines = errors.split(separator: "\n")
        return lines.count == 1 && lines[0].hasPrefix("handsel: ") && lines[0].hasSuffix(".")
    }

    var description: String { "`\(command)`: \(end)\n\(errors)\(errors.isEmpty ? text : "")" }
}

/// A command that should have worked and did not.
struct CommandFailed: Error, CustomStringConvertible {
    let outcome: Outcome
    var description: String { outcome.description }
}
