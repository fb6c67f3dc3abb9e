import Canon
import Foundation
import GRDB
package import Ledger
import Store

extension Replica {
    /// What each device signed in a space: how many changes, when the first by its own clock, and whether it forked.
    package func logs(in space: SpaceID) throws -> [DeviceID: (count: Int, first: UInt64, isForked: Bool)] {
        try store.read { db in
            let view = try store.view(of: space, db)
            let forked = Set(view.control.standing.proofs.filter { $0.cause == .fork }.map(\.device))
            // SQLite takes the header from the row with the least number.
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT log.device, count(*) AS changes, min(seq), header FROM change JOIN log ON log.number = change.log
                        WHERE log.space = ? GROUP BY log.device
                        """), arguments: [view.number])
            return Dictionary(
                uniqueKeysWithValues: try rows.map { row in
                    let device: DeviceID = try row.identifier("device")
                    let header: Data = row["header"]
                    let first = try Header(decoding: Array(header)).claimedTime
                    return (device, (row["changes"], first, forked.contains(device)))
                })
        }
    }
}
