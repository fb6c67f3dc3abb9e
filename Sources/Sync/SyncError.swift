package import Ledger

/// An error whose sentence a peer may read.
///
/// What else can go wrong, such as with this side's disk, is none of a peer's business.
package protocol PeerReadable: Error, CustomStringConvertible {}

extension LedgerError: PeerReadable {}

/// Why a session or a bundle ended before it was through.
package struct SyncError: PeerReadable, Equatable {
    package enum Code: String, Sendable {
        case badFrame, badChange, unexpectedFrame, limit, notShared, badBlob, refusedByPeer, truncatedBundle, notABundle
    }

    package let code: Code
    /// A sentence for people: what happened, to what, and what to do.
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    package static func == (first: SyncError, second: SyncError) -> Bool { first.code == second.code }
}
