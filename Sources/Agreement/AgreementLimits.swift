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
    /// The greatest total on a milestone, which may be funded with more than its amount.
    package static let total: Int64 = 2 * amount
    /// Slots of one invoice: a week of them, and as many late ones.
    package static let invoiceSlots = 2_016
    /// The greatest rate an hour, so that a deposit of many weeks is an amount too.
    package static let rate: Int64 = 100_000_000_000
    package static let depositWeeks: UInt64 = 52
    /// Ranges of slots in one invoice, and change keys in one disclosure: both name ten-minute slots or changes one by one at worst.
    package static let ranges = 1_008
    package static let disclosures = 1_024
    /// Changes in one note of an agent that it has seen them.
    package static let seen = 4_096
    /// Rounds of submission of one milestone.
    package static let rounds = 1 << 20
    /// The latest time that counts: the year 9999, in milliseconds since 1970.
    package static let time: UInt64 = 253_402_300_799_999
    /// Hours of a deadline: five years.
    package static let hours: UInt64 = 24 * 366 * 5
}
