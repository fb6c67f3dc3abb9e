import Ledger
import NIOCore
import NIOSSL

/// A TCP connection with TLS and frames on it, whose peer may not have proven its key yet.
struct SecureChannel: Sendable {
    private let stream: NIOAsyncChannel<[UInt8], Never>
    private let remote: Endpoint
    private let peer: EventLoopFuture<DeviceID>
    private let status: ConnectionStatus

    /// Puts the handlers onto a fresh channel, from the socket upwards; on its event loop.
    init(
        on channel: any Channel, remote: Endpoint, expecting expectation: Expectation, identity: DeviceTLS,
        limits: TransportLimits, tap: FrameTap?
    ) throws {
        self.remote = remote
        status = ConnectionStatus()
        let handshake = HandshakeHandler(
            remote: remote, expectation: expectation, limit: limits.handshake, on: channel.eventLoop)
        peer = handshake.peer
        let tls =
            switch expectation {
            case .pinned: try identity.clientHandler(verifying: handshake.verify)
            case .allowed: identity.serverHandler(verifying: handshake.verify)
            }
        try channel.syncOptions?.setOption(
            .writeBufferWaterMark,
            value: ChannelOptions.Types.WriteBufferWaterMark(
                low: TransportLimits.writeBuffer / 2, high: TransportLimits.writeBuffer))
        try channel.pipeline.syncOperations.addHandlers([
            IdleStateHandler(allTimeout: TimeAmount(limits.idle)),
            WireHandler(status: status),
            tls,
            handshake,
            FrameHandler(remote: remote, idle: limits.idle, status: status, tap: tap),
        ])
        let strategy = NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark(
            lowWatermark: 1, highWatermark: TransportLimits.unreadFrames)
        stream = try NIOAsyncChannel(
            wrappingChannelSynchronously: channel,
            configuration: NIOAsyncChannel.Configuration(backPressureStrategy: strategy))
    }

    /// Runs `body` once the peer has proven its key, and closes the connection when it returns or throws.
    ///
    /// A cancelled task drops the connection at once, without a goodbye; whatever `body` awaits of it then ends.
    func use<Result: Sendable>(_ body: @Sendable (Connection) async throws -> Result) async throws -> Result {
        try await withTaskCancellationHandler {
            try await stream.executeThenClose { inbound in
                let peer = try await provenPeer()
                return try await body(
                    Connection(peer: peer, remote: remote, inbound: inbound, channel: stream.channel, status: status))
            }
        } onCancel: {
            stream.channel.abort()
        }
    }

    private func provenPeer() async throws(TransportError) -> DeviceID {
        do {
            return try await peer.get()
        } catch {
            throw Task.isCancelled ? .cancelled(remote) : TransportError(error, at: remote)
        }
    }
}
