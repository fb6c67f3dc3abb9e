/// Limits of the change format.
///
/// What exceeds one is refused, by every replica alike.
package enum LedgerLimits {
    /// Encoded header, in bytes.
    package static let header = 4_096
    /// Sealed body, in bytes; leaves room for the header and the frame around it in a frame of 1 MiB.
    package static let body = 768 * 1_024
    /// Other heads a change names.
    package static let parents = 32
    /// Attachments a change names.
    package static let blobs = 64
    /// Operations in one body.
    package static let operations = 8_192
    /// Devices of one person in one space.
    package static let devices = 256
    /// Changes that one device signed in the same place and that are kept.
    package static let branches = 16
    /// Places in which one device signed several changes and that are kept.
    package static let forks = 16
    /// The name of an operation's kind, in bytes.
    package static let kind = 64
    /// Recipients of one epoch key.
    package static let seals = 256
    /// A member's display name, in bytes.
    package static let name = 256
    /// Changes named by one relay's receipt.
    package static let receipt = 4_096
}
