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
extension SpaceFold {
    /// How far apart two slots may be that are read at once: to read a few rows too many takes as long as to look for one.
    private static let gap: UInt64 = 4

    /// Writes down what changes have written to slots, one stretch of the diary after another.
    func saveSlots() throws {
        var rest = slots.keys.sorted()[...]
        while let first = rest.first {
            var last = first.slot.number
            let stretch = rest.prefix { key in
                guard key.slot.number - last <= Self.gap else { return false }
                last = key.slot.number
                return true
            }
            rest = rest[stretch.endIndex...]
            for (key, stamp) in try seen(from: first.slot.number, through: last) { try delete(stamp, from: key) }
            for key in stretch { for write in slots[key]?.entries ?? [] { try insert(write.value, at: write.stamp, in: key) } }
        }
        slots = [:]
    }

    /// What is in the table and has been seen by what is to be written.
    ///
    /// Only the maximal new writes are asked: they have seen all that those had which they supersede.
    private func seen(from first: UInt64, through last: UInt64) throws -> [(SlotKey, Stamp)] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT lamport, author, seq, change, ordinal, slot, device FROM diary_entry
                    WHERE space = ? AND slot BETWEEN ? AND ?
                    """), arguments: [spaceData, Int64(first), Int64(last)])
        var seen: [(SlotKey, Stamp)] = []
        while let row = try rows.next() {
            let slot: Int64 = row[5]
            let key = SlotKey(slot: Slot(number: UInt64(slot)), device: try row.identifier(6))
            guard let register = slots[key] else { continue }
            let (author, seq) = (LogID(try row.identifier(1)), UInt64(row[2] as Int64))
            if register.entries.contains(where: { seq < $0.value.past[author] }) { seen.append((key, try row.stamp())) }
        }
        return seen
    }

    private func delete(_ stamp: Stamp, from key: SlotKey) throws {
        try db.cachedStatement(
            sql: """
                DELETE FROM diary_entry
                WHERE space = ? AND slot = ? AND device = ? AND lamport = ? AND author = ? AND change = ? AND ordinal = ?
                """
        ).execute(arguments: [
            spaceData, Int64(key.slot.number), key.device.data, Int64(stamp.lamport), stamp.device.data, stamp.change.data,
            Int64(stamp.ordinal),
        ])
    }

    private func insert(_ write: SlotWrite, at stamp: Stamp, in key: SlotKey) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO diary_entry
                    (space, slot, device, lamport, author, change, ordinal, seq, person, activity, is_manual, memo_hash)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            spaceData, Int64(key.slot.number), key.device.data, Int64(stamp.lamport), stamp.device.data,
            stamp.change.data, Int64(stamp.ordinal), Int64(stamp.seq), write.person.data, write.entry.map { Int64($0.activity) },
            write.entry?.isManual, write.entry?.memo?.data,
        ])
    }
}
