import NIOCore

/// What the layers above TLS ask of the socket below it.
enum WireEvent: Sendable {
    /// Read on, whoever else has stopped reading, until the peer's goodbye comes.
    case drain
    /// Close now, without a goodbye.
    case abort
}

/// Stands between the socket and TLS: counts bytes, and closes the socket when TLS must not delay it.
final class WireHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let status: ConnectionStatus
    private var isDraining = false

    init(status: ConnectionStatus) { self.status = status }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let count = unwrapInboundIn(data).readableBytes
        status.count { $0.bytesReceived += count }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if isDraining { context.read() }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let count = unwrapOutboundIn(data).readableBytes
        status.count { $0.bytesSent += count }
        context.write(data, promise: promise)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        switch event as? WireEvent {
        case .drain:
            isDraining = true
            context.read()
            promise?.succeed()
        case .abort:
            context.close(promise: promise)
        case nil:
            context.triggerUserOutboundEvent(event, promise: promise)
        }
    }
}

extension Channel {
    /// Closes the socket at once; a no-op if it is closed.
    func abort() { triggerUserOutboundEvent(WireEvent.abort, promise: nil) }
}
