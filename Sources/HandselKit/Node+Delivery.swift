import Agreement
import Canon
import Ledger
import Replica
import Store

/// Relays' receipts, shown to the others so that deadlines can run from them.
extension Node {
    /// Shows receipts for this device's acts that start somebody's time; returns how many.
    ///
    /// A relay gives a receipt to whoever sent the change and to nobody else.
    func showReceipts() throws -> Int {
        var count = 0
        for contract in try replica.contracts() {
            guard let space = SpaceID(text: contract.id) else { continue }
            for receipt in try replica.unshownReceipts(in: space) {
                try replica.commit(in: space) { composer in
                    guard try composer.reasonToRefuse(.delivered(receipt)) == nil else { return }
                    try composer.sign(.delivered(receipt))
                    count += 1
                }
            }
        }
        return count
    }
}
