import Agreement
import Canon
import Documents
import Foundation
import GRDB
import Ledger
import Store

/// What somebody wrote to a slot of the diary; without an entry they removed it.
struct SlotWrite {
    /// What its author had seen.
    let past: VersionVector
    let person: PersonID
    let entry: DiaryEntry?
}

/// The diary: each slot is a register in columns of its own, read and written once for all changes that are folded together.
///
/// Its rows have local numbers in place of ids, since there are many, and what is written at once lies far apart: the more of
/// them a page holds, the fewer pages are read and written.
extension SpaceFold {
    /// Slots whose rows are asked for at once and then written: so few that their pages are still at hand.
    private static let atOnce = 128

    /// A write to a slot, as its row names it; the later write of a log has seen the earlier one, so each log has one at most.
    private struct SlotRow {
        let slot: Int64
        let device: Int64
        let log: Int64
    }

    /// Writes down what changes have written to slots.
    func saveSlots() throws {
        guard !slots.isEmpty else { return }
        let devices = try Dictionary(
            uniqueKeysWithValues: Set(slots.keys.map(\.device)).map { (try number(of: $0.raw), $0) })
        var rest = slots.keys.sorted()[...]
        while !rest.isEmpty {
            let keys = rest.prefix(Self.atOnce)
            rest = rest.dropFirst(Self.atOnce)
            for row in try seen(keys, devices) { try delete(row) }
            for key in keys { for write in slots[key]?.entries ?? [] { try insert(write.value, at: write.stamp, in: key) } }
        }
        slots = [:]
    }

    /// Empties the diary, to fold it anew.
    func deleteSlots() throws {
        try db.cachedStatement(sql: "DELETE FROM diary_entry WHERE space = ?").execute(arguments: [view.number])
    }

    /// What is in the table and has been seen by what is to be written.
    ///
    /// Only the maximal new writes are asked: they have seen all that those had which they supersede.
    private func seen(_ keys: ArraySlice<SlotKey>, _ devices: [Int64: DeviceID]) throws -> [SlotRow] {
        let numbers = "[" + keys.map { String($0.slot.number) }.joined(separator: ",") + "]"
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT slot, device, log, seq FROM diary_entry
                    WHERE space = ? AND slot IN (SELECT value FROM json_each(?))
                    """), arguments: [view.number, numbers])
        var seen: [SlotRow] = []
        while let row = try rows.next() {
            let found = SlotRow(slot: row[0], device: row[1], log: row[2])
            guard let device = devices[found.device],
                let register = slots[SlotKey(slot: Slot(number: UInt64(found.slot)), device: device)]
            else { continue }
            guard let log = view.logs[found.log] else { throw StoreError(.damaged, "A slot was written by an unknown log.") }
            let seq = UInt64(row[3] as Int64)
            // A later write of the same log takes its row.
            if register.entries.contains(where: { seq < $0.value.past[log] }),
                !register.entries.contains(where: { $0.stamp.log == log })
            {
                seen.append(found)
            }
        }
        return seen
    }

    private func delete(_ row: SlotRow) throws {
        try db.cachedStatement(sql: "DELETE FROM diary_entry WHERE space = ? AND slot = ? AND device = ? AND log = ?").execute(
            arguments: [view.number, row.slot, row.device, row.log])
    }

    private func insert(_ write: SlotWrite, at stamp: Stamp, in key: SlotKey) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO diary_entry
                    (space, slot, device, log, seq, lamport, ordinal, person, activity, is_manual, memo_hash)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            view.number, Int64(key.slot.number), try number(of: key.device.raw), view.numbers[stamp.log], Int64(stamp.seq),
            Int64(stamp.lamport), Int64(stamp.ordinal), try number(of: write.person.raw), write.entry.map { Int64($0.activity) },
            write.entry?.isManual, write.entry?.memo?.data,
        ])
    }

    /// The local number of a device or a person.
    private func number(of id: Bytes32) throws -> Int64 {
        if let known = idNumbers[id] { return known }
        let stored = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT number FROM numbered WHERE id = ?"), arguments: [id.data])
        if stored == nil { try db.cachedStatement(sql: "INSERT INTO numbered (id) VALUES (?)").execute(arguments: [id.data]) }
        let number = stored ?? db.lastInsertedRowID
        idNumbers[id] = number
        return number
    }
}
