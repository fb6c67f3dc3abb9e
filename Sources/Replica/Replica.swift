import Canon
import Foundation
import GRDB
package import Ledger
package import Store
import Sync

/// One person's replica on one device: the changes, and everything folded from them, in one SQLite file.
package struct Replica: StoreBacked {
    package let store: ChangeStore
    package let keys: KeyRing
    package let whereabouts: Whereabouts
    let cache = TermsCache()

    /// Opens or creates the file; of a copy, for reading alone, if it is said where the file lies.
    ///
    /// `clock` gives milliseconds since 1970 UTC.
    package init(path: String, keys: KeyRing, place: Place? = nil, clock: @escaping @Sendable () -> UInt64) throws {
        self.keys = keys
        store = try ChangeStore(
            path: path, keeper: Folder(keys: keys, cache: cache), schemas: [.replica], clock: clock, randomness: keys.randomness)
        whereabouts = try Whereabouts(of: keys.device.device, at: place, in: store)
        try foldIfDue()
        if whereabouts == .copied { store.database.add(transactionObserver: CopyGuard(), extent: .databaseLifetime) }
    }

    package var device: DeviceID { keys.device.device }

    /// Folds what is admitted, in the transaction that admits it.
    struct Folder: ChangeStore.Keeper {
        let keys: KeyRing
        let cache: TermsCache

        /// A replica takes the spaces of its own person, and those that it holds an invite to.
        func takes(_ view: SpaceView, from peer: PeerIdentity) throws -> Bool {
            if keys.isArriving { return true }
            if let person = try Replica.identity(view.db)?.person, view.roster.roles[person] != nil { return true }
            return try Bool.fetchOne(
                view.db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM invite_held WHERE space = ?)"),
                arguments: [view.space.data]
            ) ?? false
        }

        func receive(_ changes: [Change], in view: SpaceView) throws -> ([ChangeStore.Admitted]) throws -> Void {
            let fold = SpaceFold(view, keys: keys, cache: cache)
            try fold.openAhead(changes)
            return fold.fold
        }
    }
}

/// Who a replica belongs to.
package struct Identity: Sendable {
    package let person: PersonID
    package let certificate: Certificate
    package let name: String
    /// The person's public identity space; nil until it is founded or fetched.
    package let space: SpaceID?
}

extension Replica {
    static func identity(_ db: Database) throws -> Identity? {
        guard let row = try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM identity")) else { return nil }
        let encoded: Data = row["certificate"]
        let bytes = Array(encoded)
        var reader = CBORReader(bytes.span)
        let space: Data? = row["space"]
        return Identity(
            person: try row.identifier("person"), certificate: try Certificate(from: &reader), name: row["name"],
            space: space.flatMap { SpaceID(bytes: $0) })
    }

    /// The owner; refuses with advice where there is none yet.
    package func identity() throws -> Identity {
        guard let identity = try store.read(Self.identity) else {
            throw ReplicaError(.noIdentity, "There is nobody in this replica yet. Run `handsel init --name \"Your Name\"` first.")
        }
        return identity
    }

    package func setIdentity(_ certificate: Certificate, name: String) throws {
        try store.write { db in
            guard try Self.identity(db) == nil else {
                throw ReplicaError(.alreadyExists, "This replica already belongs to someone. Choose another with --home.")
            }
            try db.cachedStatement(sql: "INSERT INTO identity (id, person, certificate, name) VALUES (1, ?, ?, ?)").execute(
                arguments: [certificate.person.data, Data(certificate.encoded), name])
        }
    }

    /// The same person by another device.
    package func replaceIdentity(_ certificate: Certificate) throws {
        try store.write {
            try $0.execute(sql: "UPDATE identity SET certificate = ?", arguments: [Data(certificate.encoded)])
        }
    }

    package func rename(_ name: String) throws {
        try store.write { try $0.execute(sql: "UPDATE identity SET name = ?", arguments: [name]) }
    }

    package func setIdentitySpace(_ space: SpaceID) throws {
        try store.write { try $0.execute(sql: "UPDATE identity SET space = ?", arguments: [space.data]) }
    }
}
