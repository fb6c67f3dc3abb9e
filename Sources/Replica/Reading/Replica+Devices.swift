import Canon
import GRDB
package import Ledger
import Store

extension Replica {
    /// What a device signed in a space: how many changes, when the first, and whether it forked.
    package func log(of device: DeviceID, in space: SpaceID) throws -> (count: Int, first: UInt64?, isForked: Bool) {
        try store.read { db in
            let view = try SpaceView(space, db)
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT change.* FROM change JOIN log ON log.number = change.log WHERE log.space = ? AND log.device = ?
                    ORDER BY seq
                    """, arguments: [view.number, device.data])
            return (
                rows.count, try rows.first.map { try $0.change().header.claimedTime },
                view.control.standing.proofs.contains { $0.cause == .fork && $0.device == device }
            )
        }
    }
}
