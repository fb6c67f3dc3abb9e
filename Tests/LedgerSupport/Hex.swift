package import Canon
import Support

extension Bytes32 {
    private struct WrongLength: Error {}

    /// The 32 bytes that `text` writes in hexadecimal.
    package init(hex text: String) throws {
        guard let value = Bytes32(try Support.bytes(hex: text)) else { throw WrongLength() }
        self = value
    }
}
