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
        guard let first = try firstArrival(in: space, beyond: known, db) else { return nil }
        for limit in [SyncLimits.fullFrame, SyncLimits.frame - 1_024] {
            let batch = try Batch(of: space, beyond: known, from: max(first, position + 1), limit: limit, db)
            if let end = batch.provenEnd {
                return (batch.changes[...end].map(\.change), UInt64(batch.changes[end].arrival))
            }
            if batch.changes.isEmpty { return nil }
        }
        throw StoreError(.damaged, "A signature that covers stored changes is missing. `handsel doctor` says which.")
    }

    /// After which number the changes of each log follow that a store with `tips` lacks.
    ///
    /// It has all that its tips had seen. A tip that is unknown here lies beyond what is here of its log, unless that log has got as
    /// far: then it is on another branch.
    private static func knownCounts(_ tips: [Tip], _ space: Int64, _ db: Database) throws -> [Int64: Int64] {
        var counts: [Int64: Int64] = [:]
        var unknown: [DeviceID: UInt64] = [:]
        for tip in tips {
            let statement = try db.cachedStatement(sql: "SELECT log, past FROM change WHERE id = ? AND space = ?")
            guard let row = try Row.fetchOne(statement, arguments: [tip.id.data, space]) else {
                unknown[tip.device] = max(unknown[tip.device] ?? 0, tip.seq)
                continue
            }
            var past = try StoredVector.counts(row["past"])
            past[row["log"]] = tip.seq + 1
            counts.merge(past.mapValues { Int64($0) }, uniquingKeysWith: max)
        }
        guard !unknown.isEmpty else { return counts }
        let logs = Dictionary(
            grouping: try Row.fetchAll(db.cachedStatement(sql: "SELECT * FROM log WHERE space = ?"), arguments: [space])
        ) {
            try? $0.identifier("device", as: DeviceID.self)
        }
        for (device, seq) in unknown {
            guard let own = logs[device], own.count == 1, let log = own.first?["number"] as Int64? else { continue }
            let last =
                try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(seq) FROM change WHERE log = ?"), arguments: [log]) ?? -1
            if last < Int64(seq) { counts[log] = last + 1 }
        }
        return counts
    }

    /// Where to start reading, since in each log changes arrive in their order.
    private static func firstArrival(in space: Int64, beyond known: [Int64: Int64], _ db: Database) throws -> Int64? {
        try Int64.fetchAll(db.cachedStatement(sql: "SELECT number FROM log WHERE space = ?"), arguments: [space]).compactMap {
            log in
            let statement = try db.cachedStatement(
                sql: "SELECT arrival FROM change WHERE log = ? AND seq >= ? ORDER BY seq LIMIT 1")
            return try Int64.fetchOne(statement, arguments: [log, known[log] ?? 0])
        }.min()
    }

    private init(of space: Int64, beyond known: [Int64: Int64], from arrival: Int64, limit: Int, _ db: Database) throws {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT log, seq, arrival, signature_checked, header, signature, body FROM change
                    WHERE space = ? AND arrival >= ? ORDER BY arrival
                    """), arguments: [space, arrival])
        while bytes < limit, changes.count < SyncLimits.changes, let row = try rows.next() {
            let (log, seq) = (row[0] as Int64, row[1] as Int64)
            guard seq >= known[log] ?? 0 else { continue }
            let change = try row.change()
            // What CBOR adds to a change in its frame is less than this.
            let size = change.headerBytes.count + change.body.count + 128
            guard bytes + size <= SyncLimits.frame - 1_024 else { return }
            bytes += size
            changes.append((change, row[2], row[3]))
        }
    }

    /// The last index up to which every device's run ends on a valid signature; nil if there is none.
    ///
    /// A signature that was only covered on arrival is checked now, because it may have to stand alone.
    private var provenEnd: Int? {
        var end = changes.count - 1
        while end >= 0 {
            let part = changes[...end]
            let continued = Set(part.compactMap(\.change.header.previous))
            let unproven = part.indices.first {
                !continued.contains(part[$0].change.id) && !part[$0].isChecked && !part[$0].change.hasValidSignature
            }
            guard let unproven else { return end }
            end = unproven - 1
        }
        return nil
    }
}
