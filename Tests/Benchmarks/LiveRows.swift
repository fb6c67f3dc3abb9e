import Agreement
import Foundation
import Ledger
import LedgerSupport
import Logging
import Relay
import Replica
import Store
import Support
import Sync
import Synchronization
import Transport

/// What one person writes, as it reaches another one through a relay while all three are connected.
struct LiveRows {
    private static let updates = 10_000

    func figures() async throws -> [Figure] {
        let fastest = try await run(at: nil)
        let calm = try await run(at: Double(Self.updates) / fastest.seconds / 2)
        let latencies = calm.latencies.sorted()
        return [
            Figure("live: 10,000 updates through a relay, as fast as they go", fastest.seconds, .seconds, wanted: "at most 1.53"),
            Figure("live: at half that rate, half of them arrive within", 1_000 * latencies[latencies.count / 2], .milliseconds),
            Figure(
                "live: at half that rate, 99 % arrive within", 1_000 * latencies[latencies.count * 99 / 100], .milliseconds,
                wanted: "at most 50"),
        ]
    }

    /// Seconds for all, and for each the seconds from its commit here to its commit there.
    private func run(at rate: Double?) async throws -> (seconds: Double, latencies: [Double]) {
        let world = try World()
        let sender = try world.member("sender", of: world.person())
        let receiver = try world.member("receiver", of: world.person())
        let space = try world.contract(of: sender, with: receiver)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let (addresses, ready) = AsyncStream<DeviceAddress>.makeStream()
            var logger = Logger(label: "relay")
            logger.logLevel = .critical
            let configuration = RelayConfiguration(
                listen: Endpoint(host: "127.0.0.1", port: 0), storePath: world.scratch.path("relay.sqlite"), logger: logger)
            group.addTask { try await RelayServer.run(configuration) { ready.yield($0) } }
            guard let relay = await addresses.first(where: { _ in true }) else { throw Failure(description: "No relay is up.") }
            let (ticks, tick) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            let arrived = Arrivals(of: Self.updates)
            group.addTask { try await follow(relay, sender, ticks: ticks) { _ in } }
            group.addTask { try await follow(relay, receiver, ticks: AsyncStream { _ in }, arrived.watch) }
            try await arrived.wait(for: 0)
            let (start, sent) = try await send(to: space, by: sender, at: rate) { tick.yield() }
            let times = try await arrived.wait(for: Self.updates)
            group.cancelAll()
            return (
                start.duration(to: times[Self.updates - 1]).seconds,
                zip(sent, times).map { $0.duration(to: $1).seconds }
            )
        }
    }

    private func follow(
        _ relay: DeviceAddress, _ member: World.Member, ticks: AsyncStream<Void>,
        _ watch: @escaping @Sendable (SyncDriver<Replica>) -> Void
    ) async throws {
        try await Dialer.withConnection(
            to: relay.endpoint, expecting: relay.device, identity: try DeviceTLS(member.device.keys.signing.key)
        ) { connection in
            let driver = try SyncDriver(
                connection, store: member.replica, device: member.device.id, isDialer: true, isCarrier: true, mode: .live)
            watch(driver)
            _ = try await driver.run(ticks: ticks)
        }
    }

    /// Writes one change after another, each in a commit of its own; returns when it began and when each was committed.
    ///
    /// On a thread of its own, as another process would be: a task that never pauses takes a core from those that sync.
    private func send(
        to space: SpaceID, by member: World.Member, at rate: Double?, _ tell: @escaping @Sendable () -> Void
    ) async throws -> (ContinuousClock.Instant, [ContinuousClock.Instant]) {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try write(to: space, by: member, at: rate, tell) })
            }
        }
    }

    private func write(
        to space: SpaceID, by member: World.Member, at rate: Double?, _ tell: () -> Void
    ) throws -> (ContinuousClock.Instant, [ContinuousClock.Instant]) {
        var work = Work(seed: 1, from: 0)
        let never = DispatchSemaphore(value: 0)
        let start = ContinuousClock.now
        var sent: [ContinuousClock.Instant] = []
        for number in 0..<Self.updates {
            if let rate {
                let early = (start + .seconds(Double(number) / rate)) - .now
                if early > .zero { _ = never.wait(timeout: .now() + early.seconds) }
            }
            _ = try member.replica.commit(in: space) { composer in
                try composer.write([.edit(.message(text: work.words(4), files: []))])
            }
            sent.append(.now)
            tell()
        }
        return (start, sent)
    }
}

/// When each change had arrived, to two milliseconds.
private final class Arrivals: Sendable {
    private static let deadline = Duration.seconds(120)

    private let times = Mutex<[ContinuousClock.Instant]?>(nil)
    private let total: Int

    init(of total: Int) { self.total = total }

    func watch(_ driver: SyncDriver<Replica>) {
        let before = driver.statistics.changesReceived
        times.withLock { $0 = [] }
        Task {
            try await eventually(within: Self.deadline) {
                let count = driver.statistics.changesReceived - before
                let now = ContinuousClock.now
                return self.times.withLock { times in
                    while let known = times, known.count < count { times?.append(now) }
                    return count >= self.total
                }
            }
        }
    }

    /// Returns once so many have arrived.
    @discardableResult
    func wait(for count: Int) async throws -> [ContinuousClock.Instant] {
        try await eventually(within: Self.deadline) { self.times.withLock { $0.map { $0.count >= count } ?? false } }
        return times.withLock { $0 ?? [] }
    }
}
