/// Why a replica refused to do something.
package struct ReplicaError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// A rule of the contract stands against it.
        case refused
        /// The file is a copy of one that its device may still write to.
        case copied
        case notFound, ambiguous, noIdentity, alreadyExists, notReadable, tooLong, damaged
    }

    package let code: Code
    /// A sentence for people: what happened, to what, and what to do.
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    package static func == (first: ReplicaError, second: ReplicaError) -> Bool { first.code == second.code }
}
