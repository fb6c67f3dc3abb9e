import Crypto
import Ledger
import NIOCore
import NIOPosix
import NIOSSL
import Support
import Synchronization
import Testing

@testable import Transport

/// The device with the key that consists of one byte, repeated.
func deviceKey(_ byte: UInt8) throws -> Curve25519.Signing.PrivateKey {
    try Curve25519.Signing.PrivateKey(rawRepresentation: Array(repeating: byte, count: 32))
}

func identity(_ byte: UInt8) throws -> DeviceTLS { try DeviceTLS(deviceKey(byte)) }

/// What happened, in order, noted from any thread.
final class Notes<Note: Sendable>: Sendable {
    private let notes = Mutex<[Note]>([])
    var all: [Note] { notes.withLock { $0 } }
    func add(_ note: Note) { notes.withLock { $0.append(note) } }
}

/// Returns when `value` has been the same, and not zero, a hundred times in a row.
func eventuallySteady(_ value: () -> Int) async throws {
    var last = value()
    var repetitions = 0
    try await eventually {
        let current = value()
        repetitions = current == last && current > 0 ? repetitions + 1 : 0
        last = current
        return repetitions == 100
    }
}

/// A listener of device 1 on a loopback port.
struct TestListener: Sendable {
    let port: Int
    let device: DeviceID
    let failures: Notes<any Error>

    var endpoint: Endpoint { Endpoint(host: "127.0.0.1", port: UInt16(port)) }

    func dial<Result: Sendable>(
        as byte: UInt8 = 2, expecting device: DeviceID? = nil, limits: TransportLimits = .standard, tap: FrameTap? = nil,
        _ body: @Sendable (Connection) async throws -> Result
    ) async throws -> Result {
        try await Dialer.withConnection(
            to: endpoint, expecting: device ?? self.device, identity: identity(byte), limits: limits, tap: tap, body)
    }

    /// Waits until as many failures are reported as expected, and checks that they are those.
    func checkFailures(_ expected: [TransportError.Code], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await eventually { failures.all.count >= expected.count }
        let codes = failures.all.map { ($0 as? TransportError)?.code }
        #expect(codes == expected, "\(failures.all)", sourceLocation: sourceLocation)
    }

    /// Proves that the listener serves a good client, whatever it met before.
    func checkEcho() async throws {
        let answer = try await dial { connection in
            try await connection.send([1, 2, 3])
            return try await connection.frames.first { _ in true }
        }
        #expect(answer == [1, 2, 3])
    }
}

/// Sends back what comes.
@Sendable func echo(_ connection: Connection) async throws {
    for try await frame in connection.frames { try await connection.send(frame) }
}

/// Runs a listener with `handler` for as long as `body` takes.
func withListener<Result: Sendable>(
    limits: TransportLimits = .standard, isAllowed: @escaping @Sendable (DeviceID) -> Bool = { _ in true }, tap: FrameTap? = nil,
    handler: @escaping @Sendable (Connection) async throws -> Void = echo,
    _ body: @Sendable (TestListener) async throws -> Result
) async throws -> Result {
    let tls = try identity(1)
    let failures = Notes<any Error>()
    let (ports, port) = AsyncStream<Int>.makeStream()
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { port.finish() }
            try await Listener.run(
                on: Endpoint(host: "127.0.0.1", port: 0), identity: tls, limits: limits, isAllowed: isAllowed, tap: tap,
                onBound: { port.yield($0) },
                onFailure: failures.add, handler: handler)
        }
        let bound = try #require(await ports.first { _ in true })
        let result = try await body(TestListener(port: bound, device: tls.device, failures: failures))
        group.cancelAll()
        try await group.waitForAll()
        return result
    }
}

/// The `TransportError` that `body` throws.
func transportError<Result>(_ body: () async throws -> Result) async throws -> TransportError {
    do {
        _ = try await body()
    } catch let error as TransportError {
        return error
    }
    throw NothingThrown()
}

struct NothingThrown: Error {}
