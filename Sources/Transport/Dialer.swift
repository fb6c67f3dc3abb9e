package import Ledger
import NIOCore
import NIOPosix

/// Opens connections.
package enum Dialer {
    /// Connects to `endpoint`, checks that the device there is `device`, and runs `body` with the connection.
    ///
    /// The connection is closed when `body` returns or throws. Until `body` runs, every error is a `TransportError`.
    /// Cancelling the task ends all of it at once.
    package static func withConnection<Result: Sendable>(
        to endpoint: Endpoint, expecting device: DeviceID, identity: DeviceTLS, limits: TransportLimits = .standard,
        tap: FrameTap? = nil, _ body: @Sendable (Connection) async throws -> Result
    ) async throws -> Result {
        let channel = try await connect(to: endpoint, limits: limits) { channel in
            try SecureChannel(
                on: channel, remote: endpoint, expecting: .pinned(device), identity: identity, limits: limits, tap: tap)
        }
        return try await channel.use(body)
    }

    /// Tries the addresses of the endpoint's host until one answers (RFC 8305).
    private static func connect(
        to endpoint: Endpoint, limits: TransportLimits, secure: @escaping @Sendable (any Channel) throws -> SecureChannel
    ) async throws(TransportError) -> SecureChannel {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        // Fails when the task is cancelled, and takes every attempt with it, also one that a slow look-up starts later.
        let opened = eventLoop.makePromise(of: SecureChannel.self)
        do {
            return try await withTaskCancellationHandler {
                opened.completeWithTask {
                    try await ClientBootstrap(group: eventLoop)
                        .connectTimeout(TimeAmount(limits.connect))
                        .connect(host: endpoint.host, port: Int(endpoint.port)) { channel in
                            opened.futureResult.whenFailure { _ in channel.abort() }
                            return channel.eventLoop.makeCompletedFuture { try secure(channel) }
                        }
                }
                return try await opened.futureResult.get()
            } onCancel: {
                opened.fail(CancellationError())
            }
        } catch {
            throw TransportError(error, at: endpoint)
        }
    }
}
