package import Ledger
import NIOCore
import NIOPosix

/// Accepts connections.
package enum Listener {
    /// Listens on `endpoint` until its task is cancelled, and runs `handler` for each connection in a child task.
    ///
    /// Returns when every connection has ended. What ends one connection never ends another.
    /// - Parameters:
    ///   - isAllowed: whether a device may connect. Asked on an event loop, so it has to be quick, and up to twice a connection.
    ///   - tap: sees the frames of all connections.
    ///   - onBound: receives the port, once connections are accepted.
    ///   - onFailure: learns why a connection was refused, and what `handler` threw.
    /// - Throws: `TransportError` if the endpoint cannot be listened on.
    package static func run(
        on endpoint: Endpoint, identity: DeviceTLS, limits: TransportLimits = .standard,
        isAllowed: @escaping @Sendable (DeviceID) -> Bool = { _ in true }, tap: FrameTap? = nil,
        onBound: (Int) -> Void = { _ in }, onFailure: @escaping @Sendable (any Error) -> Void = { _ in },
        handler: @escaping @Sendable (Connection) async throws -> Void
    ) async throws {
        let open = OpenConnections(limits: limits)
        defer { open.end() }
        let server = try await bind(to: endpoint) { channel in
            let remote = Endpoint(channel.remoteAddress)
            do {
                try open.admit(channel, from: remote)
                return try SecureChannel(
                    on: channel, remote: remote, expecting: .allowed(isAllowed), identity: identity, limits: limits, tap: tap)
            } catch {
                channel.close(promise: nil)
                if (error as? TransportError)?.code != .cancelled { onFailure(error) }
                return nil
            }
        }
        onBound(server.channel.localAddress?.port ?? Int(endpoint.port))
        do {
            try await server.executeThenClose { accepted in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await case let channel? in accepted {
                        group.addTask { await serve(channel, onFailure: onFailure, handler) }
                    }
                }
            }
        } catch is CancellationError {
        } catch {
            throw TransportError.cannotListen(on: endpoint, because: error)
        }
    }

    /// A nil in the stream is a connection that was turned away: a failed future would leave its socket open for ever.
    private static func bind(
        to endpoint: Endpoint, accept: @escaping @Sendable (any Channel) -> SecureChannel?
    ) async throws(TransportError) -> NIOAsyncChannel<SecureChannel?, Never> {
        do {
            return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.backlog, value: 256)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: endpoint.host, port: Int(endpoint.port)) { channel in
                    channel.eventLoop.makeSucceededFuture(accept(channel))
                }
        } catch {
            throw .cannotListen(on: endpoint, because: error)
        }
    }

    private static func serve(
        _ channel: SecureChannel, onFailure: @Sendable (any Error) -> Void,
        _ handler: @Sendable (Connection) async throws -> Void
    ) async {
        do {
            try await channel.use(handler)
        } catch {
            if !Task.isCancelled { onFailure(error) }
        }
    }
}

extension Endpoint {
    /// A socket's address.
    init(_ address: SocketAddress?) {
        self.init(host: address?.ipAddress ?? "unknown", port: UInt16(clamping: address?.port ?? 0))
    }
}
