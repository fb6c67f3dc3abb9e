import NIOCore

/// Which way a frame went.
package enum Direction: Sendable {
    case sent
    case received
}

/// Sees each frame as it is inside TLS; called on the connection's event loop, so it has to be quick.
package typealias FrameTap = @Sendable (Direction, [UInt8]) -> Void

/// Stands above TLS: turns bytes into frames, and whatever ends the connection into one `TransportError`.
final class FrameHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = [UInt8]
    typealias OutboundIn = [UInt8]
    typealias OutboundOut = ByteBuffer

    private let remote: Endpoint
    private let idle: Duration
    private let status: ConnectionStatus
    private let tap: FrameTap?
    private var decoder = FrameDecoder()
    /// False once this side has closed or failed the connection: what comes after that is of no interest.
    private var isOpen = true

    init(remote: Endpoint, idle: Duration, status: ConnectionStatus, tap: FrameTap?) {
        self.remote = remote
        self.idle = idle
        self.status = status
        self.tap = tap
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard isOpen else { return }
        decoder.append(unwrapInboundIn(data))
        do throws(FrameDecoder.Fault) {
            while let frame = try decoder.next() {
                status.count { $0.framesReceived += 1 }
                tap?(.received, frame)
                context.fireChannelRead(wrapInboundOut(frame))
            }
        } catch {
            switch error {
            case .empty: fail(.emptyFrame(at: remote), context: context)
            case .tooLarge(let length): fail(.frameTooLarge(length, at: remote), context: context)
            }
            sayGoodbye(context: context, promise: nil)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let frame = unwrapOutboundIn(data)
        var bytes = context.channel.allocator.buffer(capacity: FrameDecoder.headerLength + frame.count)
        bytes.writeInteger(UInt32(frame.count))
        bytes.writeBytes(frame)
        status.count { $0.framesSent += 1 }
        tap?(.sent, frame)
        context.write(wrapOutboundOut(bytes), promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard isOpen else { return }
        let cause = TransportError(error, at: remote)
        fail(cause.code == .closed && decoder.isInsideFrame ? .truncated(at: remote) : cause, context: context)
        context.triggerUserOutboundEvent(WireEvent.abort, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isOpen, decoder.isInsideFrame { fail(.truncated(at: remote), context: context) }
        isOpen = false
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is IdleStateHandler.IdleStateEvent else { return context.fireUserInboundEventTriggered(event) }
        guard isOpen else { return }
        fail(.idle(remote, for: idle), context: context)
        context.triggerUserOutboundEvent(WireEvent.abort, promise: nil)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        isOpen = false
        sayGoodbye(context: context, promise: promise)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        // Somebody drops the connection under those who use it.
        if isOpen, event is WireEvent { fail(.closed(remote), context: context) }
        context.triggerUserOutboundEvent(event, promise: promise)
    }

    private func fail(_ error: TransportError, context: ChannelHandlerContext) {
        isOpen = false
        status.fail(error)
        context.fireErrorCaught(error)
    }

    /// Closes the TLS way: the peer's goodbye has to be read, though the frames before it are not wanted any more.
    private func sayGoodbye(context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        context.triggerUserOutboundEvent(WireEvent.drain, promise: nil)
        context.close(promise: promise)
    }
}
