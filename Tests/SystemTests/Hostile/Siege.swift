import Foundation
import Support
import Testing

/// A server under attack, and two honest people who go on with their work meanwhile.
struct Siege: Sendable {
    /// What a server's resident memory never exceeds, whatever comes; 170 MiB were measured at most.
    static let memory = allowance * 256 * 1_024 * 1_024
    /// How long a message between two honest people may take while a server is under attack.
    static let patience = Duration.seconds(30) * allowance

    let server: ServerProcess
    /// Sends something of one's own and waits until the other side has it.
    let exchange: @Sendable () async throws -> Void

    /// Runs `attack`, which has `others` do their work while it presses hardest, and checks that the server takes no harm.
    func withstands(
        _ name: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ attack: (_ others: @escaping @Sendable () async throws -> Void) async throws -> Void
    ) async throws {
        try server.forgetPeak()
        let waits = Waits()
        let clock = ContinuousClock()
        let total = try await clock.measure {
            try await attack { try await waits.add(clock.measure { try await exchange() }) }
        }
        let peak = try server.peak()
        let wait = await waits.longest
        print("\(server.name), \(name): peak \(peak >> 20) MiB, others waited \(wait.map { "\($0)" } ?? "not"), in all \(total)")
        #expect(server.isRunning, "\(name): the server is gone", sourceLocation: sourceLocation)
        #expect(peak <= Self.memory, "\(name): \(peak) bytes", sourceLocation: sourceLocation)
        let isServed = wait.map { $0 <= Self.patience } ?? false
        #expect(isServed, "\(name): the others were not served", sourceLocation: sourceLocation)
    }

    private actor Waits {
        private(set) var longest: Duration?
        func add(_ wait: Duration) { longest = max(longest ?? wait, wait) }
    }
}

/// A process that serves others, as its operating system sees it.
struct ServerProcess: Sendable {
    let name: String
    let job: Job

    var isRunning: Bool { job.isRunning }

    /// Has the peak begin anew with what is resident now (proc(5), `clear_refs`).
    func forgetPeak() throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "/proc/\(job.id)/clear_refs"))
        try file.write(contentsOf: Data("5".utf8))
        try file.close()
    }

    /// The most memory that was resident at once, in bytes.
    func peak() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(job.id)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        guard let kibibytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) else {
            throw Unexpected("the process \(job.id) has no VmHWM")
        }
        return kibibytes * 1_024
    }
}
