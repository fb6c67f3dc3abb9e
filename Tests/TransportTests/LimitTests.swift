import Support
import Testing

@testable import Transport

@Suite("Limits and cancellation", .timeLimit(.minutes(1)))
struct LimitTests {
    @Test("connections beyond the limit are refused, and there is room again when others end", arguments: [true, false])
    func connectionLimit(perAddress: Bool) async throws {
        var limits = TransportLimits.standard
        if perAddress { limits.connectionsPerAddress = 3 } else { limits.connections = 3 }
        try await withListener(limits: limits) { server in
            @Sendable func nest(_ depth: Int) async throws {
                try await server.dial { connection in
                    try await connection.send([1])
                    _ = try await connection.frames.first { _ in true }
                    if depth > 1 { return try await nest(depth - 1) }
                    let error = try await transportError { try await server.dial { _ in } }
                    #expect(error.code == .closed)
                }
            }
            try await nest(3)
            try await server.checkFailures([.tooManyConnections])
            try await server.checkEcho()
        }
    }

    @Test("a connection on which nothing happens is dropped")
    func idle() async throws {
        var limits = TransportLimits.standard
        limits.idle = .milliseconds(100)
        try await withListener(limits: limits) { server in
            let error = try await transportError {
                try await server.dial { for try await _ in $0.frames {} }
            }
            #expect(error.code == .closed)
            try await server.checkFailures([.idle])
        }
    }

    @Test("a peer that does not read stops the sender, and what waits in between stays small")
    func backPressure() async throws {
        let frame = Array(repeating: UInt8(7), count: 64 * 1_024)
        let count = 2_000
        let connections = Notes<Connection>()
        let (reading, startReading) = AsyncStream<Never>.makeStream()
        @Sendable func readLate(_ connection: Connection) async throws {
            connections.add(connection)
            for await _ in reading {}
            for try await _ in connection.frames {}
        }
        try await withListener(handler: readLate) { server in
            try await server.dial { connection in
                async let sending: Void = {
                    for _ in 0..<count { try await connection.send(frame) }
                }()
                try await eventually { !connections.all.isEmpty }
                let reader = try #require(connections.all.first)
                try await eventuallySteady { connection.traffic.framesSent }
                // Two socket buffers of the operating system's choosing, and `writeBuffer`.
                #expect(connection.traffic.bytesSent < 24 * 1_024 * 1_024)
                #expect(reader.traffic.bytesReceived < 2 * 1_024 * 1_024)
                startReading.finish()
                try await sending
                try await eventually { reader.traffic.framesReceived == count }
            }
        }
    }

    @Test("one who closes with much unread is not held up")
    func closeUnread() async throws {
        try await withListener(handler: sendForever) { server in
            let clock = ContinuousClock()
            let closing = try await server.dial { connection in
                try await eventuallySteady { connection.traffic.bytesReceived }
                return clock.now
            }
            #expect(clock.now - closing < TransportLimits.goodbye)
            try await server.checkFailures([.closed])
        }
    }

    @Test("a cancelled send drops its connection, for those that use it too")
    func cancelSend() async throws {
        try await withListener(handler: sendForever) { server in
            try await server.dial { connection in
                try await checkCancellation { isReady in
                    async let sending: Void = sendForever(connection)
                    try await eventuallySteady { connection.traffic.framesSent }
                    isReady()
                    try await sending
                }
                let error = try await transportError { for try await _ in connection.frames {} }
                #expect(error.code == .closed)
            }
        }
    }

    @Sendable private func sendForever(_ connection: Connection) async throws {
        while true { try await connection.send(Array(repeating: 1, count: 100_000)) }
    }

    @Test("cancelling a task that waits for a frame ends its connection at once")
    func cancelReading() async throws {
        try await withListener { server in
            try await checkCancellation { isReady in
                try await server.dial { connection in
                    try await connection.send([1])
                    for try await _ in connection.frames { isReady() }
                }
            }
            try await server.checkFailures([.closed])
        }
    }

    @Test("cancelling a task that waits for the handshake ends it at once")
    func cancelHandshake() async throws {
        try await RawPeer().listen { endpoint in
            try await checkCancellation { isReady in
                isReady()
                try await Dialer.withConnection(to: endpoint, expecting: identity(1).device, identity: identity(2)) { _ in }
            }
        }
    }

    @Test("cancelling a listener ends its connections at once, and frees its port")
    func cancelListener() async throws {
        let dialled = Notes<Connection>()
        let (endpoint, call) = try await withListener { server in
            let call = Task {
                try await transportError {
                    try await server.dial { connection in
                        dialled.add(connection)
                        for try await _ in connection.frames {}
                    }
                }
            }
            try await eventually { !dialled.all.isEmpty }
            return (server.endpoint, call)
        }
        let code = try await call.value.code
        #expect(code == .closed)
        let error = try await transportError {
            try await Dialer.withConnection(to: endpoint, expecting: identity(1).device, identity: identity(2)) { _ in }
        }
        #expect(error.code == .refused)
    }

    /// Runs `work`, cancels it when it says that it is ready, and checks that it ends as cancelled without waiting for a goodbye.
    private func checkCancellation(_ work: @escaping @Sendable (_ isReady: @Sendable () -> Void) async throws -> Void)
        async throws
    {
        let (readiness, ready) = AsyncStream<Never>.makeStream()
        let task = Task { try await work { ready.finish() } }
        for await _ in readiness {}
        task.cancel()
        let start = ContinuousClock.now
        let error = try await transportError { try await task.value }
        #expect(error.code == .cancelled, "\(error)")
        #expect(ContinuousClock.now - start < TransportLimits.goodbye)
    }
}
