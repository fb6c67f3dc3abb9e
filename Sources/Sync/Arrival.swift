import Ledger

/// A frame that has come in, with all that is found out about it without the store.
///
/// So this can be done for one frame while the store is busy with the one before.
package struct Arrival: Sendable {
    let frame: Frame
    /// Of the changes in it.
    let verification: Verification.Result

    /// Throws what is wrong with the form of the frame.
    package init(_ bytes: [UInt8]) throws {
        frame = try Frame(decoding: bytes)
        verification = Verification.verify(frame.changes)
    }
}

extension Frame {
    fileprivate var changes: [Change] { if case .changes(_, let changes) = self { changes } else { [] } }
}
