import ArgumentParser
import HandselKit

/// A deadline as it is typed: `NAME:HOURS`.
enum DeadlineArgument {
    static func parse(_ text: String) throws -> DeadlineRequest {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let hours = UInt64(parts[1]) else {
            throw ValidationError("Write a deadline as its name and its hours, such as hearing:48.")
        }
        return DeadlineRequest(name: String(parts[0]), hours: hours)
    }
}
