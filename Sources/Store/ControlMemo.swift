import Ledger
import Synchronization

/// Control logs as they were last folded, so that a transaction does not begin by checking every certificate again.
///
/// A log follows from the changes it was folded from and from the branches of those who forked, and is used only where these are
/// still the same; so it does not matter whether the transaction was rolled back in which it was remembered.
final class ControlMemo: Sendable {
    struct Entry: Sendable {
        /// In order of arrival.
        let changes: [ChangeID]
        let branches: Set<LogID>
        let control: ControlLog
    }

    /// Spaces that are remembered at once.
    private static let limit = 256

    private let entries = Mutex<[SpaceID: Entry]>([:])

    func entry(of space: SpaceID) -> Entry? { entries.withLock { $0[space] } }

    func remember(_ entry: Entry, of space: SpaceID) {
        entries.withLock { entries in
            if entries.count >= Self.limit, entries[space] == nil { entries = [:] }
            entries[space] = entry
        }
    }
}
