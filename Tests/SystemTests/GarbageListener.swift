import Foundation

/// Something on a loopback port that is no device: it says the same to whoever connects, and hangs up.
final class GarbageListener: Sendable {
    let port: UInt16
    private let socket: Int32

    init(saying words: [UInt8]) throws {
        let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.socket = socket
        port = try Self.bind(socket)
        guard listen(socket, 8) == 0 else { throw Unexpected("no port can be listened on") }
        Thread.detachNewThread {
            while true {
                let connection = accept(socket, nil, nil)
                guard connection >= 0 else { return }
                _ = words.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                shutdown(connection, Int32(SHUT_RDWR))
                close(connection)
            }
        }
    }

    /// Binds to a free port of the loopback interface.
    private static func bind(_ socket: Int32) throws -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                Foundation.bind(socket, address, length) == 0 && getsockname(socket, address, &length) == 0
            }
        }
        guard result else { throw Unexpected("no port can be bound") }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Gives the port back, so that nothing listens on it.
    func stop() {
        shutdown(socket, Int32(SHUT_RDWR))
        close(socket)
    }
}
