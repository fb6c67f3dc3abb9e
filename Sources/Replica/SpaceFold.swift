import Agreement
import Canon
import Documents
import Foundation
import GRDB
import Ledger
package import Store

/// Opens admitted changes of one space and folds them into the read model, within the transaction that admitted them.
///
/// Local and remote changes, and a rebuild of everything, take this one road, each time with a fold of its own.
package final class SpaceFold {
    let view: SpaceView
    let keys: KeyRing
    let cache: TermsCache
    var db: Database { view.db }
    var space: SpaceID { view.space }
    /// How the space is bound to statements.
    let spaceData: Data
    /// The terms' text, once an edit needs it; written back at the end.
    var terms: TermsState?
    /// What changes have written to slots of the diary, as far as it is not in the table yet.
    var slots: [SlotKey: Register<SlotWrite>] = [:]
    /// Local numbers of devices and people, as far as they were asked for.
    var idNumbers: [Bytes32: Int64] = [:]
    var hasNewActs = false
    /// Who wrote changes, by their devices.
    private var authors: [DeviceID: Author] = [:]
    private let epochKeys: EpochKeys
    /// Changes that are being opened before it is known which of them are admitted.
    private var ahead: Openings?
    /// Whether a change that could not be read has been revealed, so that the space has to be folded anew.
    private var isRevealing = false

    init(_ view: SpaceView, keys: KeyRing, cache: TermsCache, epochKeys: EpochKeys? = nil) {
        self.view = view
        spaceData = view.space.data
        self.keys = keys
        self.cache = cache
        self.epochKeys = epochKeys ?? EpochKeys(view)
    }

    /// Has other cores open changes that are about to be admitted.
    ///
    /// Keys may come with a control change, so where there is one everything is opened after it.
    func openAhead(_ changes: [Change]) throws {
        guard !changes.contains(where: { $0.header.audience == .control }) else { return }
        ahead = Openings(try openings(of: changes))
    }

    /// Folds what this device has just written, and knows what it says.
    func fold(_ admitted: [ChangeStore.Admitted], written openings: [Opening]) throws {
        ahead = Openings(openings)
        try fold(admitted)
    }

    package func fold(_ admitted: [ChangeStore.Admitted]) throws {
        guard !admitted.isEmpty else { return }
        // What stands may have changed with a fork, a removal or an acknowledgement, also of what was folded long ago.
        if view.hasNewStanding { return try refold() }
        if admitted.contains(where: { $0.change.header.audience == .control }) {
            let before = try rosterDevices()
            let gained = try foldControl(admitted.filter { $0.change.header.audience == .control })
            let after = view.roster.devices
            let isSomeoneOut = !before.isSubset(of: after)
            if try isSomeoneOut || ((gained || before != after) && hasWaiting()) { return try refold() }
        }
        try foldInOrder(admitted)
        try finish()
    }

    /// Folds the whole space anew from its changes.
    package func refold() throws {
        ahead = nil
        // Keys and numbers stay, and slots go by the number of their space.
        let others = ["epoch_key", "disclosed_key", "numbered", "diary_entry"]
        for table in Schema.foldedTables where !others.contains(table.name) {
            try db.cachedStatement(sql: "DELETE FROM \(table.name) WHERE space = ?").execute(arguments: [spaceData])
        }
        try deleteSlots()
        terms = TermsState()
        try epochKeys.forgetVoidEpochs()
        guard let number = view.number else { return }
        let control = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM change WHERE space = ? AND audience = 1 ORDER BY arrival"), arguments: [number]
        )
        _ = try foldControl(try control.map(admitted))
        let rows = try Row.fetchCursor(db, sql: "SELECT * FROM change WHERE space = ? ORDER BY arrival", arguments: [number])
        var batch: [ChangeStore.Admitted] = []
        while let row = try rows.next() {
            batch.append(try admitted(row))
            if batch.count == Self.batch {
                try foldInOrder(batch)
                batch = []
            }
        }
        try foldInOrder(batch)
        try finish()
    }

    /// Changes that are read at once when everything is folded anew.
    private static let batch = 512

    private func admitted(_ row: Row) throws -> ChangeStore.Admitted {
        ChangeStore.Admitted(change: try row.change(), placement: try view.placement(row))
    }

    private func finish() throws {
        if isRevealing {
            isRevealing = false
            return try refold()
        }
        if hasNewActs { try foldActs() }
        if let terms { try save(terms) }
    }
}

