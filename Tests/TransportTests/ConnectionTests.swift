import Canon
import Ledger
import Support
import Testing

@testable import Transport

@Suite("Connections", .timeLimit(.minutes(1)))
struct ConnectionTests {
    @Test("frames of every size go there and back unchanged")
    func roundTrip() async throws {
        var random = SeededGenerator(seed: 1)
        let limit = TransportLimits.frame
        let sizes =
            [1, 2, 3, 4, 5, 255, 256, 16_383, 16_384, 16_385, 65_535, 65_536, limit - 1, limit]
            + (0..<20).map { _ in random.pick(1..<limit) }
        let frames = sizes.map { random.bytes($0) }
        try await withListener { server in
            try await server.dial { connection in
                #expect(connection.peer == server.device)
                var answers = connection.frames.makeAsyncIterator()
                for frame in frames {
                    try await connection.send(frame)
                    #expect(try await answers.next() == frame, "a frame of \(frame.count) bytes")
                }
                let traffic = connection.traffic
                #expect(traffic.framesSent == frames.count && traffic.framesReceived == frames.count)
                #expect(traffic.bytesSent > sizes.reduce(0, +) && traffic.bytesReceived > sizes.reduce(0, +))
            }
            #expect(server.failures.all.isEmpty)
        }
    }

    @Test("the listening side learns the key of the device that dialled")
    func serverLearnsPeer() async throws {
        let peers = Notes<String>()
        @Sendable func note(_ connection: Connection) { peers.add(connection.peer.description) }
        try await withListener(handler: note) { server in
            try await server.dial(as: 5) { connection in
                for try await _ in connection.frames {}
            }
        }
        #expect(peers.all == [try identity(5).device.description])
    }

    @Test("a goodbye ends the frames of the other side without an error, after all that was sent")
    func goodbye() async throws {
        @Sendable func countToHundred(_ connection: Connection) async throws {
            for byte in UInt8(1)...100 { try await connection.send([byte]) }
        }
        let received = try await withListener(handler: countToHundred) { server in
            try await server.dial { connection in
                try await connection.frames.reduce(into: []) { $0 += $1 }
            }
        }
        #expect(received == Array(1...100))
    }

    @Test("close() ends one's own frames, and sending after it is an error")
    func close() async throws {
        try await withListener { server in
            try await server.dial { connection in
                connection.close()
                for try await _ in connection.frames {}
                let error = try await transportError { try await connection.send([1]) }
                #expect(error.code == .closed)
            }
        }
    }

    @Test("a frame that is empty or too large is refused to the sender, and the connection goes on")
    func sendLimits() async throws {
        try await withListener { server in
            try await server.dial { connection in
                #expect(try await transportError { try await connection.send([]) }.code == .emptyFrame)
                let large = Array(repeating: UInt8(0), count: TransportLimits.frame + 1)
                #expect(try await transportError { try await connection.send(large) }.code == .frameTooLarge)
                try await connection.send([9])
                #expect(try await connection.frames.first { _ in true } == [9])
            }
        }
    }

    @Test("both taps see every frame, in its direction")
    func taps() async throws {
        let seenByServer = Notes<String>()
        let seenByClient = Notes<String>()
        let serverTap: FrameTap = { seenByServer.add("\($0) \($1)") }
        let clientTap: FrameTap = { seenByClient.add("\($0) \($1)") }
        try await withListener(tap: serverTap) { server in
            try await server.dial(tap: clientTap) { connection in
                try await connection.send([4, 2])
                _ = try await connection.frames.first { _ in true }
            }
        }
        #expect(seenByServer.all == ["received [4, 2]", "sent [4, 2]"])
        #expect(seenByClient.all == ["sent [4, 2]", "received [4, 2]"])
    }

    @Test("what a handler throws ends its connection alone, and is reported")
    func handlerErrors() async throws {
        struct Trouble: Error {}
        @Sendable func failOnZero(_ connection: Connection) async throws {
            for try await frame in connection.frames {
                if frame == [0] { throw Trouble() }
                try await connection.send(frame)
            }
        }
        try await withListener(handler: failOnZero) { server in
            try await server.dial { steady in
                var answers = steady.frames.makeAsyncIterator()
                try await server.dial(as: 3) { connection in
                    try await connection.send([0])
                    for try await _ in connection.frames {}
                }
                try await steady.send([1])
                #expect(try await answers.next() == [1])
            }
            try await eventually { server.failures.all.count == 1 }
            #expect(server.failures.all.first is Trouble)
        }
    }

    @Test("many connections at a time are served side by side")
    func manyConnections() async throws {
        try await withListener { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for byte in UInt8(2)...40 {
                    group.addTask {
                        try await server.dial(as: byte) { connection in
                            try await connection.send([byte])
                            #expect(try await connection.frames.first { _ in true } == [byte])
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(server.failures.all.isEmpty)
        }
    }
}
