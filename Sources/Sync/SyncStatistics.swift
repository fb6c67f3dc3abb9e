package import Ledger

/// What people may want to know about a session.
package struct SyncStatistics: Hashable, Sendable {
    package internal(set) var changesSent = 0
    package internal(set) var changesReceived = 0
    /// Changes that came although they were here already.
    package internal(set) var changesKnown = 0
    package internal(set) var chunksSent = 0
    package internal(set) var chunksReceived = 0
    /// Frames that say something, and so have to be acknowledged: neither `done` nor `alive`.
    package internal(set) var framesSent: UInt64 = 0
    package internal(set) var framesReceived: UInt64 = 0
    package internal(set) var receipts = 0
    /// Times this side sent something and waited for the answer.
    package internal(set) var roundTrips = 0
    /// Spaces whose changes this side refused, and why.
    package internal(set) var refused: [SpaceID: String] = [:]
    /// Spaces whose changes the peer refused, and why.
    package internal(set) var refusedByPeer: [SpaceID: String] = [:]

    package init() {}
}
