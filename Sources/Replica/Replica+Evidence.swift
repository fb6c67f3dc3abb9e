import Agreement
package import Canon
import Foundation
import GRDB
package import Ledger
import Store

/// What an export of a signed history is made from.
extension Replica {
    /// A change as it is stored, and the key that opens it where this device has one.
    package struct OpenableChange: Sendable {
        package let change: Change
        package let changeKey: Bytes32?
    }

    /// Every change of a space, readable or not; a mediator has the keys that were revealed to them.
    package func openableChanges(of space: SpaceID) throws -> [OpenableChange] {
        try store.read { db in
            let view = try store.view(of: space, db)
            let disclosed = try ContractReader(view).state().disclosed
            let revealed = Dictionary(disclosed.map { ($0.change, $0.key) }) { first, _ in first }
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: "SELECT * FROM change WHERE space = ? ORDER BY arrival"), arguments: [view.number])
            let epochKeys = EpochKeys(view)
            return try rows.map { row in
                let change = try row.change()
                let key = change.changeKey(epochKey: try epochKeys.key(for: change))
                return OpenableChange(change: change, changeKey: key ?? revealed[change.id])
            }
        }
    }
}
