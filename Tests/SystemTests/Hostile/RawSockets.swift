import Foundation

/// Plain TCP connections to a loopback port, from an address of one's own, that say what they are told and nothing of TLS.
final class RawSockets: Sendable {
    private let sockets: [Int32]

    /// Connects `count` times from `source`, an address of 127.0.0.0/8, and says `words` on each.
    init(_ count: Int, from source: String, to port: UInt16, saying words: [UInt8] = []) throws {
        sockets = try (0..<count).map { _ in try Self.connect(from: source, to: port) }
        for socket in sockets { _ = words.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } }
    }

    deinit { for socket in sockets { close(socket) } }

    /// Says one byte more on each; returns how many still took it.
    func say(_ byte: UInt8) -> Int {
        sockets.count { socket in withUnsafeBytes(of: byte) { send(socket, $0.baseAddress, 1, Int32(MSG_NOSIGNAL)) } == 1 }
    }

    private static func connect(from source: String, to port: UInt16) throws -> Int32 {
        let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let isConnected =
            with(source, 0) { Foundation.bind(socket, $0, $1) } == 0
            && with("127.0.0.1", port) { Foundation.connect(socket, $0, $1) } == 0
        guard isConnected else {
            close(socket)
            throw Unexpected("no connection from \(source) to port \(port)")
        }
        return socket
    }

    private static func with(_ host: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr(host)
        address.sin_port = port.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
