import Crypto
import NIOCore
import NIOPosix
import NIOSSL

@testable import Transport

/// The TLS of a device, to be spoilt by a test.
func tlsConfiguration(_ byte: UInt8) throws -> TLSConfiguration {
    let key = try deviceKey(byte)
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateChain = [.certificate(try NIOSSLCertificate(bytes: DeviceCertificate.der(of: key), format: .der))]
    configuration.privateKey = .privateKey(
        try NIOSSLPrivateKey(bytes: DeviceCertificate.privateKeyPrefix + key.rawRepresentation, format: .der))
    configuration.signingSignatureAlgorithms = [.ed25519]
    configuration.verifySignatureAlgorithms = [.ed25519]
    configuration.applicationProtocols = ["handsel/1"]
    configuration.certificateVerification = .noHostnameVerification
    configuration.trustRoots = .certificates([])
    return configuration
}

/// A peer below the level of `Dialer` and `Listener`: over TLS as configured, or plain TCP, it says the bytes it is told.
struct RawPeer: Sendable {
    /// What it does when it has said them.
    enum Ending: Sendable {
        /// Waits for the other side to close.
        case waits
        /// Closes; with TLS, it says goodbye.
        case closes
        /// Waits for an answer, and then drops the socket under the TLS.
        case drops
    }

    let tls: TLSConfiguration?
    let bytes: [UInt8]
    let ending: Ending

    init(tls: TLSConfiguration? = nil, says bytes: [UInt8] = [], ending: Ending = .waits) {
        self.tls = tls
        self.bytes = bytes
        self.ending = ending
    }

    /// Connects, does what it does, and returns when the connection is over.
    func dial(port: Int) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try wrap(channel, isServer: false) }
            }
        await talk(channel)
    }

    /// Listens, and does what it does to each that connects, for as long as `body` takes.
    func listen<Result: Sendable>(_ body: @Sendable (Endpoint) async throws -> Result) async throws -> Result {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try wrap(channel, isServer: true) }
            }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await server.executeThenClose { accepted in
                    for try await channel in accepted { await talk(channel) }
                }
            }
            defer { group.cancelAll() }
            return try await body(Endpoint(server.channel.localAddress))
        }
    }

    private func wrap(_ channel: any Channel, isServer: Bool) throws -> NIOAsyncChannel<ByteBuffer, Never> {
        if let tls {
            let context = try NIOSSLContext(configuration: tls)
            let anyone: NIOSSLCustomVerificationCallback = { $1.succeed(.certificateVerified) }
            try channel.pipeline.syncOperations.addHandlers([
                WireHandler(status: ConnectionStatus()),
                isServer
                    ? NIOSSLServerHandler(context: context, customVerificationCallback: anyone)
                    : NIOSSLClientHandler(context: context, serverHostname: nil, customVerificationCallback: anyone),
            ])
        }
        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
    }

    private func talk(_ stream: NIOAsyncChannel<ByteBuffer, Never>) async {
        // Whatever goes wrong for this peer is what the test wants.
        try? await stream.executeThenClose { inbound in
            // Waits for the handshake too.
            if !bytes.isEmpty { try await stream.channel.writeAndFlush(ByteBuffer(bytes: bytes)).get() }
            switch ending {
            case .waits: for try await _ in inbound {}
            case .closes: return
            case .drops:
                _ = try await inbound.first { _ in true }
                stream.channel.abort()
            }
        }
    }
}

/// A frame's length and as many bytes as there are; they need not agree.
func frame(length: Int, _ payload: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt32(length).bigEndian, Array.init) + payload
}
