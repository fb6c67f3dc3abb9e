import Agreement
import Canon
import Documents
import Foundation
import GRDB
import Ledger
import Store

/// Who wrote a change, as far as it matters to what their edits do.
struct Author {
    let person: PersonID
    /// The devices whose time they may edit: a freelancer's own.
    private let timekeepers: Set<DeviceID>

    /// Nil for a device that is nobody's here.
    init?(of device: DeviceID, in roster: Roster) {
        guard let person = roster.author(of: device) else { return nil }
        self.person = person
        let own = roster.roles[person] == .freelancer ? roster.certificates.filter { $0.value.person == person } : [:]
        timekeepers = Set(own.keys)
    }

    /// A slot of a device's time; nil if it is not theirs to edit.
    func key(of slot: Slot, _ device: DeviceID) -> SlotKey? {
        timekeepers.contains(device) ? SlotKey(slot: slot, device: device) : nil
    }
}

/// Edits merge as CRDTs: registers for what is replaced, a text for the terms, plain unions for the rest.
extension SpaceFold {
    /// Applies an edit; returns why it has no effect, if it has none.
    func apply(_ edit: Edit, by author: Author, at moment: Moment, claimedTime: UInt64) throws -> String? {
        let person = author.person
        switch edit {
        case .diary(let slot, let device, let entry):
            guard let key = author.key(of: slot, device ?? moment.stamp.device) else { return Self.notOwnTime }
            slots[key, default: Register()].write(SlotWrite(past: moment.past, person: person, entry: entry), at: moment)
        case .memo(let slot, let device, _, let text):
            guard let key = author.key(of: slot, device ?? moment.stamp.device) else { return Self.notOwnTime }
            try write(memo: text, in: key, at: moment)
        case .terms(let payload): return try applyTerms(payload, at: moment)
        case .statement(let statement), .hearing(let statement): try write(statement, at: moment, person, claimedTime)
        case .message(let text, let files): return try send(text, files, at: moment, person, claimedTime)
        case .editMessage(let message, let text): return try reword(message, text, at: moment, person, claimedTime)
        case .file(let file): try share([file], at: moment, person, claimedTime)
        case .name(let name): try write(name: name, of: person, at: moment)
        }
        return nil
    }

    private static let notOwnTime = "only the freelancer edits time, and only their own"

