import Canon
import Ledger
import Testing

@testable import Transport

@Suite("Addresses")
struct AddressTests {
    @Test(
        "an endpoint is read and written alike",
        arguments: [
            ("relay.example.org:4433", "relay.example.org", 4433), ("127.0.0.1:1", "127.0.0.1", 1), ("[::1]:65535", "::1", 65535),
            ("[fe80::1%eth0]:80", "fe80::1%eth0", 80), ("localhost:0", "localhost", 0),
        ])
    func endpointRoundTrip(text: String, host: String, port: Int) throws {
        let endpoint = try Endpoint(parsing: text)
        #expect(endpoint == Endpoint(host: host, port: UInt16(port)))
        #expect(endpoint.description == text)
    }

    @Test(
        "what is no endpoint is refused",
        arguments: [
            "", ":", "host", "host:", ":80", "host:65536", "host:-1", "host:+1", "host:1x", "::1:80", "[::1]", "[::1:80",
            "[host]:80",
            "[]:80", "ho st:80", "host/path:80", "user@host:80", "höst:80", String(repeating: "a", count: 254) + ":80",
        ])
    func endpointRefusal(text: String) {
        let error = #expect(throws: TransportError.self) { try Endpoint(parsing: text) }
        #expect(error?.code == .invalidAddress)
    }

    @Test("a link is read and written alike", arguments: [DeviceAddress.Scheme.relay, .peer])
    func linkRoundTrip(scheme: DeviceAddress.Scheme) throws {
        let address = DeviceAddress(
            scheme, device: try identity(7).device, endpoint: Endpoint(host: "relay.example.org", port: 4433))
        #expect(address.description.hasPrefix("handsel-\(scheme)://device_"))
        #expect(try DeviceAddress(parsing: address.description, as: scheme) == address)
    }

    @Test("what is no link is refused with the reason")
    func linkRefusal() throws {
        let device = try identity(7).device
        let cases = [
            ("handsel-peer://\(device)@host:1", "handsel-relay://"),
            ("handsel-relay://host:1", "no @"),
            ("handsel-relay://\(device.description.dropLast())@host:1", "not a device key"),
            ("handsel-relay://person_\(device.description.dropFirst(7))@host:1", "not a device key"),
            ("handsel-relay://\(device)@host", "port number"),
            ("handsel-relay://\(device)@host:0", "port 0"),
            ("handsel-relay://\(device)@a@host:1", "neither a name"),
        ]
        for (text, reason) in cases {
            let error = #expect(throws: TransportError.self) { try DeviceAddress(parsing: text, as: .relay) }
            #expect(error?.code == .invalidAddress)
            #expect(error?.description.contains(reason) == true, "\(text): \(String(describing: error))")
        }
    }

    @Test("an IPv4 address counts by itself, whichever way it is seen, and an IPv6 address by its first 64 bits")
    func networks() {
        func same(_ first: String, _ second: String) -> Bool {
            RemoteNetwork(ipAddress: first) == RemoteNetwork(ipAddress: second)
        }
        #expect(same("192.0.2.1", "::ffff:192.0.2.1"))
        #expect(!same("192.0.2.1", "192.0.2.2"))
        #expect(!same("::ffff:192.0.2.1", "::ffff:192.0.2.2"))
        #expect(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::"))
        #expect(!same("2001:db8:1:2::1", "2001:db8:1:3::1"))
    }
}