extension SpaceFold {
    private func rosterDevices() throws -> Set<DeviceID> {
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT device FROM roster_row WHERE space = ?"), arguments: [spaceData])
        return Set(try rows.map { try $0.identifier("device") })
    }

    /// Whether changes wait for a key or for their author's admission.
    private func hasWaiting() throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM held_back WHERE space = ? AND reason IN (?, ?))"),
            arguments: [spaceData, HeldBack.unreadable.rawValue, HeldBack.notAMember.rawValue]) ?? false
    }

    /// Folds the roster and opens epoch keys; returns whether a key is new.
    private func foldControl(_ admitted: [ChangeStore.Admitted]) throws -> Bool {
        let roster = view.roster
        try db.cachedStatement(sql: "DELETE FROM roster_row WHERE space = ?").execute(arguments: [spaceData])
        for device in roster.devices.sorted() {
            guard let person = roster.person(of: device), let role = roster.roles[person] else { continue }
            try db.cachedStatement(sql: "INSERT INTO roster_row (space, device, person, role) VALUES (?, ?, ?, ?)").execute(
                arguments: [spaceData, device.data, person.data, role.rawValue])
        }
        try db.cachedStatement(sql: "DELETE FROM member_row WHERE space = ?").execute(arguments: [spaceData])
        for person in roster.roles.keys {
            try db.cachedStatement(sql: "INSERT INTO member_row (space, person, role) VALUES (?, ?, ?)").execute(
                arguments: [spaceData, person.data, roster.roleInWords(of: person)])
        }
        // A contract is listed from its first day on.
        if roster.kind == .contract { hasNewActs = true }
        let agreementKeys = try keys.agreementKeys(in: space, db)
        var isNew = false
        for change in admitted {
            // A body that cannot be read gives no keys and is held back; it must not keep the space from being folded.
            for operation in (try? Admission.controlOperations(of: change.change)) ?? [] {
                for opened in keys.open(operation, of: change.change.id, in: space, with: agreementKeys) {
                    isNew = try epochKeys.keep(opened.key, of: opened.epoch, opened.audience) || isNew
                }
            }
        }
        return isNew
    }
}

/// Changes that a party revealed to a mediator, each by its own key.
extension SpaceFold {
    private func disclosedKey(of change: ChangeID) throws -> Bytes32? {
        try Data.fetchOne(
            db.cachedStatement(sql: "SELECT key FROM disclosed_key WHERE space = ? AND change = ?"),
            arguments: [spaceData, change.data]
        ).flatMap { Bytes32($0) }
    }

    private func learn(_ keys: [ChangeKey]) throws {
        for key in keys {
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT * FROM change WHERE id = ? AND space = ?"),
                arguments: [key.change.data, view.number])
            // A key that does not open its change says nothing, and must not stand in the way of one that does.
            guard let change = try row?.change(), (try? change.open(changeKey: key.key)) != nil else { continue }
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO disclosed_key (space, change, key) VALUES (?, ?, ?)").execute(
                arguments: [spaceData, key.change.data, key.key.data])
            let waits = "SELECT EXISTS (SELECT 1 FROM held_back WHERE space = ? AND change = ? AND reason = ?)"
            let arguments: StatementArguments = [spaceData, key.change.data, HeldBack.unreadable.rawValue]
            if db.changesCount > 0, try Bool.fetchOne(db.cachedStatement(sql: waits), arguments: arguments) == true {
                isRevealing = true
            }
        }
    }
}

extension Assertion {
    fileprivate var isOfAccount: Bool { if case .account = self { true } else { false } }
}

