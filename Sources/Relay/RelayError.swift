/// Why a relay does not start.
package struct RelayError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case badKey, badEndpoint
    }

    package let code: Code
    /// A sentence for people: what happened, to what, and what to do.
    package let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
