/// Why no timestamp was had, or why one does not count.
package struct TimestampError: Error, Equatable, CustomStringConvertible, Sendable {
    package enum Code: String, Sendable {
        /// What a response says.
        case malformed, refused, wrongData, wrongNonce, untrusted
        /// What is wrong with the certificates that were given to check it.
        case badCertificates
        /// What went wrong on the way to the authority.
        case badAddress, unreachable, badStatus, badType, tooLarge
        case outOfMemory
    }

    package let code: Code
    /// A sentence for people: what happened, to what, and where it helps what to do.
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    package static func == (first: TimestampError, second: TimestampError) -> Bool { first.code == second.code }

    static let outOfMemory = TimestampError(.outOfMemory, "There is not enough memory to handle a timestamp.")

    static let tooLarge = TimestampError(
        .tooLarge, "The timestamp is larger than \(Timestamp.maximumSize) bytes, which no timestamp is.")

    static func malformed(_ reason: String) -> TimestampError {
        TimestampError(.malformed, "The timestamp is damaged: \(reason).")
    }
}
