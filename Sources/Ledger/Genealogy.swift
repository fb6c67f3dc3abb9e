/// Places the changes of a space of which all are known: what a store works out change by change, until one turns out to be a fork.
package struct Genealogy: History, Sendable {
    private struct Place: Hashable {
        let device: DeviceID
        let previous: ChangeID?
    }

    private var successors: [Place: [ChangeID]]
    private var placements: [ChangeID: Placement] = [:]
    private var logs: [LogID: [Placement]] = [:]

    package init(_ changes: some Sequence<(id: ChangeID, header: Header)>) {
        successors = Dictionary(grouping: changes) { Place(device: $0.header.device, previous: $0.header.previous) }
            .mapValues { $0.map(\.id) }
    }

    package func placement(of change: ChangeID) -> Placement? { placements[change] }

    package func successors(of previous: ChangeID?, by device: DeviceID) -> [ChangeID] {
        successors[Place(device: device, previous: previous)] ?? []
    }

    package func forks(of device: DeviceID) -> Int {
        successors.count { $0.key.device == device && $0.value.count > 1 }
    }

    /// The changes in each place in which a device signed several.
    package var forks: [[Stamp]] {
        successors.values.filter { $0.count > 1 }.map { $0.compactMap { placements[$0]?.stamp } }
    }

    /// The last change of each log and of each branch, by device, number and id.
    package var tips: [Stamp] {
        logs.values.compactMap(\.last?.stamp).filter { successors(of: $0.change, by: $0.device).isEmpty }
            .sorted { ($0.device, $0.seq, $0.change) < ($1.device, $1.seq, $1.change) }
    }

    /// Adds a change that is not a fork, and places it.
    package mutating func append(_ header: Header, _ id: ChangeID) throws -> Placement {
        successors[Place(device: header.device, previous: header.previous), default: []].append(id)
        return try place(header, id)
    }

    /// Places a change, once all that it follows are placed.
    @discardableResult
    package mutating func place(_ header: Header, _ id: ChangeID) throws -> Placement {
        let isBranch = successors(of: header.previous, by: header.device).count > 1
        let placement = try Admission.place(header, id, isBranch: isBranch, history: self)
        placements[id] = placement
        logs[placement.stamp.log, default: []].append(placement)
        return placement
    }
}

extension Genealogy: Logs {
    package var extents: [LogID: LogExtent] {
        logs.compactMapValues { log in
            guard let first = log.first?.stamp, let last = log.last?.stamp else { return nil }
            return LogExtent(first: first.seq, last: last.seq, tip: last.change)
        }
    }

    package func placement(in log: LogID, seq: UInt64) -> Placement? {
        guard let own = logs[log], let first = own.first?.stamp.seq, seq >= first, seq - first < own.count else { return nil }
        return own[Int(seq - first)]
    }
}
