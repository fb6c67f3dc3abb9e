/// Limits of an exported history; what exceeds one is refused.
package enum EvidenceLimits {
    /// Changes of one space.
    package static let changes = 1 << 22
    /// One file, in bytes.
    package static let file = 1 << 31
}
