import Canon

/// Why a change, a key or a certificate was refused.
package struct LedgerError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case malformed, unsupportedVersion, limit
        case badSignature, badDigest, badCommitment
        case missingDependency, wrongPosition, forked, wrongSpace
        case notAMember, staleMembership, unknownEpoch, wrongAudience
        case badCertificate, badInvite, badCode
    }

    package let code: Code
    /// A sentence for people: what happened, to what, and where it helps what to do.
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    package static func == (first: LedgerError, second: LedgerError) -> Bool { first.code == second.code }

    static func malformed(_ what: String, _ error: CanonError) -> LedgerError {
        LedgerError(.malformed, "The \(what) is damaged: \(error).")
    }
}
