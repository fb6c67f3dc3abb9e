import Ledger

/// Limits of what this module reads.
///
/// What exceeds one is refused, by every replica alike.
package enum DocumentLimits {
    /// Maximal writes of one register: a device has one, and each branch of its forks another.
    package static let concurrentWrites = 4 * LedgerLimits.devices
    /// Operations in one text edit.
    package static let operations = LedgerLimits.operations
    /// Changes that one text edit refers to.
    package static let references = LedgerLimits.body / 32
    /// Ranges of elements that one operation deletes.
    package static let ranges = LedgerLimits.body / 4
    /// Inserted text, in bytes of UTF-8.
    package static let text = LedgerLimits.body
    /// Elements of one change.
    package static let elements = Int(UInt32.max)
}
