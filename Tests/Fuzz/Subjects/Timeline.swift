package import Canon
package import Ledger

/// Points in a history of three devices that act in turn, without the history.
package struct Timeline {
    private var moments: [Moment] = []
    private let devices: [DeviceID]

    package init(devices: Int = 3) { self.devices = (0..<devices).map { DeviceID(Self.numbered($0 + 1)) } }

    /// What the next device sees that has not seen the last `unseen` changes of others; its change is numbered from 1.
    package mutating func next(by device: Int? = nil, unseen: Int) -> Moment {
        let number = moments.count
        let author = devices[(device ?? number) % devices.count]
        let own = moments.filter { $0.stamp.device == author }
        let seen = moments.dropLast(unseen) + own
        var past = VersionVector()
        for moment in seen {
            past.merge(moment.past)
            past.insert(moment.stamp)
        }
        let lamport = 1 + (seen.map(\.stamp.lamport).max() ?? 0)
        let change = ChangeID(Self.numbered(number + 1))
        let stamp = Stamp(lamport: lamport, device: author, seq: UInt64(own.count), change: change)
        let moment = Moment(stamp: stamp, past: past)
        moments.append(moment)
        return moment
    }

    /// Short to find for a fuzzer.
    package static func numbered(_ number: Int) -> Bytes32 {
        Bytes32([UInt8](repeating: 0, count: 24) + Derivation.bigEndian(UInt64(number))) ?? .zero
    }
}

extension CBORReader {
    /// The head of an array of two whose first says how many of the last changes the author has not seen.
    @_lifetime(self: copy self)
    mutating func unseen() throws(CanonError) -> Int {
        try array(of: 2)
        return try count(upTo: 64)
    }
}
