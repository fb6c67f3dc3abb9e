import Ledger
import NIOCore
import NIOSSL
import NIOTLS

/// Whom a side of a connection wants to talk to.
enum Expectation: Sendable {
    /// The dialling side pins one device.
    case pinned(DeviceID)
    /// The listening side learns who comes, and may refuse.
    case allowed(@Sendable (DeviceID) -> Bool)

    func refusal(of device: DeviceID, at remote: Endpoint) -> TransportError? {
        switch self {
        case .pinned(let expected): device == expected ? nil : .wrongKey(at: remote, expected: expected, got: device)
        case .allowed(let isAllowed): isAllowed(device) ? nil : .notAllowed(device, at: remote)
        }
    }
}

/// Stands behind TLS until the peer has proven a key that is wanted, and lets nothing pass before.
final class HandshakeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private enum Progress {
        case pending
        case accepted
        case refused
    }

    private let remote: Endpoint
    private let expectation: Expectation
    private let limit: Duration
    private let promise: EventLoopPromise<DeviceID>
    private var progress = Progress.pending
    private var deadline: Scheduled<Void>?
    /// Why the peer's certificate was refused: TLS itself reports only that it was.
    private var refusal: TransportError?

    init(remote: Endpoint, expectation: Expectation, limit: Duration, on eventLoop: any EventLoop) {
        self.remote = remote
        self.expectation = expectation
        self.limit = limit
        promise = eventLoop.makePromise()
    }

    /// The proven peer, or the `TransportError` that there is none.
    var peer: EventLoopFuture<DeviceID> { promise.futureResult }

    /// Answers TLS in the middle of the handshake, so that the refused side learns of it by an alert.
    func verify(_ chain: [NIOSSLCertificate], _ answer: EventLoopPromise<NIOSSLVerificationResult>) {
        switch judge(chain.first) {
        case .success: answer.succeed(.certificateVerified)
        case .failure(let error):
            refusal = error
            answer.succeed(.failed)
        }
    }

    private func judge(_ certificate: NIOSSLCertificate?) -> Result<DeviceID, TransportError> {
        guard let certificate else { return .failure(.noCertificate(at: remote)) }
        guard let device = DeviceCertificate.device(of: certificate) else { return .failure(.notADeviceKey(at: remote)) }
        return expectation.refusal(of: device, at: remote).map(Result.failure) ?? .success(device)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { startDeadline(context: context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        startDeadline(context: context)
        context.fireChannelActive()
    }

    private func startDeadline(context: ChannelHandlerContext) {
        guard deadline == nil else { return }
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limit)) { [self] in
            settle(.failure(.handshakeTimeout(at: remote, after: limit)))
            context.triggerUserOutboundEvent(WireEvent.abort, promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let negotiated) = event as? TLSUserEvent {
            settle(conclude(context: context, negotiated: negotiated))
            if case .refused = progress { context.close(promise: nil) }
        } else if case .accepted = progress {
            // Before that, the time for the handshake is the only one that counts.
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// Judges the certificate again: TLS does not ask about one that comes with a resumed session.
    private func conclude(context: ChannelHandlerContext, negotiated: String?) -> Result<DeviceID, TransportError> {
        guard negotiated == DeviceTLS.protocolName else { return .failure(.wrongProtocol(at: remote, negotiated: negotiated)) }
        return judge(try? context.pipeline.syncOperations.nioSSL_peerCertificate())
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .accepted = progress { context.fireChannelRead(data) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .accepted = progress { return context.fireErrorCaught(error) }
        settle(.failure(refusal ?? TransportError(error, at: remote).duringHandshake(at: remote)))
    }

    func channelInactive(context: ChannelHandlerContext) {
        settle(.failure(.closedDuringHandshake(remote)))
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { settle(.failure(.closedDuringHandshake(remote))) }

    /// Only the first result counts.
    private func settle(_ result: Result<DeviceID, TransportError>) {
        guard case .pending = progress else { return }
        deadline?.cancel()
        deadline = nil
        switch result {
        case .success(let device):
            progress = .accepted
            promise.succeed(device)
        case .failure(let error):
            progress = .refused
            promise.fail(error)
        }
    }
}
