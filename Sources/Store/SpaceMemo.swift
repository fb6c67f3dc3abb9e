import Ledger
import Synchronization

/// Spaces as they were last read or written, so that a transaction does not begin by reading again what the one before it left.
///
/// All of a space follows from its changes, and no number of arrival is used twice. So what is remembered holds while the last
/// change of the space is the same; another process may have added some. What a transaction writes is remembered once it is
/// committed, for the numbers that one gives out which is rolled back are given out again.
final class SpaceMemo: Sendable {
    /// By reference, since it is handed on with each message.
    final class Entry: Sendable {
        /// The arrival of the space's last change.
        let last: Int64
        let logs: SpaceLogs
        /// In order of arrival.
        let controlChanges: [ChangeID]
        /// Certificates are checked as it is folded, which is most of what reading a space takes.
        let control: ControlLog

        init(last: Int64, logs: SpaceLogs, controlChanges: [ChangeID], control: ControlLog) {
            self.last = last
            self.logs = logs
            self.controlChanges = controlChanges
            self.control = control
        }
    }

    private struct State {
        var committed: [SpaceID: Entry] = [:]
        var written: [SpaceID: Entry] = [:]
    }

    /// Spaces that are remembered at once.
    private static let limit = 256

    private let state = Mutex(State())

    func entry(of space: SpaceID) -> Entry? { state.withLock { $0.committed[space] } }

    /// Remembers what was read in a transaction that only reads.
    func remember(_ entry: Entry, of space: SpaceID) { state.withLock { Self.put(entry, of: space, in: &$0.committed) } }

    /// Keeps what the transaction that writes has made of a space, until it ends.
    func keep(_ entry: Entry, of space: SpaceID) { state.withLock { Self.put(entry, of: space, in: &$0.written) } }

    /// Drops what was kept of a space whose part of the transaction is rolled back.
    func drop(_ space: SpaceID) { state.withLock { $0.written[space] = nil } }

    /// The transaction that writes has ended.
    func end(isCommitted: Bool) {
        state.withLock { state in
            if isCommitted { for (space, entry) in state.written { Self.put(entry, of: space, in: &state.committed) } }
            state.written = [:]
        }
    }

    private static func put(_ entry: Entry, of space: SpaceID, in entries: inout [SpaceID: Entry]) {
        if entries.count >= limit, entries[space] == nil { entries = [:] }
        entries[space] = entry
    }
}
