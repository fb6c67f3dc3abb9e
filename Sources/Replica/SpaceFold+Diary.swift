import Agreement
import Canon
import Documents
import Foundation
import GRDB
import Ledger
import Store

/// What somebody wrote to a slot of the diary; without an entry they removed it.
struct SlotWrite {
    let person: PersonID
    let entry: DiaryEntry?
}

/// A slot while changes are folded: its register, and which of its writes are in the table.
struct SlotRegister {
    var register: Register<SlotWrite?>
    let stored: Set<Stamp>
}

/// The diary: each slot is a register in columns of its own, read and written once for all changes that are folded together.
extension SpaceFold {
    func record(_ write: SlotWrite, in key: SlotKey, at moment: Moment) throws {
        var slot = try slots[key] ?? stored(key)
        slot.register.write(write, at: moment)
        slots[key] = slot
    }

    /// The writes that are in the table.
    ///
    /// What they say is not read: it is there already.
    private func stored(_ key: SlotKey) throws -> SlotRegister {
        let stamps = try Row.fetchAll(
            db.cachedStatement(
                sql: "SELECT lamport, author, seq, change, ordinal FROM diary_entry WHERE space = ? AND slot = ? AND device = ?"),
            arguments: [spaceData, Int64(key.slot.number), key.device.data]
        ).map { try $0.stamp(by: "author") }
        return SlotRegister(register: Register(stamps.map { Register.Entry(stamp: $0, value: nil) }), stored: Set(stamps))
    }

    /// Writes down the slots that changes have written to.
    func saveSlots() throws {
        for (key, slot) in slots.sorted(by: { ($0.key.slot.number, $0.key.device) < ($1.key.slot.number, $1.key.device) }) {
            for gone in slot.stored.subtracting(slot.register.entries.map(\.stamp)) { try delete(gone, from: key) }
            for new in slot.register.entries where !slot.stored.contains(new.stamp) {
                if let write = new.value { try insert(write, in: key, at: new.stamp) }
            }
        }
        slots = [:]
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

    private func insert(_ write: SlotWrite, in key: SlotKey, at stamp: Stamp) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO diary_entry
                    (space, slot, device, lamport, author, change, ordinal, seq, person, activity, is_manual, memo_hash)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            spaceData, Int64(key.slot.number), key.device.data, Int64(stamp.lamport), stamp.device.data, stamp.change.data,
            Int64(stamp.ordinal), Int64(stamp.seq), write.person.data, write.entry.map { Int64($0.activity) },
            write.entry?.isManual, write.entry?.memo?.data,
        ])
    }
}
