import Canon
import Foundation
import GRDB
package import Ledger
import Store

/// The keys by which a replica reads: its device's, and those of invites it holds.
package struct KeyRing: Sendable {
    package let device: DeviceKeys
    /// The recovery code's key, only while a person is being brought back.
    package let recovery: AgreementKey?
    /// Whether everything of the person's is being fetched for the first time, so that their own join may lie many frames ahead.
    let isArriving: Bool
    package let sealing: any Sealing
    /// Whence salts and epoch keys come.
    let randomness: @Sendable () -> any RandomNumberGenerator
    /// Epoch keys under which was written before.
    let known = KnownEpochKeys()

    package init(
        device: DeviceKeys, recovery: AgreementKey? = nil, isArriving: Bool = false, sealing: any Sealing = HPKESealing(),
        randomness: @escaping @Sendable () -> any RandomNumberGenerator = { SystemRandomNumberGenerator() }
    ) {
        self.device = device
        self.recovery = recovery
        self.isArriving = isArriving || recovery != nil
        self.sealing = sealing
        self.randomness = randomness
    }

    /// The X25519 keys that may open something in a space, the device's own first.
    func agreementKeys(in space: SpaceID, _ db: Database) throws -> [AgreementKey] {
        let held = try Data.fetchAll(
            db.cachedStatement(sql: "SELECT secret FROM invite_held WHERE space = ?"), arguments: [space.data])
        return try [device.agreement] + (recovery.map { [$0] } ?? [])
            + held.compactMap { try InviteSecret(secret: Array($0))?.agreementKey() }
    }

    /// The epoch keys that one control operation gives to any of `keys`.
    func open(
        _ operation: ControlOperation, of change: ChangeID, in space: SpaceID, with keys: [AgreementKey]
    ) -> [(epoch: ChangeID, audience: Audience, key: Bytes32)] {
        let label: String
        let epoch: ChangeID
        let named: ChangeID?
        let seals: [Audience: [SealedKey]]
        switch operation {
        case .rotate(let predecessor, let keys, _):
            (label, epoch, named, seals) = (SealContext.rotation, change, predecessor, keys)
        case .share(let of, let keys): (label, epoch, named, seals) = (SealContext.share, of, of, keys)
        case .invite(let invite): (label, epoch, named, seals) = (SealContext.share, invite.epoch, invite.epoch, invite.keys)
        default: return []
        }
        return seals.compactMap { audience, seals in
            let context = SealContext(label: label, space: space, audience: audience, epoch: named)
            return sealing.open(seals, with: keys, in: context).map { (epoch, audience, $0) }
        }
    }
}
