import Foundation
import GRDB
package import Ledger

/// What a fork or a removal does to a space.
extension SpaceView: Logs {
    package var extents: [LogID: LogExtent] {
        get throws {
            let first = try db.cachedStatement(sql: "SELECT seq FROM change WHERE log = ? ORDER BY seq LIMIT 1")
            var extents: [LogID: LogExtent] = [:]
            for (log, number) in numbers {
                guard let start = try Int64.fetchOne(first, arguments: [number]), let end = try end(of: log)?.stamp else {
                    continue
                }
                extents[log] = LogExtent(first: UInt64(start), last: end.seq, tip: end.change)
            }
            return extents
        }
    }

    package func placement(in log: LogID, seq: UInt64) throws -> Placement? {
        guard let number = numbers[log] else { return nil }
        let statement = try db.cachedStatement(sql: "SELECT \(Self.placementColumns) FROM change WHERE log = ? AND seq = ?")
        return try Row.fetchOne(statement, arguments: [number, Int64(seq)]).map(placement)
    }

    /// The last change of a log that stands; all before it do too.
    func lastStanding(in log: LogID) throws -> Placement? {
        guard let last = try end(of: log) else { return nil }
        guard control.standing.cause(against: last) != nil else { return last }
        let first =
            try Int64.fetchOne(db.cachedStatement(sql: "SELECT min(seq) FROM change WHERE log = ?"), arguments: [numbers[log]])
            ?? 0
        var (low, high) = (UInt64(first), last.stamp.seq)
        var found: Placement?
        while low < high {
            let middle = low + (high - low) / 2
            guard let placement = try placement(in: log, seq: middle) else { break }
            if control.standing.cause(against: placement) == nil {
                found = placement
                low = middle + 1
            } else {
                high = middle
            }
        }
        return found
    }

    /// Where a stored change stands.
    func placed(_ change: ChangeID) throws -> Placement {
        guard let placement = try placement(of: change) else {
            throw StoreError(.damaged, "The change \(change) was stored and cannot be found.")
        }
        return placement
    }

    /// Works out anew which changes stand, where a device forked or was removed.
    func settle() throws {
        try control.settle(forks: try forks(), logs: self)
    }

    /// A branch that has come since all were placed stands for its twin too, so that it counts as one place all the same.
    package func forks(of device: DeviceID) throws -> Int {
        let beginnings = numbers.keys.filter { $0.device == device }.compactMap(\.branch)
        return Set(try beginnings.map { try ChangeStore.previous(of: $0, db) }).count
    }

    /// The changes in each place in which a device signed several.
    private func forks() throws -> [[Stamp]] {
        let beginnings = try numbers.keys.compactMap(\.branch).sorted().compactMap { try placement(of: $0)?.stamp }
        let places = Dictionary(grouping: beginnings) {
            Place(device: $0.device, before: try? ChangeStore.previous(of: $0.change, db))
        }
        return places.values.filter { $0.count > 1 }
    }

    private struct Place: Hashable {
        let device: DeviceID
        let before: ChangeID?
    }

    /// Places every change anew: those of a device that forked are on branches from now on, whichever of them came first.
    func placeAnew() throws {
        guard let number else { return }
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT arrival, id, header FROM change WHERE space = ? ORDER BY arrival"),
            arguments: [number])
        let headers = try rows.map { row in
            let header: Data = row["header"]
            return (
                arrival: row["arrival"] as Int64, id: try row.identifier("id", as: ChangeID.self),
                header: try Header(decoding: Array(header))
            )
        }
        var genealogy = Genealogy(headers.map { (id: $0.id, header: $0.header) })
        for (arrival, id, header) in headers {
            let placement = try genealogy.place(header, id)
            try db.cachedStatement(sql: "UPDATE change SET log = ?, past = ? WHERE arrival = ?").execute(arguments: [
                try logNumber(of: placement.stamp.log, in: number),
                try StoredVector.encode(placement.past) { try logNumber(of: $0, in: number) }, arrival,
            ])
        }
        forgetPlacements()
        try loadControl()
        // What was folded names places that are no more.
        hasNewStanding = true
    }
}