extension SpaceFold {
    /// Opens changes on all cores, and folds what they say one after another.
    private func foldInOrder(_ admitted: [ChangeStore.Admitted]) throws {
        var counting: [(admitted: ChangeStore.Admitted, author: Author)] = []
        for each in admitted {
            if each.change.header.audience == .control {
                try foldVoidControl(each)
            } else if let author = author(of: each.change.header.device) {
                if let reason = reasonAgainst(each) {
                    try hold(each.change.id, reason: reason)
                } else {
                    counting.append((each, author))
                }
            } else {
                try hold(each.change.id, .notAMember)
            }
        }
        var openings = try ahead ?? Openings(openings(of: counting.map(\.admitted.change)))
        ahead = nil
        for (admitted, author) in counting { try fold(admitted, by: author, openings.content(of: admitted.change.id)) }
        try saveSlots()
    }

    private func openings(of changes: [Change]) throws -> [Opening] {
        try changes.map { Opening($0, epochKey: try epochKeys.key(for: $0)) }
    }

    private func author(of device: DeviceID) -> Author? {
        if let known = authors[device] { return known }
        let author = Author(of: device, in: view.roster)
        authors[device] = author
        return author
    }

    /// Why a member's change has no effect, whatever it says.
    private func reasonAgainst(_ admitted: ChangeStore.Admitted) -> String? {
        let header = admitted.change.header
        if let cause = view.control.standing.cause(against: admitted.placement) { return cause.rawValue }
        if let epoch = header.epoch, !view.roster.epochs.contains(epoch) { return HeldBack.partialKeys.rawValue }
        return nil
    }

    /// Folds what one change says, or notes why it has no effect.
    private func fold(_ admitted: ChangeStore.Admitted, by author: Author, _ content: Opening.Content) throws {
        let change = admitted.change
        switch content {
        case .sealed:
            // Its key may have been revealed by a change just before it.
            guard let key = try disclosedKey(of: change.id) else { return try hold(change.id, .unreadable) }
            try fold(admitted, by: author, Opening.content(of: change, with: key))
        case .damaged(let reason): try hold(change.id, reason: reason)
        case .unknown: try hold(change.id, .unknownKind)
        case .assertions(let assertions):
            for (ordinal, assertion) in assertions.enumerated() {
                let stamp = admitted.placement.stamp.operation(ordinal)
                try fold(assertion, by: author, at: Moment(stamp: stamp, past: admitted.placement.past), of: change)
            }
        }
    }

    private func fold(_ assertion: Assertion, by author: Author, at moment: Moment, of change: Change) throws {
        guard assertion.audience == change.header.audience else {
            return try hold(change.id, ordinal: moment.stamp.ordinal, kind: assertion.operation.kind, .wrongAudience)
        }
        switch assertion {
        case .act, .account:
            guard assertion.isOfAccount == (view.roster.kind == .account) else {
                return try hold(change.id, ordinal: moment.stamp.ordinal, kind: assertion.operation.kind, .wrongSpace)
            }
            try insert(assertion.operation, at: moment, claimedTime: change.header.claimedTime)
            if case .act(.answer(_, _, let keys)) = assertion { try learn(keys) }
        case .edit(let edit):
            if let reason = try apply(edit, by: author, at: moment, claimedTime: change.header.claimedTime) {
                try hold(change.id, ordinal: moment.stamp.ordinal, kind: assertion.operation.kind, reason: reason)
            }
        }
    }

    /// A control change that this version cannot read in full has no effect; that is noted like everything else.
    private func foldVoidControl(_ admitted: ChangeStore.Admitted) throws {
        guard let operations = try? Admission.controlOperations(of: admitted.change) else {
            return try hold(admitted.change.id, reason: "its body is damaged")
        }
        if let cause = view.control.standing.cause(against: admitted.placement) {
            return try hold(admitted.change.id, reason: cause.rawValue)
        }
        if operations.isEmpty { try hold(admitted.change.id, .unknownKind) }
    }
}
