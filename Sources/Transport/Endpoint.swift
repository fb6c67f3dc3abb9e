/// A host and a TCP port, written `host:port`, with brackets around an IPv6 address: `[::1]:4433`.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// A DNS name (RFC 1035 allows 253 characters) or an IP address without brackets.
    package let host: String
    /// 0 asks a listener for any free port.
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`; throws `invalidAddress`.
    package init(parsing text: some StringProtocol) throws(TransportError) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]) else {
            throw .invalidAddress(text, "it does not end with a colon and a port number up to 65535")
        }
        let host = text[..<colon]
        guard let name = host.hasPrefix("[") ? Self.address(host) : Self.name(host) else {
            throw .invalidAddress(
                text, "the part before the port is neither a name, nor an IPv4 address, nor an IPv6 address in [ ]")
        }
        self.init(host: name, port: port)
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func port(_ text: some StringProtocol) -> UInt16? {
        text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ? UInt16(text) : nil
    }

    /// A name or an IPv4 address; whether it exists is found out by dialling it.
    private static func name(_ text: some StringProtocol) -> String? {
        let isName = text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
        return isName && 1...253 ~= text.utf8.count ? String(text) : nil
    }

    /// An IPv6 address in brackets, perhaps with the zone that a link-local one needs.
    private static func address(_ text: some StringProtocol) -> String? {
        guard text.hasSuffix("]") else { return nil }
        let inside = text.dropFirst().dropLast()
        let marks = Array(":.%".utf8)
        let isAddress = inside.utf8.allSatisfy { isAlphanumeric($0) || marks.contains($0) }
        return isAddress && inside.contains(":") && inside.utf8.count <= 64 ? String(inside) : nil
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
