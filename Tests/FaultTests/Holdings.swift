import Agreement
import Canon
import Foundation
import GRDB
import Ledger
import Replica
import Store

/// What the tests ask of a replica.
extension Replica {
    /// All changes here, or those of one device.
    func changes(of device: DeviceID? = nil) throws -> Set<ChangeID> {
        try store.read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT change.id FROM change JOIN log ON log.number = log WHERE ?1 IS NULL OR device = ?1",
                arguments: [device?.data])
            return Set(try rows.map { try $0.identifier("id") })
        }
    }

    /// Places in a device's log that have two changes or none: numbers used twice or left out.
    func brokenPlaces() throws -> Int {
        try store.read { db in
            let sql = "SELECT count(*) FROM (SELECT 1 FROM change GROUP BY log HAVING max(seq) + 1 <> count(*) OR min(seq) <> 0)"
            return try Int.fetchOne(db, sql: sql) ?? 0
        }
    }

    /// Attachments of a space that a change of `device` names and that are not complete here.
    func attachmentsLost(by device: DeviceID, in space: SpaceID) throws -> Set<BlobID> {
        let missing = Set(try store.missingBlobs(in: space))
        let named = try store.read { db in
            let sql = "SELECT change.* FROM change JOIN log ON log.number = log WHERE device = ?"
            return try Row.fetchAll(db, sql: sql, arguments: [device.data]).flatMap { try $0.change().header.blobs }
        }
        return missing.intersection(named)
    }

    /// Everything that a person sees of a contract, and which changes and attachments are here, but not who looks.
    func everything(in space: SpaceID) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var contract = try JSONSerialization.jsonObject(with: try encoder.encode(try self.contract(space))) as? [String: Any]
        contract?["viewer"] = nil
        let view = try JSONSerialization.data(withJSONObject: contract ?? [:], options: .sortedKeys)
        let messages = try encoder.encode(try messages(in: space))
        let blobs = try store.completeBlobs(in: space).map(\.description).sorted()
        let text = [view, messages].map { String(decoding: $0, as: UTF8.self) }
        return (text + [try termsText(of: space), "\(try store.digest(of: space).bytes)"] + blobs).joined(separator: "\n")
    }
}
