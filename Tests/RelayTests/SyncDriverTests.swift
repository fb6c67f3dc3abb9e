import Canon
import Ledger
import Relay
import Store
import Support
import Sync
import Synchronization
import Testing
import Transport

@Suite("The driver of a session", .timeLimit(.minutes(2)))
struct SyncDriverTests {
    @Test("gives up a peer that falls silent", arguments: [SyncDriver<Party>.Mode.once, .live])
    func silentPeer(mode: SyncDriver<Party>.Mode) async throws {
        let harness = try RelayHarness()
        let party = try harness.party("party")
        let silent = try harness.party("silent")
        try await Self.listening(as: silent) { connection in
            for try await _ in connection.frames {}
        } dial: { endpoint in
            let error = await #expect(throws: TransportError.self) {
                try await Self.sync(
                    party, with: silent, at: endpoint, mode, keepAlive: .milliseconds(40), silence: .milliseconds(200))
            }
            #expect(error?.code == .idle)
        }
    }

    @Test("gives up a peer that shows signs of life and never greets")
    func noGreeting() async throws {
        let harness = try RelayHarness()
        let party = try harness.party("party")
        let mute = try harness.party("mute")
        try await Self.listening(as: mute) { connection in
            while true { try await connection.send(Frame.alive.encoded) }
        } dial: { endpoint in
            let error = await #expect(throws: TransportError.self) {
                try await Self.sync(party, with: mute, at: endpoint, .live, greeting: .milliseconds(200))
            }
            #expect(error?.description.contains("did not greet") == true)
        }
    }

    @Test("keeps a quiet connection alive from both sides")
    func quietPeer() async throws {
        let harness = try RelayHarness()
        let (first, second) = (try harness.party("first"), try harness.party("second"))
        let signs = FrameRecorder()
        try await Self.listening(as: second, tap: signs.tap) { connection in
            var timing = SyncDriver<Party>.Timing()
            timing.keepAlive = .milliseconds(40)
            timing.silence = .milliseconds(400)
            _ = try await SyncDriver(
                connection, store: second, device: second.device, isDialer: false, mode: .live, timing: timing
            ).run(ticks: second.ticks.listen())
        } dial: { endpoint in
            let session = Task {
                try await Self.sync(
                    first, with: second, at: endpoint, .live, keepAlive: .milliseconds(40), silence: .milliseconds(400))
            }
            // More signs than fit in the time of silence that ends a session.
            try await eventually { signs.received.count { $0 == Frame.alive.encoded } > 15 }
            #expect(signs.sent.count { $0 == Frame.alive.encoded } > 5)
            session.cancel()
            await #expect(throws: (any Error).self) { try await session.value }
        }
    }

    @Test("tells a peer that sends nonsense what is wrong, and hangs up")
    func nonsense() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let party = try harness.party("party")
            let answers = try await party.exchange(with: relay, [.complete(SpaceID(.zero))]) { _ in false }
            guard case .refusal(let reason)? = answers.last else {
                Issue.record("the last answer is no refusal: \(answers)")
                return
            }
            #expect(reason == "The peer answered what was not asked.")
        }
        #expect(harness.log.lines.contains { $0.contains("session ended") && $0.contains("what was not asked") })
    }

    @Test("reports the peer's own reason when it is refused")
    func refused() async throws {
        let harness = try RelayHarness()
        let (party, refusing) = (try harness.party("party"), try harness.party("refusing"))
        let reason = SyncError(.limit, "Come back tomorrow.")
        try await Self.listening(as: refusing) { connection in
            for try await _ in connection.frames {
                try await connection.send(SyncSession<Party>.refusal(reason))
                return
            }
        } dial: { endpoint in
            let error = await #expect(throws: SyncError.self) {
                try await Self.sync(party, with: refusing, at: endpoint, .once)
            }
            #expect(error?.code == .refusedByPeer && error?.description == "Come back tomorrow.")
        }
    }

    @Test("ends at once when it is cancelled, on both sides")
    func cancelled() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let party = try harness.party("party")
            let session = Task { try await party.sync(with: relay, mode: .live) }
            try await eventually { harness.log.lines.contains { $0.contains("settled") } }
            session.cancel()
            await #expect(throws: (any Error).self) { try await session.value }
            try await eventually { harness.log.lines.contains { $0.contains("connection closed") } }
        }
        let messages = ["relay started", "connection opened", "first frame", "settled", "connection closed", "relay stopped"]
        let positions = messages.map { message in harness.log.lines.firstIndex { $0.hasPrefix("info \(message)") } }
        #expect(positions.allSatisfy { $0 != nil } && positions.compactMap(\.self) == positions.compactMap(\.self).sorted())
    }

    @Test("a relay that stops lets go of those who are connected")
    func relayStops() async throws {
        let harness = try RelayHarness()
        let party = try harness.party("party")
        let session = try await harness.run { relay in
            let session = Task { try await party.sync(with: relay, mode: .live) }
            try await eventually { harness.log.lines.contains { $0.contains("settled") } }
            return session
        }
        // Either way of ending will do: a goodbye, or a connection that is gone.
        _ = await session.result
        #expect(harness.log.lines.last?.hasPrefix("info relay stopped") == true)
    }
}

extension SyncDriverTests {
    private static func sync(
        _ party: Party, with peer: Party, at endpoint: Endpoint, _ mode: SyncDriver<Party>.Mode,
        keepAlive: Duration = .seconds(20), silence: Duration = .seconds(60), greeting: Duration = .seconds(30)
    ) async throws {
        var timing = SyncDriver<Party>.Timing()
        timing.keepAlive = keepAlive
        timing.silence = silence
        timing.greeting = greeting
        try await Dialer.withConnection(to: endpoint, expecting: peer.device, identity: party.identity) { [timing] in
            _ = try await SyncDriver($0, store: party, device: party.device, isDialer: true, mode: mode, timing: timing)
                .run(ticks: party.ticks.listen())
        }
    }

    /// Runs `dial` while `serve` answers whoever connects.
    private static func listening(
        as party: Party, tap: FrameTap? = nil, serve: @escaping @Sendable (Connection) async throws -> Void,
        dial: (Endpoint) async throws -> Void
    ) async throws {
        let (bound, continuation) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await Listener.run(
                    on: Endpoint(host: "127.0.0.1", port: 0), identity: party.identity, tap: tap,
                    onBound: { continuation.yield($0) }, handler: serve)
            }
            let port = try #require(await bound.first { _ in true })
            try await dial(Endpoint(host: "127.0.0.1", port: UInt16(port)))
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
