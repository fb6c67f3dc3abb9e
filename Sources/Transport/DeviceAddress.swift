import Canon
package import Ledger

/// Where a device listens and the key it has to show there, as one link: `handsel-relay://device_…@host:port`.
package struct DeviceAddress: Hashable, Sendable, CustomStringConvertible {
    /// What listens there.
    package enum Scheme: String, Sendable {
        case relay = "handsel-relay"
        case peer = "handsel-peer"
    }

    package let scheme: Scheme
    package let device: DeviceID
    package let endpoint: Endpoint

    package init(_ scheme: Scheme, device: DeviceID, endpoint: Endpoint) {
        self.scheme = scheme
        self.device = device
        self.endpoint = endpoint
    }

    /// Reads a link of the given scheme; throws `invalidAddress`.
    package init(parsing text: String, as scheme: Scheme) throws(TransportError) {
        let start = scheme.rawValue + "://"
        guard text.hasPrefix(start) else { throw .invalidAddress(text, "it does not begin with \(start)") }
        let parts = text.dropFirst(start.count).split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .invalidAddress(text, "there is no @ between a device key and a host") }
        guard let device = DeviceID(text: String(parts[0])) else {
            throw .invalidAddress(text, "what stands before the @ is not a device key, or was copied with a mistake")
        }
        let endpoint = try Endpoint(parsing: parts[1])
        guard endpoint.port > 0 else { throw .invalidAddress(text, "port 0 cannot be dialled") }
        self.init(scheme, device: device, endpoint: endpoint)
    }

    package var description: String { "\(scheme.rawValue)://\(device)@\(endpoint)" }
}
