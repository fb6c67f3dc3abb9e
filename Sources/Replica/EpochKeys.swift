import Canon
import Foundation
import GRDB
import Ledger
import Store
import Synchronization

/// What an epoch's key is for.
private struct EpochPlace: Hashable {
    let epoch: ChangeID
    let audience: Audience
}

/// Keys that were written under before, so that a message does not begin by looking for its key again.
///
/// Which key an epoch has never changes: the rotation that made it names the key's digest, by which each is checked.
final class KnownEpochKeys: Sendable {
    private static let capacity = 1_024
    private let keys = Mutex<[EpochPlace: Bytes32]>([:])

    /// A key of an epoch that stands; `lookUp` is asked if it is not known yet.
    func key(of epoch: ChangeID, _ audience: Audience, in roster: Roster, lookUp: () throws -> Bytes32?) rethrows -> Bytes32? {
        let place = EpochPlace(epoch: epoch, audience: audience)
        if let known = keys.withLock({ $0[place] }) { return known }
        guard let key = try lookUp() else { return nil }
        guard roster.isAnnounced(key, of: epoch, audience) else { return key }
        keys.withLock { keys in
            if keys.count >= Self.capacity { keys = [:] }
            keys[place] = key
        }
        return key
    }
}

/// The keys of one space's epochs that this device holds, within one transaction.
final class EpochKeys {
    private let view: SpaceView
    /// Those that were looked up, so that each is once, however many changes it opens.
    private var known: [EpochPlace: Bytes32] = [:]

    init(_ view: SpaceView) { self.view = view }

    func key(of epoch: ChangeID, _ audience: Audience) throws -> Bytes32? {
        let place = EpochPlace(epoch: epoch, audience: audience)
        if let key = known[place] { return key }
        let data = try Data.fetchOne(
            view.db.cachedStatement(sql: "SELECT key FROM epoch_key WHERE space = ? AND epoch = ? AND audience = ?"),
            arguments: [view.space.data, epoch.data, Int64(audience.rawValue)])
        // Only what is there is remembered, since a control change may bring more.
        let key = data.flatMap { Bytes32($0) }
        known[place] = key
        return key
    }

    /// The key that a change's own is derived from.
    func key(for change: Change) throws -> Bytes32? {
        try change.header.epoch.flatMap { try key(of: $0, change.header.audience) }
    }

    /// Keeps a key if it is the one that the epoch announced; returns whether it is new.
    func keep(_ key: Bytes32, of epoch: ChangeID, _ audience: Audience) throws -> Bool {
        guard view.roster.isAnnounced(key, of: epoch, audience) else { return false }
        try view.db.cachedStatement(sql: "INSERT OR IGNORE INTO epoch_key (space, epoch, audience, key) VALUES (?, ?, ?, ?)")
            .execute(arguments: [view.space.data, epoch.data, Int64(audience.rawValue), key.data])
        return view.db.changesCount > 0
    }

    /// A rotation that was known here may turn out not to count; its keys come back with it if it does after all.
    func forgetVoidEpochs() throws {
        known = [:]
        let held = try Row.fetchAll(
            view.db.cachedStatement(sql: "SELECT DISTINCT epoch FROM epoch_key WHERE space = ?"), arguments: [view.space.data])
        for epoch in try held.map({ try $0.identifier("epoch", as: ChangeID.self) }) where !view.roster.epochs.contains(epoch) {
            try view.db.cachedStatement(sql: "DELETE FROM epoch_key WHERE space = ? AND epoch = ?")
                .execute(arguments: [view.space.data, epoch.data])
        }
    }
}
