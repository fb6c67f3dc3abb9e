import Ledger
import NIOCore
import NIOPosix
import NIOSSL

@testable import Transport

/// The TLS of a device, and above it any bytes instead of frames.
struct RawTLS: Sendable {
    let target: DeviceAddress
    let identity: DeviceTLS

    init(_ keys: DeviceKeys, to target: DeviceAddress) throws {
        self.target = target
        identity = try DeviceTLS(keys.signing.key)
    }

    /// Connects and says `bytes`, so many at a time; then, or once the other side has hung up, drops the connection.
    func trickle(_ bytes: [UInt8], inPartsOf size: Int = 1) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        identity.clientHandler { $1.succeed(.certificateVerified) })
                }
            }
            .connect(host: target.endpoint.host, port: Int(target.endpoint.port)).get()
        defer { channel.close(promise: nil) }
        for start in stride(from: 0, to: bytes.count, by: size) {
            try Task.checkCancellation()
            try await channel.writeAndFlush(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)])).get()
        }
    }
}
