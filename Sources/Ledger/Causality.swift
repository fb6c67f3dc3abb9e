package import Canon

/// How far each device's log has been seen: device → number of its changes.
package struct VersionVector: Hashable, Sendable {
    package private(set) var counts: [DeviceID: UInt64]

    package init(_ counts: [DeviceID: UInt64] = [:]) { self.counts = counts.filter { $0.value > 0 } }

    package subscript(device: DeviceID) -> UInt64 { counts[device] ?? 0 }

    package func contains(device: DeviceID, seq: UInt64) -> Bool { seq < self[device] }

    package mutating func insert(device: DeviceID, seq: UInt64) { counts[device] = max(self[device], seq + 1) }

    package mutating func merge(_ other: VersionVector) { counts.merge(other.counts, uniquingKeysWith: max) }
}

/// Where a change stands in the history: enough to order it and to ask whether another had seen it.
///
/// The order (Lamport, device, id) is the one linear order in which acts fold and last writers win.
package struct Stamp: Hashable, Comparable, Sendable {
    /// 1 + the greatest in the change's past; derived, never claimed.
    package let lamport: UInt64
    package let device: DeviceID
    package let seq: UInt64
    package let change: ChangeID
    /// The operation's place in its change.
    package let ordinal: UInt32

    package init(lamport: UInt64, device: DeviceID, seq: UInt64, change: ChangeID, ordinal: UInt32 = 0) {
        self.lamport = lamport
        self.device = device
        self.seq = seq
        self.change = change
        self.ordinal = ordinal
    }

    package func operation(_ ordinal: Int) -> Stamp {
        Stamp(lamport: lamport, device: device, seq: seq, change: change, ordinal: UInt32(ordinal))
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
        return past.contains(device: other.device, seq: other.seq)
    }
}

extension CBORWriter {
    package mutating func stamp(_ stamp: Stamp) {
        array(5)
        unsigned(stamp.lamport)
        identifier(stamp.device)
        unsigned(stamp.seq)
        identifier(stamp.change)
        unsigned(UInt64(stamp.ordinal))
    }

    /// Sorted by device, as every map in a fixed form is.
    package mutating func versionVector(_ vector: VersionVector) {
        array(vector.counts.sorted { $0.key < $1.key }) { writer, entry in
            writer.array(2)
            writer.identifier(entry.key)
            writer.unsigned(entry.value)
        }
    }
}

extension CBORReader {
    @_lifetime(self: copy self)
    package mutating func stamp() throws(CanonError) -> Stamp {
        try array(of: 5)
        return Stamp(
            lamport: try unsigned(), device: try identifier(), seq: try unsigned(), change: try identifier(),
            ordinal: UInt32(try unsigned(upTo: UInt64(UInt32.max))))
    }

    @_lifetime(self: copy self)
    package mutating func versionVector() throws(CanonError) -> VersionVector {
        var counts: [DeviceID: UInt64] = [:]
        for _ in 0..<(try array(limit: LedgerLimits.devices)) {
            try array(of: 2)
            let device: DeviceID = try identifier()
            counts[device] = try unsigned()
        }
        return VersionVector(counts)
    }
}
