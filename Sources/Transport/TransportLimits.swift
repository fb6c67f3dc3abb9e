/// Bounds on what a connection or a listener spends on a peer.
///
/// The static ones belong to the protocol, so both sides have the same; the others are each side's own choice.
package struct TransportLimits: Sendable {
    /// Payload of one frame, in bytes.
    package static let frame = 1_024 * 1_024
    /// How long a closing side waits for the peer's goodbye before it drops the socket.
    package static let goodbye = Duration.seconds(5)
    /// Whole frames that wait for a reader before the socket is no longer read.
    package static let unreadFrames = 2
    /// Sent bytes that may wait for the socket before `send` waits too.
    package static let writeBuffer = 256 * 1_024

    /// From the first packet to a TCP connection, the look-up of the name included.
    package var connect = Duration.seconds(10)
    /// From the TCP connection to a peer that has proven its key.
    package var handshake = Duration.seconds(10)
    /// Without a byte in either direction, so a peer that waits for news has to ask in between.
    package var idle = Duration.seconds(300)
    /// Connections of one listener, those in the handshake included.
    package var connections = 1_024
    /// Connections of one listener from one IPv4 address or one IPv6 /64.
    package var connectionsPerAddress = 64

    package static let standard = TransportLimits()
}
