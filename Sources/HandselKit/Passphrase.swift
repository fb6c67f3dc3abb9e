import Foundation

/// What a person types to open the device's key file.
public struct Passphrase: Hashable, Sendable {
    /// The longest, in bytes.
    public static let limit = 1_024

    /// In Unicode's form NFC (RFC 8265, OpaqueString), so that one passphrase is the same bytes from every keyboard.
    let bytes: [UInt8]

    public init(_ text: String) throws {
        bytes = Array(text.precomposedStringWithCanonicalMapping.utf8)
        guard !bytes.isEmpty, bytes.count <= Self.limit else {
            throw HandselError(
                .refused, "A passphrase has 1 to \(Self.limit) bytes, and this one has \(bytes.count). Choose another.")
        }
    }
}
