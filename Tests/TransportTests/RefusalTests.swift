import Ledger
import NIOSSL
import Testing

@testable import Transport

@Suite("Refusals", .timeLimit(.minutes(1)))
struct RefusalTests {
    /// A caller that does something wrong, and what the listener reports.
    struct BadCaller: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: TransportError.Code
        let peer: @Sendable () throws -> RawPeer

        init(_ name: String, _ code: TransportError.Code, _ peer: @escaping @Sendable () throws -> RawPeer) {
            testDescription = name
            self.code = code
            self.peer = peer
        }
    }

    static func spoilt(_ change: (inout TLSConfiguration) -> Void) throws -> TLSConfiguration {
        var configuration = try tlsConfiguration(2)
        change(&configuration)
        return configuration
    }

    static let badCallers = [
        BadCaller("one that does not speak TLS", .tlsFailed) { RawPeer(says: Array("GET / HTTP/1.1\r\n\r\n".utf8)) },
        BadCaller("one that sends random bytes after a TLS header", .tlsFailed) {
            RawPeer(says: [0x16, 3, 1, 0, 100] + (0..<100).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ 7) })
        },
        BadCaller("one that leaves at once", .closed) { RawPeer(ending: .closes) },
        BadCaller("one without a certificate", .noCertificate) {
            RawPeer(tls: try spoilt { ($0.certificateChain, $0.privateKey) = ([], nil) })
        },
        BadCaller("one with TLS 1.2 at most", .tlsFailed) { RawPeer(tls: try spoilt { $0.maximumTLSVersion = .tlsv12 }) },
        BadCaller("one with another protocol", .wrongProtocol) {
            RawPeer(tls: try spoilt { $0.applicationProtocols = ["h2", "handsel/0"] })
        },
        BadCaller("one that names no protocol", .wrongProtocol) { RawPeer(tls: try spoilt { $0.applicationProtocols = [] }) },
        BadCaller("one that sends an empty frame", .emptyFrame) { RawPeer(tls: try tlsConfiguration(2), says: frame(length: 0)) },
        BadCaller("one that announces a frame too large", .frameTooLarge) {
            RawPeer(tls: try tlsConfiguration(2), says: frame(length: TransportLimits.frame + 1))
        },
        BadCaller("one that says goodbye inside a frame", .truncated) {
            RawPeer(tls: try tlsConfiguration(2), says: frame(length: 5, [1, 2]), ending: .closes)
        },
        BadCaller("one that is cut off inside a frame", .truncated) {
            RawPeer(tls: try tlsConfiguration(2), says: frame(length: 1, [1]) + frame(length: 5, [1, 2]), ending: .drops)
        },
        BadCaller("one that is cut off between frames", .closed) {
            RawPeer(tls: try tlsConfiguration(2), says: frame(length: 1, [1]), ending: .drops)
        },
    ]

    @Test("a bad caller is refused, with the reason, and the next good one is served", arguments: badCallers)
    func badCaller(caller: BadCaller) async throws {
        try await withListener { server in
            try await caller.peer().dial(port: server.port)
            try await server.checkFailures([caller.code])
            try await server.checkEcho()
        }
    }

    @Test("a silent caller is dropped when the time for the handshake is over")
    func silentCaller() async throws {
        var limits = TransportLimits.standard
        limits.handshake = .milliseconds(50)
        try await withListener(limits: limits) { server in
            try await RawPeer().dial(port: server.port)
            try await server.checkFailures([.handshakeTimeout])
        }
    }

    @Test("a silent listener is given up when the time for the handshake is over")
    func silentListener() async throws {
        var limits = TransportLimits.standard
        limits.handshake = .milliseconds(50)
        let error = try await RawPeer().listen { [limits] endpoint in
            try await transportError { try await dial(endpoint, limits: limits) }
        }
        #expect(error.code == .handshakeTimeout)
    }

    @Test("a device that may not connect is refused, and told so")
    func notAllowed() async throws {
        let stranger = try identity(3).device
        let isAllowed: @Sendable (DeviceID) -> Bool = { $0 != stranger }
        try await withListener(isAllowed: isAllowed) { server in
            let error = try await transportError {
                try await server.dial(as: 3) { for try await _ in $0.frames {} }
            }
            #expect(error.code == .notAllowed)
            try await server.checkFailures([.notAllowed])
            try await server.checkEcho()
        }
    }

    @Test("a device with another key than the pinned one is refused, and the listener goes on")
    func wrongKey() async throws {
        let pinned = try identity(9).device
        try await withListener { server in
            let error = try await transportError { try await server.dial(expecting: pinned) { _ in } }
            #expect(error.code == .wrongKey)
            #expect(
                error.description == """
                    The device at \(server.endpoint) showed another key than the one pinned (expected \(pinned), got \(server.device)); \
                    do not trust it until you have checked the address with its owner.
                    """)
            try await server.checkFailures([.notAllowed])
            try await server.checkEcho()
        }
    }

    @Test(
        "a bad listener is given up, with the reason",
        arguments: [
            BadCaller("one that does not speak TLS", .tlsFailed) { RawPeer(says: Array("HTTP/1.1 400\r\n\r\n".utf8)) },
            BadCaller("one that closes at once", .closed) { RawPeer(ending: .closes) },
            BadCaller("one with TLS 1.2 at most", .tlsFailed) { RawPeer(tls: try spoilt { $0.maximumTLSVersion = .tlsv12 }) },
            BadCaller("one with another protocol", .wrongProtocol) {
                RawPeer(tls: try spoilt { $0.applicationProtocols = ["h2"] })
            },
            BadCaller("one that names no protocol", .wrongProtocol) { RawPeer(tls: try spoilt { $0.applicationProtocols = [] }) },
            BadCaller("one that says goodbye inside a frame", .truncated) {
                RawPeer(tls: try tlsConfiguration(2), says: frame(length: 5, [1, 2]), ending: .closes)
            },
        ])
    func badListener(listener: BadCaller) async throws {
        let pinned = try identity(2).device
        let error = try await listener.peer().listen { endpoint in
            try await transportError { try await dial(endpoint, expecting: pinned) }
        }
        #expect(error.code == listener.code, "\(error)")
    }

    @Test("where nothing listens, the caller is told so")
    func refused() async throws {
        let endpoint = try await withListener { $0.endpoint }
        let error = try await transportError { try await dial(endpoint) }
        #expect(error.code == .refused)
        #expect(error.description.contains("\(endpoint)"))
    }

    @Test("a name that cannot exist is unreachable")
    func unknownName() async throws {
        let host = String(repeating: "a", count: 64) + ".invalid"
        let error = try await transportError { try await dial(Endpoint(host: host, port: 1)) }
        #expect(error.code == .unreachable)
    }

    @Test("an endpoint that is taken cannot be listened on")
    func taken() async throws {
        try await withListener { server in
            let error = try await transportError {
                try await Listener.run(on: server.endpoint, identity: try identity(4)) { _ in }
            }
            #expect(error.code == .cannotListen)
            try await server.checkEcho()
        }
    }

    private func dial(_ endpoint: Endpoint, expecting device: DeviceID? = nil, limits: TransportLimits = .standard) async throws {
        try await Dialer.withConnection(
            to: endpoint, expecting: device ?? identity(1).device, identity: identity(2), limits: limits
        ) { connection in
            for try await _ in connection.frames {}
        }
    }
}
