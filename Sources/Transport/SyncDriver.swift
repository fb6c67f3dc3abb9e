import AsyncAlgorithms
import Canon
package import Ledger
package import Sync
import Synchronization

/// Runs one sync session over one connection.
///
/// One task takes what arrives, another sends what the session hands out, so that two peers that both send a lot never wait for
/// each other. Nothing is queued beyond what the session holds: each frame is made when the socket has room for it.
package final class SyncDriver<Store: SyncStore & Sendable>: Sendable {
    /// When a session is over.
    package enum Mode: Sendable {
        /// Once both sides have nothing left to do.
        case once
        /// When the peer leaves.
        case live
    }

    /// Something that callers may want to log or show.
    package enum Event: Sendable {
        /// The peer's greeting has come.
        case firstFrame
        /// The peer has acknowledged everything that was sent; in a live session again and again.
        case settled(SyncStatistics)
    }

    /// How both sides of a quiet connection know that the other is still there.
    package struct Timing: Sendable {
        /// After so long without sending anything, a sign of life is sent.
        package var keepAlive = Duration.seconds(20)
        /// After so long without a byte from the peer, it is given up.
        package var silence = Duration.seconds(60)
        /// After so long without a greeting too, whatever else has come.
        package var greeting = Duration.seconds(30)

        package init() {}
    }

    private struct State {
        var session: SyncSession<Store>
        /// Why this side gives up; the sending task tells the peer and ends.
        var failure: (any Error)?
        var isSending = true
        var isSignOfLifeDue = false
        /// Whether a session that runs once has done what it was for; what still arrives after that does not count.
        var isOver = false
        var lastSettled: SyncStatistics?
    }

    private let connection: Connection
    private let mode: Mode
    private let timing: Timing
    private let onEvent: @Sendable (Event) -> Void
    private let state: Mutex<State>
    /// Wakes the sending task; one wake-up stands for many.
    private let wake = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// - Parameters:
    ///   - isDialer: whether this side opened the connection.
    ///   - isCarrier: whether the peer is a relay that this side has chosen to carry its spaces.
    ///   - claims: proofs of invites and of the person, made for this peer.
    package init(
        _ connection: Connection, store: Store, device: DeviceID, isDialer: Bool, isCarrier: Bool = false, claims: [Claim] = [],
        mode: Mode, timing: Timing = Timing(), onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws {
        self.connection = connection
        self.mode = mode
        self.timing = timing
        self.onEvent = onEvent
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        state = Mutex(
            State(
                session: try SyncSession(
                    store: store, device: device, peer: connection.peer, isCarrier: isCarrier, isDialer: isDialer,
                    nonce: .random(using: &generator), claims: claims)))
    }

    package var statistics: SyncStatistics { state.withLock(\.session.statistics) }

    /// Syncs until the session is over, and returns what was done.
    ///
    /// `ticks` fires whenever the store has grown other than through this session. Throws what is wrong with the peer's frames
    /// or with the store, after telling the peer; `refusedByPeer` if the peer did the same; a `TransportError` if the connection
    /// ended early or the peer fell silent.
    package func run(ticks: AsyncStream<Void>) async throws -> SyncStatistics {
        try await withThrowingTaskGroup(of: Bool.self) { tasks in
            defer { tasks.cancelAll() }
            tasks.addTask { try await self.takeFrames() }
            tasks.addTask { try await self.sendFrames() }
            tasks.addTask { try await self.follow(ticks) }
            tasks.addTask { try await self.watch() }
            tasks.addTask { try await self.awaitGreeting() }
            while let isOver = try await tasks.next(), !isOver {}
        }
        return statistics
    }

    /// Ends when the peer has left, this side has closed, or a frame was wrong.
    private func takeFrames() async throws -> Bool {
        var hasHeard = false
        // The next frame is decoded while this one is stored. Its signatures are not checked yet: they may be of no interest then.
        let frames = connection.frames.map { bytes in Result { try Frame(decoding: bytes) } }.buffer(policy: .bounded(1))
        for try await frame in frames {
            if state.withLock(\.isOver) { return true }
            guard try attempt({ try $0.receive(frame.get()) }) else { return false }
            if !hasHeard { onEvent(.firstFrame) }
            hasHeard = true
            // Many frames may be here already, and the other sessions have their turn before the next of this one.
            await Task.yield()
        }
        // What is read ahead just ends when it is cancelled.
        if Task.isCancelled { throw TransportError.cancelled(connection.remote) }
        guard mode == .live || state.withLock(\.isOver) else { throw TransportError.closed(connection.remote) }
        return true
    }

    private func follow(_ ticks: AsyncStream<Void>) async throws -> Bool {
        for await _ in ticks {
            guard try attempt({ try $0.storeChanged() }) else { return false }
        }
        return false
    }

    /// Lets the session take a step, after which there may be something to send; false if that is why it ends.
    ///
    /// Throws only what nobody else will: the peer's own refusal, and any failure once nothing can be sent any more.
    private func attempt(_ step: (inout SyncSession<Store>) throws -> Void) throws -> Bool {
        defer { wake.continuation.yield() }
        return try state.withLock { state in
            do {
                try step(&state.session)
                return true
            } catch {
                guard state.isSending, (error as? SyncError)?.code != .refusedByPeer else { throw error }
                state.failure = error
                return false
            }
        }
    }

    /// Ends when nothing is left to do in a session that runs once, or the connection is gone; why, the other task finds out.
    ///
    /// Nobody else sends, so that no half-sent frame is in the way of a last word.
    private func sendFrames() async throws -> Bool {
        do {
            repeat {
                while let frame = try nextFrame() { try await connection.send(frame) }
                if noteSettled(), mode == .once {
                    connection.close()
                    return false
                }
            } while await isWoken()
        } catch let error as TransportError where error.code != .frameTooLarge {
            try state.withLock { state in
                state.isSending = false
                if let failure = state.failure { throw failure }
            }
        } catch {
            try? await connection.send(SyncSession<Store>.refusal(error))
            throw error
        }
        return false
    }

    private func nextFrame() throws -> [UInt8]? {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            if let frame = try state.session.nextFrame() { return frame }
            defer { state.isSignOfLifeDue = false }
            return state.isSignOfLifeDue ? SyncSession<Store>.alive : nil
        }
    }

    private func isWoken() async -> Bool {
        for await _ in wake.stream { return true }
        return false
    }

    private func noteSettled() -> Bool {
        let (isSettled, news) = state.withLock { state -> (Bool, SyncStatistics?) in
            guard state.session.isSettled else { return (false, nil) }
            let statistics = state.session.statistics
            defer { state.lastSettled = statistics }
            state.isOver = mode == .once
            return (true, state.lastSettled == statistics ? nil : statistics)
        }
        if let news { onEvent(.settled(news)) }
        return isSettled
    }

    /// Gives up a peer that does not greet, so that a connection is held only by those who sync.
    private func awaitGreeting() async throws -> Bool {
        try await Task.sleep(for: timing.greeting)
        guard statistics.framesReceived > 0 else { throw TransportError.noGreeting(connection.remote, after: timing.greeting) }
        return false
    }

    /// Has a sign of life sent where nothing else was, and expects one.
    private func watch() async throws -> Bool {
        let clock = ContinuousClock()
        var last = connection.traffic
        var heard = clock.now
        while true {
            try await Task.sleep(for: min(timing.keepAlive, timing.silence))
            let traffic = connection.traffic
            if traffic.bytesReceived != last.bytesReceived { heard = clock.now }
            guard clock.now - heard < timing.silence else { throw TransportError.idle(connection.remote, for: timing.silence) }
            if traffic.bytesSent == last.bytesSent {
                state.withLock { $0.isSignOfLifeDue = true }
                wake.continuation.yield()
            }
            last = traffic
        }
    }
}
