package import Canon

/// One line of a device's changes: its log, or after a fork one of the branches.
package struct LogID: Hashable, Comparable, Sendable {
    package let device: DeviceID
    /// The change with which the branch begins; nil before any fork.
    package let branch: ChangeID?

    package init(_ device: DeviceID, branch: ChangeID? = nil) {
        self.device = device
        self.branch = branch
    }

    package static func < (first: LogID, second: LogID) -> Bool {
        if first.device != second.device { return first.device < second.device }
        guard let branch = second.branch else { return false }
        return first.branch.map { $0 < branch } ?? true
    }
}

/// How far each log has been seen: log → number of the change after the last one seen.
///
/// Of a branch, whose changes go on numbering where it left the log, that includes all before it.
package struct VersionVector: Hashable, Sendable {
    package private(set) var counts: [LogID: UInt64]

    package init(_ counts: [LogID: UInt64] = [:]) { self.counts = counts.filter { $0.value > 0 } }

    package subscript(log: LogID) -> UInt64 { counts[log] ?? 0 }

    package func contains(_ stamp: Stamp) -> Bool { stamp.seq < self[stamp.log] }

    package mutating func insert(_ stamp: Stamp) { counts[stamp.log] = max(self[stamp.log], stamp.seq + 1) }

    package mutating func merge(_ other: VersionVector) { counts.merge(other.counts, uniquingKeysWith: max) }
}

/// Where a change stands in the history: enough to order it and to ask whether another had seen it.
///
/// The order (Lamport, device, id) is the one linear order in which acts fold and last writers win.
package struct Stamp: Hashable, Comparable, Sendable {
    /// 1 + the greatest in the change's past; derived, never claimed.
    package let lamport: UInt64
    package let log: LogID
    package let seq: UInt64
    package let change: ChangeID
    /// The operation's place in its change.
    package let ordinal: UInt32

    package init(lamport: UInt64, log: LogID, seq: UInt64, change: ChangeID, ordinal: UInt32 = 0) {
        self.lamport = lamport
        self.log = log
        self.seq = seq
        self.change = change
        self.ordinal = ordinal
    }

    package init(lamport: UInt64, device: DeviceID, seq: UInt64, change: ChangeID, ordinal: UInt32 = 0) {
        self.init(lamport: lamport, log: LogID(device), seq: seq, change: change, ordinal: ordinal)
    }

    package var device: DeviceID { log.device }

    package func operation(_ ordinal: Int) -> Stamp {
        Stamp(lamport: lamport, log: log, seq: seq, change: change, ordinal: UInt32(ordinal))
    }

    package static func < (first: Stamp, second: Stamp) -> Bool {
        if first.lamport != second.lamport { return first.lamport < second.lamport }
        if first.device != second.device { return first.device < second.device }
        if first.change != second.change { return first.change < second.change }
        return first.ordinal < second.ordinal
    }
}

/// One operation as a fold meets it: where it stands, and what its author had seen.
package struct Moment: Hashable, Sendable {
    package let stamp: Stamp
    /// The past of the operation's change, without the change itself.
    package let past: VersionVector

    package init(stamp: Stamp, past: VersionVector) {
        self.stamp = stamp
        self.past = past
    }

    /// Whether the author had seen the operation at `other`; earlier operations of the same change count.
    package func hasSeen(_ other: Stamp) -> Bool {
        if other.change == stamp.change { return other.ordinal < stamp.ordinal }
        // Whoever writes has seen what they wrote before, which is quicker to tell than to look up.
        return other.log == stamp.log ? other.seq < stamp.seq : past.contains(other)
    }
}

extension CBORWriter {
    package mutating func stamp(_ stamp: Stamp) {
        array(5)
        unsigned(stamp.lamport)
        log(stamp.log)
        unsigned(stamp.seq)
        identifier(stamp.change)
        unsigned(UInt64(stamp.ordinal))
    }

    private mutating func log(_ log: LogID) {
        array(2)
        identifier(log.device)
        optional(log.branch) { $0.identifier($1) }
    }
}

extension CBORReader {
    @_lifetime(self: copy self)
    package mutating func stamp() throws(CanonError) -> Stamp {
        try array(of: 5)
        return Stamp(
            lamport: try unsigned(), log: try log(), seq: try unsigned(), change: try identifier(),
            ordinal: UInt32(try unsigned(upTo: UInt64(UInt32.max))))
    }

    @_lifetime(self: copy self)
    private mutating func log() throws(CanonError) -> LogID {
        try array(of: 2)
        return LogID(try identifier(), branch: try optionalIdentifier())
    }
}
