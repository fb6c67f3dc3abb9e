import Foundation
import Ledger
import Logging
import Relay
import Support
import Synchronization
import Transport

extension Scratch {
    /// The contents of every file whose name begins so: with a store, its write-ahead log.
    func files(beginningWith name: String) throws -> [String: [UInt8]] {
        let names = try FileManager.default.contentsOfDirectory(atPath: url.path).filter { $0.hasPrefix(name) }
        return Dictionary(uniqueKeysWithValues: try names.map { ($0, try contents(of: $0)) })
    }

    func contents(of name: String) throws -> [UInt8] { Array(try Data(contentsOf: url.appendingPathComponent(name))) }

    /// Removes a store as if its disk had been replaced.
    func removeStore(_ name: String) throws {
        for file in [name, name + "-wal", name + "-shm"] where FileManager.default.fileExists(atPath: path(file)) {
            try FileManager.default.removeItem(atPath: path(file))
        }
    }
}

/// Keeps what is logged, all levels of it.
struct LogRecorder: Sendable {
    final class Lines: Sendable {
        let lines = Mutex<[String]>([])
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let text = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            lines.lines.withLock { $0.append("\(event.level) \(event.message) \(text)") }
        }
    }

    private let recorded = Lines()

    var lines: [String] { recorded.lines.withLock { $0 } }

    var logger: Logger { Logger(label: "relay") { [recorded] _ in Handler(lines: recorded) } }
}

/// A directory with a relay in it that can be started, stopped and wiped.
struct RelayHarness: Sendable {
    static let storeName = "relay.sqlite"

    let directory: Scratch
    let log = LogRecorder()
    var limits = RelayLimits()
    var tap: FrameTap?

    init() throws { directory = try Scratch() }

    var storePath: String { directory.path(Self.storeName) }

    /// Runs the relay while `body` runs.
    func run<Result: Sendable>(_ body: @Sendable (DeviceAddress) async throws -> Result) async throws -> Result {
        var configuration = RelayConfiguration(
            listen: Endpoint(host: "127.0.0.1", port: 0), storePath: storePath, logger: log.logger)
        configuration.limits = limits
        configuration.tap = tap
        let (ready, continuation) = AsyncStream<DeviceAddress>.makeStream()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [configuration] in
                defer { continuation.finish() }
                try await RelayServer.run(configuration) { continuation.yield($0) }
            }
            guard let address = await ready.first(where: { _ in true }) else {
                try await group.waitForAll()
                throw NotStarted()
            }
            let result = try await body(address)
            group.cancelAll()
            try await group.waitForAll()
            return result
        }
    }

    func party(_ name: String, alsoOf other: Party? = nil) throws -> Party {
        try Party(in: directory, name: name + ".sqlite", alsoOf: other)
    }

    /// Two parties of one contract who both have all of it, through the relay.
    func contract(through relay: DeviceAddress) async throws -> (client: Party, freelancer: Party, space: SpaceID) {
        let client = try party("client")
        let freelancer = try party("freelancer")
        let space = try client.found()
        let secret = try client.invite(to: space)
        try await client.sync(with: relay)
        try await freelancer.sync(with: relay, proving: [try secret.signingKey()])
        try freelancer.join(space, with: secret)
        try await freelancer.sync(with: relay, proving: [try secret.signingKey()])
        try await client.sync(with: relay)
        return (client, freelancer, space)
    }
}

/// The relay ended before it had begun.
struct NotStarted: Error {}
