import NIOCore
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The connections of one listener: so many at a time, and so many of one remote network.
final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var counts: [RemoteNetwork: Int] = [:]
        var isOver = false
    }

    private let limits: TransportLimits
    private let state = Mutex(State())

    init(limits: TransportLimits) { self.limits = limits }

    /// Counts the channel until it closes; throws `tooManyConnections`, or `cancelled` once the listener is gone.
    func admit(_ channel: any Channel, from remote: Endpoint) throws(TransportError) {
        let network = RemoteNetwork(ipAddress: remote.host)
        try state.withLock { state throws(TransportError) in
            if state.isOver { throw .cancelled(remote) }
            let count = state.counts[network, default: 0]
            guard state.channels.count < limits.connections, count < limits.connectionsPerAddress else {
                throw .tooManyConnections(from: remote)
            }
            state.channels[ObjectIdentifier(channel)] = channel
            state.counts[network] = count + 1
        }
        channel.closeFuture.whenComplete { _ in self.release(ObjectIdentifier(channel), of: network) }
    }

    private func release(_ channel: ObjectIdentifier, of network: RemoteNetwork) {
        state.withLock { state in
            state.channels[channel] = nil
            let count = state.counts[network, default: 1] - 1
            state.counts[network] = count > 0 ? count : nil
        }
    }

    /// Drops what is left, such as a connection that nobody had taken up yet, and admits no more.
    func end() {
        let left = state.withLock { state in
            state.isOver = true
            return Array(state.channels.values)
        }
        for channel in left { channel.abort() }
    }
}

/// Where a connection comes from, as far as one owner reaches: an IPv4 address, or the first 64 bits of an IPv6 address.
struct RemoteNetwork: Hashable {
    private let bytes: [UInt8]

    init(ipAddress text: String) {
        var address: [UInt8] = Array(repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &address) == 1 {
            bytes = Array(address.prefix(4))
        } else if inet_pton(AF_INET6, text, &address) == 1 {
            // A listener on “::” sees an IPv4 caller as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2).
            let isMapped = address.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
            bytes = Array(isMapped ? address.suffix(4) : address.prefix(8))
        } else {
            bytes = []
        }
    }
}
