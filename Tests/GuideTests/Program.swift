import Foundation

/// A process that has ended.
struct Finished: Sendable {
    /// The exit code; nil if a signal ended it, which is what a crash does.
    let code: Int32?
    let output: String
    let errors: String
}

/// The folder of the executables that were built with these tests.
enum Built {
    static let folder = (Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])).resolvingSymlinksInPath()
        .deletingLastPathComponent()
    static let handsel = folder.appending(path: "handsel")
}

/// A folder for one test, with what is run in it; it goes when the test is through.
final class Workshop: Sendable {
    let folder: URL
    /// What every process here finds around it: nothing of the person who runs the tests but their PATH, and what they tell sanitizers.
    let environment: [String: String]

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "handsel-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let outer = ProcessInfo.processInfo.environment
        environment = outer.filter { ["ASAN_OPTIONS", "TSAN_OPTIONS"].contains($0.key) }.merging(
            ["PATH": "\(Built.folder.path):\(outer["PATH", default: "/usr/bin:/bin"])", "HOME": folder.path]
        ) { $1 }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Runs `handsel` to its end.
    func handsel(_ arguments: String...) async throws -> Finished { try await handsel(arguments) }

    func handsel(_ arguments: [String], environment extra: [String: String] = [:]) async throws -> Finished {
        try await run(Built.handsel, arguments, environment: extra)
    }

    /// Runs a program to its end; its output goes to files, so that it never waits for a reader.
    func run(
        _ program: URL, _ arguments: [String], environment extra: [String: String] = [:], mergingErrors isMerged: Bool = false
    ) async throws -> Finished {
        let output = try Capture()
        let errors = isMerged ? output : try Capture()
        // Foundation keeps them open for longer than the process lives, and fails to start one once there are too many.
        defer { for capture in isMerged ? [output] : [output, errors] { try? capture.file.close() } }
        let process = process(program, arguments, environment: extra)
        process.standardOutput = output.file
        process.standardError = errors.file
        let end = try await Self.end(of: process)
        return Finished(
            code: end.reason == .exit ? end.status : nil, output: try output.text(), errors: isMerged ? "" : try errors.text())
    }

    /// A process that is not started yet.
    func process(_ program: URL, _ arguments: [String], environment extra: [String: String]) -> Process {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = environment.merging(extra) { $1 }
        process.standardInput = FileHandle.nullDevice
        return process
    }

    /// Starts a process and waits for its end; ends it if the test's time is up.
    private static func end(of process: Process) async throws -> (status: Int32, reason: Process.TerminationReason) {
        let (ends, end) = AsyncStream<(Int32, Process.TerminationReason)>.makeStream()
        process.terminationHandler = { ended in
            end.yield((ended.terminationStatus, ended.terminationReason))
            end.finish()
        }
        try process.run()
        for await ended in ends { return ended }
        process.terminate()
        throw CancellationError()
    }
}

/// A file that a process writes to, gone by name from the start.
private struct Capture {
    let file: FileHandle

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "handsel-output-\(UUID().uuidString)")
        try Data().write(to: url)
        file = try FileHandle(forUpdating: url)
        try FileManager.default.removeItem(at: url)
    }

    func text() throws -> String {
        try file.seek(toOffset: 0)
        return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    }
}
