import Canon
import Foundation
package import GRDB
package import Ledger
import Sync

/// One space within one transaction: its graph, its control log, and the only way to add a change.
package final class SpaceView: History {
    package let db: Database
    package let space: SpaceID
    /// Nil until the genesis is stored.
    package private(set) var number: Int64?
    /// Whether somebody on its roster has sent to it, or wrote it here; only from then on it is known who belongs to it.
    private(set) var isVouched = false
    /// Of headers and bodies.
    private(set) var bytes = 0
    /// Whether the digest of its tips is written down.
    private var hasDigest = false
    package var control: ControlLog
    /// Whether what stands has changed since this view was made; then all that was built on the space is to be built anew.
    package internal(set) var hasNewStanding = false
    private var knownLogs = SpaceLogs()
    private var placements: [ChangeID: Placement] = [:]
    private let memo: SpaceMemo
    /// The control changes that are stored, in order of arrival.
    private var controlChanges: [ChangeID] = []
    /// The arrival of the space's last change.
    private var last: Int64 = 0

    init(_ space: SpaceID, _ db: Database, memo: SpaceMemo) throws {
        self.db = db
        self.memo = memo
        self.space = space
        // Every message begins here, so the row is read where it is.
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT number, is_vouched, bytes, digest IS NOT NULL, (SELECT max(arrival) FROM change WHERE space = number)
                    FROM space WHERE id = ?
                    """), arguments: [space.data])
        guard let row = try rows.next() else {
            control = ControlLog()
            return
        }
        let known = memo.entry(of: space)
        control = known?.control ?? ControlLog()
        (number, isVouched, bytes, hasDigest, last) = (row[0], row[1], row[2], row[3], row[4] ?? 0)
        if let known, known.last == last {
            (knownLogs, controlChanges) = (known.logs, known.controlChanges)
        } else {
            for row in try Row.fetchAll(db.cachedStatement(sql: "SELECT * FROM log WHERE space = ?"), arguments: [number]) {
                knownLogs.add(try row.log(), as: row["number"])
            }
            try loadControl()
        }
    }

    func loadControl() throws {
        controlChanges = try Row.fetchAll(
            try db.cachedStatement(sql: "SELECT id FROM change WHERE space = ? AND audience = 1 ORDER BY arrival"),
            arguments: [number]
        ).map { try $0.identifier("id") }
        let known = memo.entry(of: space).flatMap { entry in
            entry.logs.branches == knownLogs.branches && controlChanges.starts(with: entry.controlChanges) ? entry : nil
        }
        control = known?.control ?? ControlLog()
        let missing = controlChanges.dropFirst(known?.controlChanges.count ?? 0)
        let entries = try missing.map { id in
            let row = try Row.fetchOne(
                try db.cachedStatement(sql: "SELECT * FROM change WHERE id = ? AND space = ?"), arguments: [id.data, number])
            guard let row else { throw StoreError(.damaged, "The change \(id) was stored and cannot be found.") }
            return try controlEntry(try row.change(), try placement(row))
        }
        for entry in entries { control.insert(entry) }
        control.fold()
        try settle()
        remember()
    }

    /// Remembers the space as it is now, and whose rosters were looked up.
    private func remember() {
        let entry = SpaceMemo.Entry(last: last, logs: knownLogs, controlChanges: controlChanges, control: control)
        if db.configuration.readonly { memo.remember(entry, of: space) } else { memo.keep(entry, of: space) }
    }

    /// The local numbers of its logs.
    package var numbers: [LogID: Int64] { knownLogs.numbers }
    package var logs: [Int64: LogID] { knownLogs.named }

    package var roster: Roster { control.roster }

    /// How many logs there are, and branches of those that forked.
    var logCount: Int { numbers.count }
    var controlCount: Int { controlChanges.count }

    func forgetPlacements() { (placements, knownLogs.ends) = ([:], [:]) }

    private func controlEntry(_ change: Change, _ placement: Placement) throws -> ControlEntry {
        ControlEntry(
            placement: placement, claimedTime: change.header.claimedTime,
            operations: (try? Admission.controlOperations(of: change)) ?? [])
    }

    /// What `placement` needs of a row of `change`: not the body, which may be long.
    static let placementColumns = "log, seq, id, lamport, past, header"

    /// Where the change of a row of `change` stands.
    package func placement(_ row: Row) throws -> Placement {
        guard let log = logs[row["log"]] else { throw StoreError(.damaged, "A change belongs to an unknown log.") }
        let header: Data = row["header"]
        let lamport: Int64 = row["lamport"]
        let seq: Int64 = row["seq"]
        let stamp = Stamp(lamport: UInt64(lamport), log: log, seq: UInt64(seq), change: try row.identifier("id"))
        return Placement(
            stamp: stamp, past: try StoredVector.decode(row["past"], logs: logs),
            membership: try Header(decoding: Array(header)).membership)
    }

    package func placement(of change: ChangeID) throws -> Placement? {
        if let known = placements[change] ?? knownLogs.end(at: change) { return known }
        guard let number,
            let row = try Row.fetchOne(
                try db.cachedStatement(sql: "SELECT \(Self.placementColumns) FROM change WHERE id = ? AND space = ?"),
                arguments: [change.data, number])
        else { return nil }
        let placement = try placement(row)
        placements[change] = placement
        return placement
    }

    /// Where the last change of a log stands.
    func end(of log: LogID) throws -> Placement? {
        if let known = knownLogs.ends[log] { return known }
        guard let number = numbers[log],
            let row = try Row.fetchOne(
                try db.cachedStatement(
                    sql: "SELECT \(Self.placementColumns) FROM change WHERE log = ? ORDER BY seq DESC LIMIT 1"),
                arguments: [number])
        else { return nil }
        let end = try placement(row)
        knownLogs.ends[log] = end
        return end
    }

    package func successors(of previous: ChangeID?, by device: DeviceID) throws -> [ChangeID] {
        let seq = try previous.map { try placement(of: $0).map { Int64($0.stamp.seq) + 1 } ?? -1 } ?? 0
        return try numbers.filter { $0.key.device == device }.flatMap { log, number in
            // Mostly what follows is new, and nothing follows the last of a log.
            if let end = try end(of: log), end.stamp.seq < seq { return [] as [Row] }
            return try Row.fetchAll(
                try db.cachedStatement(sql: "SELECT id, header FROM change WHERE log = ? AND seq = ?"), arguments: [number, seq])
        }.filter { row in
            let header: Data = row["header"]
            return try Header(decoding: Array(header)).previous == previous
        }.map { try $0.identifier("id") }
    }

    /// The last change of each branch of a device's log: one, unless the device forked.
    package func tips(of device: DeviceID) throws -> [Stamp] {
        let ends = try numbers.keys.filter { $0.device == device }.compactMap(end)
        // A log that goes on in branches does not end.
        return ends.filter { end in !ends.contains { $0.hasSeen(end) } }.map(\.stamp).sorted()
    }

    package func allTips() throws -> [Stamp] {
        try Set(numbers.keys.map(\.device)).sorted().flatMap { try tips(of: $0) }
    }

    /// The changes that no other has seen: what a new change follows.
    ///
    /// What does not stand is not built upon, so that nobody needs it who has not got it; but removals are, which count all the
    /// same, so that whoever has seen this change has seen them.
    package func heads() throws -> [Stamp] {
        let placements = try numbers.keys.compactMap(lastStanding) + control.removals.map(\.by)
        return Set(placements.map(\.stamp)).filter { tip in !placements.contains { $0.past.contains(tip) } }.sorted()
    }

    /// Stores an admitted change.
    func insert(_ change: Verified<Change>, at placement: Placement) throws -> ChangeStore.Admitted {
        let space = try spaceNumber()
        let log = try logNumber(of: placement.stamp.log, in: space)
        let value = change.value
        try db.cachedStatement(
            sql: """
                INSERT INTO change
                    (space, log, seq, id, lamport, audience, past, header, signature, signature_checked, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            space, log, Int64(placement.stamp.seq), value.id.data, Int64(placement.stamp.lamport),
            Int64(value.header.audience.rawValue),
            try StoredVector.encode(placement.past) { try logNumber(of: $0, in: space) }, Data(value.headerBytes),
            value.signature.map { Data($0) }, change.isSignatureChecked, Data(value.body),
        ])
        last = db.lastInsertedRowID
        (placements[value.id], knownLogs.ends[placement.stamp.log]) = (placement, placement)
        bytes += value.headerBytes.count + value.body.count
        for blob in value.header.blobs { try use(blob, in: space) }
        if value.header.audience == .control {
            control.insert(try controlEntry(value, placement))
            controlChanges.append(value.id)
        }
        return ChangeStore.Admitted(change: value, placement: placement)
    }

    /// A signature that was checked replaces one that was only covered.
    func learnSignature(of change: Verified<Change>) throws {
        guard change.isSignatureChecked, let signature = change.value.signature else { return }
        try db.cachedStatement(
            sql: "UPDATE change SET signature = ?, signature_checked = 1 WHERE id = ? AND signature_checked = 0"
        ).execute(arguments: [Data(signature), change.value.id.data])
    }

    /// Writes down what has been derived of the space's changes beside them; after the last of a batch was inserted.
    func recordGrowth(by admitted: [ChangeStore.Admitted]) throws {
        // The digest has an index, which would be written with each change.
        let record =
            hasDigest
            ? "UPDATE space SET bytes = ?, digest = NULL WHERE number = ?" : "UPDATE space SET bytes = ? WHERE number = ?"
        hasDigest = false
        try db.cachedStatement(sql: record).execute(arguments: [bytes, number])
        let (standing, epochs) = (control.standing, roster.epochs)
        let isControl = admitted.contains { $0.change.header.audience == .control }
        if isControl { control.fold() }
        try settle()
        remember()
        guard isControl || control.standing != standing else { return }
        // An epoch stands or falls with others' changes, too; one that is new here stands from the start.
        let new = Set(admitted.map(\.change.id))
        if control.standing != standing || Set(epochs) != Set(roster.epochs).subtracting(new) { hasNewStanding = true }
        try db.cachedStatement(sql: "DELETE FROM reader WHERE space = ?").execute(arguments: [number])
        for (key, until) in roster.readers {
            try db.cachedStatement(sql: "INSERT INTO reader (key, space, until) VALUES (?, ?, ?)")
                .execute(arguments: [key.data, number, Int64(clamping: until)])
        }
    }

    func vouch() throws {
        guard !isVouched else { return }
        isVouched = true
        try db.cachedStatement(sql: "UPDATE space SET is_vouched = 1 WHERE number = ?").execute(arguments: [number])
    }

    private func spaceNumber() throws -> Int64 {
        if let number { return number }
        try db.cachedStatement(sql: "INSERT INTO space (id) VALUES (?)").execute(arguments: [space.data])
        let new = db.lastInsertedRowID
        number = new
        return new
    }

    func logNumber(of log: LogID, in space: Int64) throws -> Int64 {
        if let number = numbers[log] { return number }
        try db.cachedStatement(sql: "INSERT INTO log (space, device, line) VALUES (?, ?, ?)").execute(arguments: [
            space, log.device.data, log.branch?.data ?? log.device.data,
        ])
        let number = db.lastInsertedRowID
        knownLogs.add(log, as: number)
        return number
    }

    private func use(_ blob: BlobID, in space: Int64) throws {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO blob (id) VALUES (?)").execute(arguments: [blob.data])
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO blob_use (space, blob) SELECT ?, number FROM blob WHERE id = ?")
            .execute(arguments: [space, blob.data])
    }
}
