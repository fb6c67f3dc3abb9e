import Foundation
import Ledger
import Replica
import Store
import Sync
import Synchronization
import Transport

/// Times of the running node.
enum UpLimits {
    /// How often it looks for what other processes wrote to the replica.
    static let poll = Duration.milliseconds(200)
    /// The first wait after a connection failed; it doubles up to the longest.
    static let firstWait = Duration.seconds(1)
    static let longestWait = Duration.seconds(60)
}

extension Node {
    /// Stays connected with all relays and peers, listens for peers where asked to, and passes on what changes, as it changes.
    ///
    /// Runs until its task is cancelled. A connection that fails is tried again, after ever longer waits.
    public func up(
        listen: String?, relays: [String] = [], onEvent: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws {
        _ = try replica.identity()
        try replica.requireHome()
        for relay in relays { _ = try addAddress(relay, name: nil, isRelay: true) }
        let endpoint = try listen.map { try Endpoint(parsing: $0) }
        let saved = try replica.addresses()
        guard endpoint != nil || !saved.isEmpty else {
            throw HandselError(.refused, "There is nobody to sync with. Give --listen, or add a relay with `handsel relay add`.")
        }
        let news = Broadcast()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await self.watch(news) }
            for address in saved { tasks.addTask { try await self.stayConnected(address, news, onEvent) } }
            if let endpoint { tasks.addTask { try await self.serve(endpoint, news, onEvent) } }
            try await tasks.waitForAll()
        }
    }

    /// Tells every session when the replica has grown, whichever process wrote to it.
    private func watch(_ news: Broadcast) async throws {
        var last = try replica.sequence()
        while true {
            try await Task.sleep(for: UpLimits.poll)
            let sequence = try replica.sequence()
            if sequence > last { news.send() }
            last = sequence
        }
    }

    private func stayConnected(
        _ saved: SavedAddress, _ news: Broadcast, _ onEvent: @escaping @Sendable (String) -> Void
    ) async throws {
        var wait = UpLimits.firstWait
        while true {
            let started = ContinuousClock.now
            do {
                let address = try saved.parsed()
                try await Dialer.withConnection(to: address.endpoint, expecting: address.device, identity: try tls()) {
                    connection in
                    onEvent("Connected with \(saved.name).")
                    try await self.converse(connection, isCarrier: saved.isRelay, isDialer: true, url: saved.url, news, onEvent)
                }
                onEvent("\(saved.name) closed the connection.")
            } catch {
                try Task.checkCancellation()
                let reason = HandselError.from(error).description
                onEvent("\(saved.name): \(reason) Trying again in \(wait.components.seconds) s.")
                try replica.noteSync(saved.url, error: reason)
            }
            if ContinuousClock.now - started > UpLimits.longestWait { wait = UpLimits.firstWait }
            try await Task.sleep(for: wait)
            wait = min(wait * 2, UpLimits.longestWait)
        }
    }

    private func serve(_ endpoint: Endpoint, _ news: Broadcast, _ onEvent: @escaping @Sendable (String) -> Void) async throws {
        let device = replica.device
        let replica = replica
        try await Listener.run(
            on: endpoint, identity: try tls(), isAllowed: { (try? replica.mayCall($0)) ?? false },
            onBound: { port in
                let address = DeviceAddress(.peer, device: device, endpoint: Endpoint(host: endpoint.host, port: UInt16(port)))
                onEvent("Listening as \(address)")
            },
            onFailure: { onEvent("Refused a caller: \(HandselError.from($0).description)") },
            handler: { connection in
                onEvent("Called by \(connection.peer).")
                try await self.converse(connection, isCarrier: false, isDialer: false, url: nil, news, onEvent)
            })
    }

    /// One live session; invites are settled whenever both sides are in step.
    private func converse(
        _ connection: Connection, isCarrier: Bool, isDialer: Bool, url: String?, _ news: Broadcast,
        _ onEvent: @escaping @Sendable (String) -> Void
    ) async throws {
        let settled = AsyncStream<SyncStatistics>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let driver = try driver(connection, isCarrier: isCarrier, isDialer: isDialer, mode: .live) { event in
            if case .settled(let statistics) = event { settled.continuation.yield(statistics) }
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { settled.continuation.finish() }
                _ = try await driver.run(ticks: news.stream())
            }
            tasks.addTask {
                for await statistics in settled.stream {
                    onEvent("In step: \(statistics.changesSent) changes sent, \(statistics.changesReceived) received so far.")
                    try await self.settleInvites(url)
                }
            }
            try await tasks.waitForAll()
        }
    }

    private func settleInvites(_ url: String?) throws {
        _ = try completeJoins()
        _ = try acceptJoins()
        _ = try showReceipts()
        if let url { try replica.noteSync(url, error: nil) }
    }
}

extension Replica {
    /// Devices that may open a connection: members of a shared space, known peers, and anyone while an invite is open.
    func mayCall(_ device: DeviceID) throws -> Bool {
        // Whoever waits for the parties' consent is a reader too, though not yet a member.
        if try store.isReader(device) || store.hasOpenInvite() { return true }
        return try addresses().contains { try $0.parsed().device == device }
    }
}

/// One signal for any number of listeners; signals that come close together are one.
final class Broadcast: Sendable {
    private let listeners = Mutex<[UUID: AsyncStream<Void>.Continuation]>([:])

    func stream() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = UUID()
        listeners.withLock { $0[id] = continuation }
        continuation.onTermination = { [weak self] _ in self?.listeners.withLock { $0[id] = nil } }
        return stream
    }

    func send() { for continuation in listeners.withLock({ Array($0.values) }) { continuation.yield() } }
}
