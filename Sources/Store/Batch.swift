import Canon
import GRDB
import Ledger
import Sync

/// What goes into one frame of changes: those that a peer lacks, in the order of arrival, as far as their signatures can be checked.
struct Batch {
    private var changes: [(change: Change, arrival: Int64, isChecked: Bool)] = []
    private var bytes = 0

    /// The next changes of the space with this number that a store with `tips` lacks; nil if there are none.
    ///
    /// A frame is closed early for steady progress, unless the signature that covers its first change lies beyond: all that
    /// was covered by one arrived in one frame, so at the latest a whole frame reaches it.
    static func next(
        in space: Int64, after tips: [Tip], from position: Int64, _ db: Database
    ) throws -> (changes: [Change], next: UInt64)? {
        let known = try knownCounts(tips, space, db)
        guard let first = try firstArrival(beyond: known, db) else { return nil }
        for limit in [SyncLimits.fullFrame, SyncLimits.frame - 1_024] {
            let batch = try Batch(of: space, beyond: known, from: max(first, position + 1), limit: limit, db)
            if let end = batch.provenEnd {
                return (batch.changes[...end].map(\.change), UInt64(batch.changes[end].arrival))
            }
            if batch.changes.isEmpty { return nil }
        }
        throw StoreError(.damaged, "A signature that covers stored changes is missing. `handsel doctor` says which.")
    }

    /// How many changes of each log are in a store with `tips`.
    ///
    /// A tip that is unknown here lies beyond what is here of its log; one beside it is another branch, of which nothing follows.
    private static func knownCounts(_ tips: [Tip], _ space: Int64, _ db: Database) throws -> [Int64: Int64] {
        let tips = Dictionary(tips.map { ($0.device, $0) }) { first, _ in first }
        var counts: [Int64: Int64] = [:]
        for row in try Row.fetchAll(db, sql: "SELECT number, device FROM log WHERE space = ?", arguments: [space]) {
            let log: Int64 = row["number"]
            let tip = tips[try row.identifier("device", as: DeviceID.self)]
            counts[log] = try tip.map { try isOnOtherBranch($0, log, db) ? 0 : Int64($0.seq) + 1 } ?? 0
        }
        return counts
    }

    private static func isOnOtherBranch(_ tip: Tip, _ log: Int64, _ db: Database) throws -> Bool {
        let here = try Row.fetchAll(db, sql: "SELECT id FROM change WHERE log = ? AND seq = ?", arguments: [log, Int64(tip.seq)])
        return try !here.isEmpty && !here.contains { try $0.identifier("id") == tip.id }
    }

    /// Where to start reading, since in each log changes arrive in their order.
    private static func firstArrival(beyond known: [Int64: Int64], _ db: Database) throws -> Int64? {
        try known.compactMap { log, count in
            try Int64.fetchOne(db, sql: "SELECT arrival FROM change WHERE log = ? AND seq = ?", arguments: [log, count])
        }.min()
    }

    private init(of space: Int64, beyond known: [Int64: Int64], from arrival: Int64, limit: Int, _ db: Database) throws {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT * FROM change WHERE space = ? AND arrival >= ? ORDER BY arrival", arguments: [space, arrival])
        while bytes < limit, changes.count < SyncLimits.changes, let row = try rows.next() {
            let log: Int64 = row["log"]
            let seq: Int64 = row["seq"]
            guard seq >= known[log] ?? 0 else { continue }
            let change = try row.change()
            // What CBOR adds to a change in its frame is less than this.
            let size = change.headerBytes.count + change.body.count + 128
            guard bytes + size <= SyncLimits.frame - 1_024 else { return }
            bytes += size
            changes.append((change, row["arrival"], row["signature_checked"]))
        }
    }

    /// The last index up to which every device's run ends on a valid signature; nil if there is none.
    ///
    /// A signature that was only covered on arrival is checked now, because it may have to stand alone.
    private var provenEnd: Int? {
        var end = changes.count - 1
        while end >= 0 {
            var last: [DeviceID: Int] = [:]
            for (index, entry) in changes[...end].enumerated() { last[entry.change.header.device] = index }
            let unproven = last.values.filter { !changes[$0].isChecked && !changes[$0].change.hasValidSignature }.min()
            guard let unproven else { return end }
            end = unproven - 1
        }
        return nil
    }
}
