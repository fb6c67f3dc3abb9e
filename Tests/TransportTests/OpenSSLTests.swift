import Canon
import Crypto
import Foundation
import Ledger
import Testing

@testable import Transport

/// Another implementation of TLS as the caller, with a certificate of its own making.
@Suite("OpenSSL", .timeLimit(.minutes(1)))
struct OpenSSLTests {
    private let answer = frame(length: 1, [2])

    @Test("a caller with any Ed25519 certificate is the device whose key it carries")
    func otherImplementation() async throws {
        let openSSL = try await OpenSSL(device: 6)
        defer { openSSL.remove() }
        let peers = Notes<DeviceID>()
        let received = try await withListener(handler: answering(noting: peers)) { server in
            try await openSSL.call(server, saying: frame(length: 1, [1]), showsKey: true)
        }
        #expect(received == answer)
        let device = try identity(6).device
        #expect(peers.all == [device])
    }

    @Test("a session resumed without showing the key belongs to the same device, and may be refused like it")
    func resumption() async throws {
        let openSSL = try await OpenSSL(device: 6)
        defer { openSSL.remove() }
        let peers = Notes<DeviceID>()
        let isAllowed: @Sendable (DeviceID) -> Bool = { _ in peers.all.count < 2 }
        try await withListener(isAllowed: isAllowed, handler: answering(noting: peers)) { server in
            let device = try identity(6).device
            #expect(try await openSSL.call(server, saying: frame(length: 1, [1]), showsKey: true) == answer)
            #expect(peers.all == [device])
            #expect(try await openSSL.call(server, saying: frame(length: 1, [1]), showsKey: false) == answer)
            #expect(peers.all == [device, device])
            #expect(try await openSSL.call(server, saying: frame(length: 1, [1]), showsKey: false) == [])
            try await server.checkFailures([.notAllowed])
        }
    }

    private func answering(noting peers: Notes<DeviceID>) -> @Sendable (Connection) async throws -> Void {
        { connection in
            peers.add(connection.peer)
            _ = try await connection.frames.first { _ in true }
            try await connection.send([2])
        }
    }
}

/// The command `openssl` and a directory for its files.
private struct OpenSSL {
    private let directory: URL

    /// Writes the key of a device and makes a certificate for it.
    init(device byte: UInt8) async throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "handsel-openssl-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        let key = DeviceCertificate.privateKeyPrefix + (try deviceKey(byte)).rawRepresentation
        try Data(key).write(to: directory.appending(path: "key.der"))
        _ = try await run(["pkey", "-inform", "DER", "-in", "key.der", "-out", "key.pem"])
        _ = try await run(["req", "-x509", "-new", "-key", "key.pem", "-subj", "/CN=someone", "-out", "certificate.pem"])
    }

    func remove() { try? FileManager.default.removeItem(at: directory) }

    /// What the listener answers to `bytes` before it closes.
    ///
    /// A caller that does not show its key resumes its last session instead.
    func call(_ server: TestListener, saying bytes: [UInt8], showsKey: Bool) async throws -> [UInt8] {
        let proof = showsKey ? ["-cert", "certificate.pem", "-key", "key.pem"] : ["-sess_in", "session.pem"]
        return try await run(
            ["s_client", "-quiet", "-connect", "\(server.endpoint)", "-tls1_3", "-alpn", "handsel/1", "-sess_out", "session.pem"]
                + proof,
            input: bytes)
    }

    private func run(_ arguments: [String], input: [UInt8] = []) async throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = directory
        let (stdin, stdout) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (stdin, stdout, FileHandle.nullDevice)
        let (exit, continuation) = AsyncStream<Never>.makeStream()
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        // One that is refused may be gone by now.
        try? stdin.fileHandleForWriting.write(contentsOf: input)
        try stdin.fileHandleForWriting.close()
        for await _ in exit {}
        return Array(try stdout.fileHandleForReading.readToEnd() ?? Data())
    }
}
