import Foundation

/// How times are printed: in UTC, since the two sides of a contract seldom share a time zone.
enum UTC {
    /// The last millisecond of the year 9999; what claims to be later is no time that anyone meant.
    private static let last: UInt64 = 253_402_300_799_999

    /// Such as `2026-11-23 09:00`, for a column that says UTC in its heading.
    static func minute(_ milliseconds: UInt64) -> String {
        guard milliseconds <= last else { return "after 9999" }
        let text = Date(timeIntervalSince1970: Double(milliseconds / 1_000)).formatted(.iso8601)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5)
    }

    /// Such as `2026-11-23 09:00 UTC`.
    static func text(_ milliseconds: UInt64) -> String { minute(milliseconds) + " UTC" }

    /// Such as `2026-11-23`.
    static func day(_ milliseconds: UInt64) -> String { String(minute(milliseconds).prefix(10)) }

    /// Such as `09:00`.
    static func clock(_ milliseconds: UInt64) -> String { String(minute(milliseconds).suffix(5)) }
}
