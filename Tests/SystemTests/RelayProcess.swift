import Foundation
import Support

/// A relay in a process of its own, on a loopback port that it keeps when it is started again.
actor RelayProcess {
    let store: URL
    private let folder: URL
    private(set) var job: Job
    /// What earlier runs have said.
    private var past = ""
    let link: String

    init(in folder: URL) async throws {
        self.folder = folder
        store = folder.appendingPathComponent("relay.sqlite")
        job = try Self.start(in: folder, store: store, port: "0")
        link = try await Self.link(of: job)
    }

    private static func start(in folder: URL, store: URL, port: String) throws -> Job {
        try Job(
            Person.program, ["relay", "run", "--listen", "127.0.0.1:\(port)", "--store", store.path, "--verbose"], in: folder)
    }

    /// Waits until a relay has printed its link, which it does once it listens.
    private static func link(of job: Job) async throws -> String {
        try await eventually(within: .seconds(60)) {
            guard job.isRunning else { throw CommandFailed(outcome: try await job.outcome()) }
            return link(in: job.said) != nil
        }
        return link(in: job.said) ?? ""
    }

    private static func link(in text: String) -> String? {
        text.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("handsel-relay://") }.map(String.init)
    }

    /// Everything it has logged.
    var log: String { past + log(of: job) }

    private func log(of job: Job) -> String {
        job.said + String(decoding: (try? Data(contentsOf: job.errors)) ?? Data(), as: UTF8.self)
    }

    func kill() async throws -> Outcome {
        job.kill()
        return try await end()
    }

    /// Asks it to stop, which it does in order.
    @discardableResult
    func stop() async throws -> Outcome {
        job.interrupt()
        return try await end()
    }

    private func end() async throws -> Outcome {
        let said = job.said
        let outcome = try await job.outcome()
        past += outcome.text.count >= said.count ? outcome.text : said
        past += outcome.errors
        return outcome
    }

    /// Starts it again with the same store on the same port.
    func restart() async throws {
        guard let port = link.split(separator: ":").last else { throw Unexpected("the link \(link) names no port") }
        job = try Self.start(in: folder, store: store, port: String(port))
        guard try await Self.link(of: job) == link else {
            throw Unexpected("the relay has another link after it was started again")
        }
    }
}
