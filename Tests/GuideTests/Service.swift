import Foundation

/// A process that keeps running, whose output is read a line at a time.
final class Service: Sendable {
    private let process: Process
    private let lines: AsyncStream<String>
    private let end: AsyncStream<Int32?>

    /// Starts it; its errors are among its lines.
    init(_ process: Process) throws {
        let pipe = Pipe()
        let (end, ended) = AsyncStream<Int32?>.makeStream()
        process.standardOutput = pipe
        process.standardError = pipe
        process.terminationHandler = { process in
            ended.yield(process.terminationReason == .exit ? process.terminationStatus : nil)
            ended.finish()
        }
        self.process = process
        self.end = end
        try process.run()
        lines = Self.lines(of: pipe.fileHandleForReading)
    }

    deinit { if process.isRunning { process.terminate() } }

    /// Reads on a thread of its own, so that the process never waits for somebody to ask for its lines.
    private static func lines(of file: FileHandle) -> AsyncStream<String> {
        let (lines, line) = AsyncStream<String>.makeStream()
        Thread.detachNewThread {
            var rest = Data()
            while case let data = file.availableData, !data.isEmpty {
                var parts = (rest + data).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                rest = parts.popLast() ?? Data()
                for part in parts { line.yield(String(decoding: part, as: UTF8.self)) }
            }
            line.finish()
        }
        return lines
    }

    /// The next line; nil once the process has ended, or the test's time is up.
    func nextLine() async -> String? {
        for await line in lines { return line }
        return nil
    }

    /// Sends a signal, and waits for the end; nil if the process did not end by itself.
    func stop(with signal: Int32 = SIGTERM) async -> Int32? {
        kill(process.processIdentifier, signal)
        for await code in end { return code }
        return nil
    }
}
