import Canon
import Foundation
import GRDB
import Ledger
import Store

/// What a store holds.
extension ChangeStore {
    private static let held = """
        FROM change JOIN log ON log.number = change.log JOIN space ON space.number = change.space
        WHERE (?1 IS NULL OR space.id = ?1) AND (?2 IS NULL OR device = ?2)
        """

    /// All changes here, or those of one space or device.
    func changeIDs(in space: SpaceID? = nil, of device: DeviceID? = nil) throws -> Set<ChangeID> {
        try read { db in
            let rows = try Data.fetchAll(db, sql: "SELECT change.id " + Self.held, arguments: [space?.data, device?.data])
            return Set(rows.compactMap { ChangeID(bytes: $0) })
        }
    }

    func changeCount(of device: DeviceID) throws -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) " + Self.held, arguments: [nil, device.data]) ?? 0 }
    }

    /// Devices that are known to have forked, or to be removed.
    func provenDevices(in space: SpaceID) throws -> Set<DeviceID> {
        try read { db in Set(try view(of: space, db).control.standing.proofs.map(\.device)) }
    }
}