    private func write(memo text: String, in key: SlotKey, at moment: Moment) throws {
        guard let winner = try write(Array(text.utf8), to: "memo", key.item, at: moment) else { return }
        let memo = String(decoding: winner, as: UTF8.self)
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO memo_row (space, slot, device, text) VALUES (?, ?, ?, ?)").execute(
            arguments: [spaceData, Int64(key.slot.number), key.device.data, memo])
        try index(memo, as: "memo", key.item)
    }

    private func write(name: String, of person: PersonID, at moment: Moment) throws {
        guard let winner = try write(Array(name.utf8), to: "name", person.data, at: moment) else { return }
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO name_row (space, person, name) VALUES (?, ?, ?)").execute(arguments: [
            spaceData, person.data, String(decoding: winner, as: UTF8.self),
        ])
    }

    private func send(
        _ text: String, _ files: [FileReference], at moment: Moment, _ person: PersonID, _ time: UInt64
    ) throws -> String? {
        let stamp = moment.stamp
        // The change names the message, so it sends one, and only after its first operation can there be a second.
        let earlier = "SELECT EXISTS (SELECT 1 FROM message_row WHERE change = ? AND space = ?)"
        if stamp.ordinal > 0,
            try Bool.fetchOne(db.cachedStatement(sql: earlier), arguments: [stamp.change.data, spaceData]) == true
        {
            return "its change has sent a message already"
        }
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO message_row (space, lamport, device, change, ordinal, person, time, text, edits)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)
                """
        ).execute(arguments: stampArguments(stamp) + [person.data, Int64(time), text])
        try share(files, at: moment, person, time)
        try index(text, as: "message", stamp.change.data)
        return nil
    }

    private func reword(
        _ message: ChangeID, _ text: String, at moment: Moment, _ person: PersonID, _ time: UInt64
    ) throws -> String? {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT person, ordinal, time, text, edits FROM message_row WHERE change = ? AND space = ?"),
            arguments: [message.data, spaceData])
        // What its author had not seen is no message to them, wherever it arrived first.
        guard let row, let sent = try view.placement(of: message)?.stamp, moment.hasSeen(sent) else {
            return "there is no such message"
        }
        guard row["person"] as Data == person.data else { return "only its author edits a message" }
        if row["edits"] == 0 {
            // Until then the message's own row says it all.
            let original = (stamp: sent.operation(row["ordinal"]), text: row["text"] as String)
            try keep(original.text, of: message, at: original.stamp, UInt64(row["time"] as Int64))
            try insert(Array(original.text.utf8), in: "message", message.data, at: original.stamp)
        }
        try keep(text, of: message, at: moment.stamp, time)
        guard let winner = try write(Array(text.utf8), to: "message", message.data, at: moment) else { return nil }
        let wording = String(decoding: winner, as: UTF8.self)
        try db.cachedStatement(sql: "UPDATE message_row SET text = ?, edits = edits + 1 WHERE change = ? AND space = ?").execute(
            arguments: [wording, message.data, spaceData])
        try index(wording, as: "message", message.data)
        return nil
    }

    private func keep(_ text: String, of message: ChangeID, at stamp: Stamp, _ time: UInt64) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO wording (space, message, lamport, device, change, ordinal, time, text)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            spaceData, message.data, Int64(stamp.lamport), stamp.device.data, stamp.change.data, Int64(stamp.ordinal),
            Int64(time), text,
        ])
    }

    private func write(_ statement: Prose, at moment: Moment, _ person: PersonID, _ time: UInt64) throws {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO statement_row (space, hash, change, text) VALUES (?, ?, ?, ?)")
            .execute(arguments: [spaceData, statement.hash.data, moment.stamp.change.data, statement.text])
        try share(statement.files, at: moment, person, time)
        try index(statement.text, as: "statement", statement.hash.data)
    }

    private func share(_ files: [FileReference], at moment: Moment, _ person: PersonID, _ time: UInt64) throws {
        for (position, file) in files.enumerated() {
            try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO file_row
                        (space, lamport, device, change, ordinal, position, person, time, name, size, blob, key)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(
                arguments: stampArguments(moment.stamp) + [
                    position, person.data, Int64(time), file.name, Int64(file.size), file.blob.data, file.key.data,
                ])
        }
    }
}

extension SlotKey {
    /// How a register names the slot.
    var item: Data { Data(Derivation.bigEndian(slot.number) + device.bytes) }
}

extension SpaceFold {
    private func stampArguments(_ stamp: Stamp) -> StatementArguments {
        [spaceData, Int64(stamp.lamport), stamp.device.data, stamp.change.data, Int64(stamp.ordinal)]
    }

    /// Writes to a register and returns the value that wins now.
    private func write(_ value: [UInt8], to kind: String, _ item: Data, at moment: Moment) throws -> [UInt8]? {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT lamport, device, seq, change, ordinal, value FROM register WHERE space = ? AND kind = ? AND item = ?
                    """),
            arguments: [spaceData, kind, item])
        var register = Register<[UInt8]>(
            try rows.map { row in
                let bytes: Data = row["value"]
                return Register<[UInt8]>.Entry(stamp: try row.stamp(), value: Array(bytes))
            })
        let before = Set(register.entries.map(\.stamp))
        register.write(value, at: moment)
        for gone in before.subtracting(register.entries.map(\.stamp)) {
            try db.cachedStatement(
                sql: "DELETE FROM register WHERE space = ? AND kind = ? AND item = ? AND change = ? AND ordinal = ?"
            ).execute(arguments: [spaceData, kind, item, gone.change.data, Int64(gone.ordinal)])
        }
        try insert(value, in: kind, item, at: moment.stamp)
        return register.value
    }

    private func insert(_ value: [UInt8], in kind: String, _ item: Data, at stamp: Stamp) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO register (space, kind, item, lamport, device, change, ordinal, seq, value)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            spaceData, kind, item, Int64(stamp.lamport), stamp.device.data, stamp.change.data, Int64(stamp.ordinal),
            Int64(stamp.seq), Data(value),
        ])
    }

    func index(_ text: String, as kind: String, _ item: Data) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO search_row (space, kind, item, text) VALUES (?, ?, ?, ?)
                ON CONFLICT (space, kind, item) DO UPDATE SET text = excluded.text WHERE text <> excluded.text
                """
        ).execute(arguments: [spaceData, kind, item, text])
    }
}

extension Row {
    /// The stamp of a write, whose parts are the first five columns: lamport, device, seq, change, ordinal.
    ///
    /// By position: there are many such rows, and to look a column up by its name takes as long as reading it.
    func stamp() throws -> Stamp {
        let (lamport, seq, ordinal) = (self[0] as Int64, self[2] as Int64, self[4] as Int64)
        return Stamp(
            lamport: UInt64(lamport), device: try identifier(1), seq: UInt64(seq), change: try identifier(3),
            ordinal: UInt32(ordinal))
    }
}
