import Agreement
import Canon
import Documents
import Foundation
import GRDB
import Ledger
import Store

/// What somebody wrote to a slot of the diary; without an entry they removed it.
struct SlotWrite {
    let key: SlotKey
    let moment: Moment
    let person: PersonID
    let entry: DiaryEntry?
}

/// A slot while changes are folded: its register, and which of its writes are in the table.
private struct SlotRegister {
    var register: Register<SlotWrite?>
    let stored: Set<Stamp>

    /// What the writes in the table say is not read: it is there already.
    init(stored stamps: [Stamp]) {
        register = Register(stamps.map { Register.Entry(stamp: $0, value: nil) })
        stored = Set(stamps)
    }
}

/// The diary: each slot is a register in columns of its own, read and written once for all changes that are folded together.
extension SpaceFold {
    /// How far apart two slots may be that are read at once: to read a few rows too many takes as long as to look for one.
    private static let gap: UInt64 = 4

    /// Writes down what changes have written to slots, one stretch of the diary after another.
    func saveSlots() throws {
        // Sorting is stable, so the writes to one slot stay in the order of the changes.
        var rest = slotWrites.sorted { $0.key < $1.key }[...]
        slotWrites = []
        while let first = rest.first {
            var last = first.key.slot.number
            let stretch = rest.prefix { write in
                guard write.key.slot.number - last <= Self.gap else { return false }
                last = write.key.slot.number
                return true
            }
            rest = rest[stretch.endIndex...]
            var slots = try stored(from: first.key.slot.number, through: last)
            for write in stretch { slots[write.key, default: SlotRegister(stored: [])].register.write(write, at: write.moment) }
            for key in Set(stretch.map(\.key)).sorted() { if let slot = slots[key] { try save(slot, in: key) } }
        }
    }

    /// The slots that are in the table, each with the stamps of its writes.
    private func stored(from first: UInt64, through last: UInt64) throws -> [SlotKey: SlotRegister] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT lamport, author, seq, change, ordinal, slot, device FROM diary_entry
                    WHERE space = ? AND slot BETWEEN ? AND ?
                    """), arguments: [spaceData, Int64(first), Int64(last)])
        var stamps: [SlotKey: [Stamp]] = [:]
        while let row = try rows.next() {
            let slot: Int64 = row[5]
            let key = SlotKey(slot: Slot(number: UInt64(slot)), device: try row.identifier(6))
            stamps[key, default: []].append(try row.stamp())
        }
        return stamps.mapValues { SlotRegister(stored: $0) }
    }

    private func save(_ slot: SlotRegister, in key: SlotKey) throws {
        for gone in slot.stored.subtracting(slot.register.entries.map(\.stamp)) { try delete(gone, from: key) }
        for new in slot.register.entries where !slot.stored.contains(new.stamp) {
            if let write = new.value { try insert(write, at: new.stamp) }
        }
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

    private func insert(_ write: SlotWrite, at stamp: Stamp) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO diary_entry
                    (space, slot, device, lamport, author, change, ordinal, seq, person, activity, is_manual, memo_hash)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            spaceData, Int64(write.key.slot.number), write.key.device.data, Int64(stamp.lamport), stamp.device.data,
            stamp.change.data, Int64(stamp.ordinal), Int64(stamp.seq), write.person.data, write.entry.map { Int64($0.activity) },
            write.entry?.isManual, write.entry?.memo?.data,
        ])
    }
}
