/// Limits of what people agree on and write, in bytes of UTF-8 unless said otherwise.
package enum AgreementLimits {
    package static let title = 200
    package static let memo = 1_000
    package static let message = 64 * 1_024
    package static let prose = 512 * 1_024
    package static let fileName = 255
    /// Files of one message or submission.
    package static let files = 32
    /// Milestones of one contract.
    package static let milestones = 100
    /// Relays of one contract whose receipts start a deadline.
    package static let relays = 16
    /// The greatest amount in minor units; leaves room to add up many.
    package static let amount: Int64 = 1_000_000_000_000_000
    /// Hours of a deadline: five years.
    package static let hours: UInt64 = 24 * 366 * 5
}
