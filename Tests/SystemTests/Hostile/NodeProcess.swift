import Foundation
import Support

/// The running node of somebody, in a process of its own, on a loopback port.
struct NodeProcess: Sendable {
    let job: Job
    /// Where others reach it.
    let link: String

    init(of person: Person) async throws {
        let job = try person.start(["up", "--listen", "127.0.0.1:0"])
        self.job = job
        try await eventually(within: .seconds(60)) {
            guard job.isRunning else { throw CommandFailed(outcome: try await job.outcome()) }
            return Self.link(in: job.said) != nil
        }
        link = Self.link(in: job.said) ?? ""
    }

    private static func link(in text: String) -> String? {
        text.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("handsel-peer://") }.map(String.init)
    }

    /// Asks it to stop, which it does in order.
    func stop() async throws {
        job.interrupt()
        _ = try await job.outcome()
    }
}
