package import Agreement
import Canon
import Foundation
import GRDB
package import Ledger
import Store

/// What agents and accounts need to know.
extension Replica {
    /// Valid acts of others that the agent has not noted yet.
    package func unnotedActs(in space: SpaceID) throws -> [ChangeID] {
        try store.read { db in
            let fold = try SpaceFold.contract(in: try store.view(of: space, db))
            return fold.entries.filter {
                $0.void == nil && $0.signed.role != .agent && fold.state.deliveries[$0.signed.change]?.agent == nil
            }.map(\.signed.change)
        }
    }

    /// Relays' receipts for this device's acts that start a time, and that nobody has shown to the others yet.
    package func unshownReceipts(in space: SpaceID) throws -> [Receipt] {
        try store.read { db in
            let fold = try SpaceFold.contract(in: try store.view(of: space, db))
            guard let terms = fold.state.activeTerms, terms.agent != nil else { return [] }
            let waiting = fold.entries.filter {
                $0.void == nil && $0.signed.act.startsTime && $0.signed.stamp.device == device
                    && fold.state.deliveries[$0.signed.change]?.relay == nil
            }
            var receipts: Set<Receipt> = []
            for entry in waiting {
                for receipt in try Self.receipts(for: entry.signed.change, db) where terms.relays.contains(receipt.relay) {
                    receipts.insert(receipt)
                }
            }
            return receipts.sorted { $0.time < $1.time }
        }
    }

    private static func receipts(for change: ChangeID, _ db: Database) throws -> [Receipt] {
        try Data.fetchAll(db.cachedStatement(sql: "SELECT signed FROM receipt WHERE change = ?"), arguments: [change.data]).map {
            try Receipt(decoding: Array($0))
        }
    }

    /// Every space that is an account, and who is across the table in it.
    package func accounts() throws -> [SpaceID] {
        try store.read { db in try store.allSpaces(db).filter { try store.view(of: $0, db).roster.kind == .account } }
    }

    package func account(_ space: SpaceID) throws -> AccountState {
        try store.read { try SpaceFold.account(in: try store.view(of: space, $0)).state }
    }

    /// The diary of a contract as its money side has it: one entry a slot, of the first of the freelancer's devices.
    package func slotFacts(of space: SpaceID, in range: Range<UInt64>) throws -> [(
        key: SlotKey, entry: DiaryEntry, hasMemo: Bool
    )] {
        try store.read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql:
                        "SELECT * FROM diary_row WHERE space = ? AND slot >= ? AND slot < ? ORDER BY slot, is_manual, activity DESC, device"
                ), arguments: [space.data, Int64(range.lowerBound), Int64(range.upperBound)])
            var seen: Set<Int64> = []
            return try rows.compactMap { row -> (key: SlotKey, entry: DiaryEntry, hasMemo: Bool)? in
                let slot: Int64 = row["slot"]
                guard seen.insert(slot).inserted else { return nil }
                let memo: Data? = row["memo_hash"]
                let activity: Int64 = row["activity"]
                let entry = DiaryEntry(
                    activity: UInt64(activity), isManual: row["is_manual"], memo: memo.flatMap { Bytes32($0) })
                let key = SlotKey(slot: Slot(number: UInt64(slot)), device: try row.identifier("device"))
                return (key, entry, memo != nil)
            }
        }
    }
}

extension Act {
    /// Whether somebody's time to answer runs from its delivery.
    fileprivate var startsTime: Bool {
        switch self {
        case .submit, .requestChanges, .ask, .dispute, .invoice, .approve, .disputeSlots, .rule: true
        default: false
        }
    }
}
