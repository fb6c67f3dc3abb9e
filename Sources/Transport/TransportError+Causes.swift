import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What sockets and TLS report, said in our words.
extension TransportError {
    init(_ error: any Error, at peer: Endpoint) {
        self =
            switch error {
            case let error as TransportError: error
            case is CancellationError: .cancelled(peer)
            case let error as NIOConnectionError: Self.connecting(error, to: peer)
            case ChannelError.connectTimeout: .unreachable(peer, "it did not answer in time")
            case let error as IOError: Self.socket(error, at: peer)
            case NIOSSLError.handshakeFailed(.sslError(let stack)): Self.tls(stack, at: peer)
            case BoringSSLError.sslError(let stack): Self.tls(stack, at: peer)
            default: .closed(peer)
            }
    }

    /// The same error as it appears before the peer has proven its key: a bare end then has causes worth naming.
    func duringHandshake(at peer: Endpoint) -> TransportError { code == .closed ? .closedDuringHandshake(peer) : self }

    /// Of the errors of several addresses, a refusal tells most: something is there, and says no.
    private static func connecting(_ error: NIOConnectionError, to peer: Endpoint) -> TransportError {
        let causes = error.connectionErrors.map { TransportError($0.error, at: peer) }
        if let cause = causes.first(where: { $0.code == .refused }) ?? causes.first { return cause }
        return .unreachable(peer, "its name is not known")
    }

    private static func socket(_ error: IOError, at peer: Endpoint) -> TransportError {
        switch error.errnoCode {
        case ECONNREFUSED:
            TransportError(
                .refused, "Nothing listens at \(peer). Check the address, or try again when the device there is running.")
        case ECONNRESET, EPIPE, ECONNABORTED: .closed(peer)
        case ETIMEDOUT: .unreachable(peer, "it did not answer in time")
        case let number: .unreachable(peer, String(cString: strerror(number)))
        }
    }

    /// BoringSSL names its reasons in text alone; those that a person can act on are told apart.
    private static func tls(_ stack: NIOBoringSSLErrorStack, at peer: Endpoint) -> TransportError {
        if stack == [.eofDuringHandshake] || stack == [.eofDuringAdditionalCertficiateChainValidation] { return .closed(peer) }
        let text = stack.map(\.description).joined(separator: " ")
        if text.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE") { return .noCertificate(at: peer) }
        if text.contains("ALERT_CERTIFICATE_UNKNOWN") || text.contains("ALERT_CERTIFICATE_REQUIRED") {
            return .unwelcome(at: peer)
        }
        if text.contains("NO_APPLICATION_PROTOCOL") { return .wrongProtocol(at: peer, negotiated: nil) }
        return .tlsFailed(at: peer, text.split(separator: " ").first { $0.contains("OPENSSL_internal:") }.map(String.init))
    }
}

extension TransportError {
    static func cannotListen(on endpoint: Endpoint, because error: any Error) -> TransportError {
        let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
        return TransportError(
            .cannotListen, "Cannot listen on \(endpoint): \(reason). Choose another address or port, or stop what uses it.")
    }

    static func unreachable(_ peer: Endpoint, _ reason: String) -> TransportError {
        TransportError(.unreachable, "Cannot reach \(peer): \(reason). Check the address and the network, or try again later.")
    }

    static func noCertificate(at peer: Endpoint) -> TransportError {
        TransportError(.noCertificate, "\(peer) showed no key, so it is not a device; its connection was refused.")
    }

    static func unwelcome(at peer: Endpoint) -> TransportError {
        TransportError(
            .notAllowed,
            """
            \(peer) does not accept this device’s key. Check that both sides have each other’s current address, \
            and ask its owner whether this device may connect.
            """)
    }

    static func tlsFailed(at peer: Endpoint, _ reason: String?) -> TransportError {
        let detail = reason.map { " (\($0))" } ?? ""
        return TransportError(
            .tlsFailed, "\(peer) does not speak TLS 1.3 as devices do\(detail); check the address, or update the older side.")
    }

    static func closedDuringHandshake(_ peer: Endpoint) -> TransportError {
        TransportError(
            .closed, "\(peer) ended the connection before it had proven its key; it may be no device, or busy. Try again later.")
    }
}
