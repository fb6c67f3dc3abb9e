import Ledger

/// Why there is no connection, or no longer one, in a sentence that says what to do.
package struct TransportError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// A link or an endpoint could not be read.
        case invalidAddress
        /// Nothing listens on the port.
        case refused
        /// No such name, no route, or no answer in time.
        case unreachable
        /// The port to listen on cannot be had.
        case cannotListen
        /// The peer is another device than the one pinned, or showed something else than a device key.
        case wrongKey
        /// A peer showed no key at all.
        case noCertificate
        /// The key was shown, and whoever it was shown to does not serve it.
        case notAllowed
        /// The peer does not speak `handsel/1`.
        case wrongProtocol
        /// Not TLS 1.3, or not TLS.
        case tlsFailed
        case handshakeTimeout
        case tooManyConnections
        case frameTooLarge
        case emptyFrame
        /// The connection ended in the middle of a frame.
        case truncated
        /// Nothing was heard of the peer for too long.
        case idle
        /// The connection is over.
        case closed
        /// The task that used the connection was cancelled.
        case cancelled
    }

    package let code: Code
    package let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}

extension TransportError {
    static func invalidAddress(_ text: some StringProtocol, _ reason: String) -> TransportError {
        TransportError(
            .invalidAddress, "“\(text.prefix(200))” is not an address: \(reason). Copy it again from where you got it.")
    }

    static func wrongKey(at peer: Endpoint, expected: DeviceID, got: DeviceID) -> TransportError {
        TransportError(
            .wrongKey,
            """
            The device at \(peer) showed another key than the one pinned (expected \(expected), got \(got)); \
            do not trust it until you have checked the address with its owner.
            """)
    }

    static func notADeviceKey(at peer: Endpoint) -> TransportError {
        TransportError(
            .wrongKey, "\(peer) showed a certificate without an Ed25519 key, so it is not a device; check the address.")
    }

    static func notAllowed(_ device: DeviceID, at peer: Endpoint) -> TransportError {
        TransportError(.notAllowed, "The device \(device) at \(peer) may not connect here; its connection was refused.")
    }

    static func wrongProtocol(at peer: Endpoint, negotiated: String?) -> TransportError {
        let offer = negotiated.map { "speaks “\($0.prefix(64))”" } ?? "names no protocol"
        return TransportError(
            .wrongProtocol, "\(peer) \(offer), not “\(DeviceTLS.protocolName)”; check the address, or update the older side.")
    }

    static func handshakeTimeout(at peer: Endpoint, after limit: Duration) -> TransportError {
        TransportError(
            .handshakeTimeout, "\(peer) did not prove its key within \(limit); check that it is a device and try again.")
    }

    static func tooManyConnections(from peer: Endpoint) -> TransportError {
        TransportError(
            .tooManyConnections, "A connection from \(peer) was refused, because there are as many as allowed already.")
    }

    static func frameTooLarge(_ length: Int, at peer: Endpoint) -> TransportError {
        TransportError(
            .frameTooLarge,
            "A frame of \(length) bytes on the connection with \(peer) exceeds the limit of \(TransportLimits.frame); update the older side."
        )
    }

    static func emptyFrame(at peer: Endpoint) -> TransportError {
        TransportError(
            .emptyFrame, "A frame without content on the connection with \(peer) is not allowed; update the older side.")
    }

    static func truncated(at peer: Endpoint) -> TransportError {
        TransportError(.truncated, "The connection with \(peer) ended in the middle of a frame; connect again to continue.")
    }

    static func idle(_ peer: Endpoint, for limit: Duration) -> TransportError {
        TransportError(.idle, "\(peer) was silent for \(limit) and was disconnected; connect again to continue.")
    }

    static func noGreeting(_ peer: Endpoint, after limit: Duration) -> TransportError {
        TransportError(.idle, "\(peer) did not greet within \(limit) and was disconnected; connect again to continue.")
    }

    static func closed(_ peer: Endpoint) -> TransportError {
        TransportError(.closed, "The connection with \(peer) is closed; connect again to continue.")
    }

    static func cancelled(_ peer: Endpoint) -> TransportError {
        TransportError(.cancelled, "The connection with \(peer) was given up, because the task that used it was cancelled.")
    }
}
