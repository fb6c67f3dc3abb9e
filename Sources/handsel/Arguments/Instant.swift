import ArgumentParser
import Foundation

/// A moment on the command line, such as `2026-11-23T09:00Z` or `2026-11-23T10:00+01:00`.
///
/// A time without a zone is refused: nobody could say later what it meant.
struct Instant {
    let milliseconds: UInt64

    private init?(_ text: String) {
        let form = /(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(Z|[+-]\d\d:\d\d)/.asciiOnlyDigits()
        guard let parts = text.wholeMatch(of: form)?.output, Self.isDay(parts.1),
            let date = try? Date("\(parts.1)T\(parts.2)\(parts.3 ?? ":00")\(parts.4)", strategy: .iso8601),
            date.timeIntervalSince1970 >= 0
        else { return nil }
        milliseconds = UInt64(date.timeIntervalSince1970) * 1_000
    }

    /// Whether the calendar has the day: reading alone takes 30 February for 2 March.
    private static func isDay(_ text: Substring) -> Bool {
        guard let midnight = try? Date("\(text)T00:00:00Z", strategy: .iso8601) else { return false }
        return midnight.formatted(.iso8601).hasPrefix(text)
    }

    /// Reads a moment; throws what was expected.
    static func moment(_ argument: String) throws -> Instant {
        guard let instant = Instant(argument) else {
            throw ValidationError("write a time with its zone, such as 2026-11-23T09:00Z or 2026-11-23T10:00+01:00")
        }
        return instant
    }

    /// Reads a day, such as `2026-11-23`, as the moment in which it begins in UTC; a moment will do too.
    static func day(_ argument: String) throws -> Instant {
        guard let instant = Instant(argument + "T00:00Z") ?? Instant(argument) else {
            throw ValidationError("write a day, such as 2026-11-23")
        }
        return instant
    }
}
