import Sync

/// Why the store refused to open, to take or to give.
package struct StoreError: PeerReadable, Equatable {
    package enum Code: String, Sendable {
        case newerSchema, notAStore, unknownSpace, unwanted, quota, damaged, busy
    }

    package let code: Code
    /// A sentence for people: what happened, to what, and what to do.
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    package static func == (first: StoreError, second: StoreError) -> Bool { first.code == second.code }
}
