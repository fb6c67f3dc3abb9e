import Canon
import Foundation
import Ledger
import Replica
import Store
import Sync
import SyncSupport

/// A replica whose commits are not made durable before they are sent: what the tests must be able to tell from a right one.
struct CarelessReplica: StoreBacked {
    let replica: Replica
    var store: ChangeStore { replica.store }

    func makeDurable(through sequence: UInt64) throws {}
    func missingBlobs(in space: SpaceID) throws -> [BlobID] { try replica.missingBlobs(in: space) }
}

/// Runs one session between two replicas, frame by frame, to its end.
func exchange(_ first: Replica, _ second: Replica) throws { try exchange(first, as: first, second) }

/// The same where the first one's session uses `store` in its place.
func exchange(_ first: Replica, as store: some SyncStore, _ second: Replica) throws {
    var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
    func claims(_ own: Replica, to peer: Replica) throws -> [Claim] {
        try own.heldInvites().map { try Claim(by: try $0.secret.signingKey(), prover: own.device, verifier: peer.device) }
    }
    var here = try SyncSession(
        store: store, device: first.device, peer: second.device, isDialer: true, nonce: .random(using: &generator),
        claims: try claims(first, to: second))
    var there = try SyncSession(
        store: second, device: second.device, peer: first.device, isDialer: false, nonce: .random(using: &generator),
        claims: try claims(second, to: first))
    try run(&here, with: &there)
}

/// Carries a space to another replica by a bundle: the whole file, or nothing if it could not be written to its end.
func carry(_ space: SpaceID, of sender: Replica, as store: some SyncStore, to receiver: Replica) throws {
    let bytes = try Bundle.bytes(of: space, from: store)
    var reader = MemoryReader(bytes)
    let bundle = try OpenedBundle(reading: &reader)
    _ = try receiver.store.ingestBundle(bundle, by: PeerIdentity(device: receiver.device))
    var chunks = MemoryReader(bytes)
    _ = try receiver.store.takeBlobs(of: bundle, from: &chunks)
}
