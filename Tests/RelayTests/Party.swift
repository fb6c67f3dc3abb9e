import Canon
import Foundation
import Ledger
import Relay
import Store
import Support
import Sync
import Synchronization
import Transport

/// One person with one device: keys, a store, and the receipts that relays sent.
final class Party: StoreBacked, Sendable {
    /// Takes every space it is sent, so that what keeps one away is the other side alone.
    private struct Keeper: ChangeStore.Keeper {
        func takes(_ view: SpaceView, from peer: PeerIdentity) throws -> Bool { true }
        func receive(_ changes: [Change], in view: SpaceView) -> ([ChangeStore.Admitted]) throws -> Void { { _ in } }
    }

    let keys: DeviceKeys
    let person: SigningKey
    let certificate: Certificate
    let store: ChangeStore
    let ticks = Ticks()
    let identity: DeviceTLS
    let receipts = Mutex<[Receipt]>([])
    let epochs = Mutex<[Audience: Draft.Epoch]>([:])
    /// After so many chunks read or stored, the disk fails.
    let chunkBudget = Mutex(Int.max)

    /// A new person, or a further device of the person of `other`.
    init(in directory: Scratch, name: String, alsoOf other: Party? = nil) throws {
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        keys = try DeviceKeys(using: &generator)
        person = try other?.person ?? SigningKey(seed: .random(using: &generator))
        let recovery = try AgreementKey(secret: .random(using: &generator)).publicKey
        certificate = try Certificate(person: PersonID(person.publicKey), keys: keys, recoveryKey: recovery, signedBy: person)
        identity = try DeviceTLS(keys.signing.key)
        store = try ChangeStore(path: directory.path(name), keeper: Keeper(), clock: now)
        if let shared = other?.epochs.withLock({ $0 }) { epochs.withLock { $0 = shared } }
    }

    var device: DeviceID { keys.device }

    func ingest(_ changes: [Verified<Change>], in space: SpaceID, from peer: PeerIdentity) throws -> Ingested {
        let ingested = try store.ingest(changes, in: space, from: peer)
        if !ingested.admitted.isEmpty { ticks.fire() }
        return ingested
    }

    func chunk(_ index: Int, of blob: BlobID) throws -> [UInt8]? {
        try spendChunk()
        return try store.chunk(index, of: blob)
    }

    func store(chunk: [UInt8], at index: Int, of blob: BlobID) throws -> Bool {
        try spendChunk()
        return try store.store(chunk: chunk, at: index, of: blob)
    }

    private func spendChunk() throws {
        try chunkBudget.withLock { budget in
            guard budget > 0 else { throw DiskFailed() }
            budget -= 1
        }
    }

    func store(_ receipt: Receipt) throws {
        receipts.withLock { $0.append(receipt) }
        try store.store(receipt)
    }

    /// Syncs with a relay until the session is over; `proving` are keys beside the device's own.
    @discardableResult
    func sync(
        with relay: DeviceAddress, proving: [SigningKey] = [], mode: SyncDriver<Party>.Mode = .once, tap: FrameTap? = nil
    ) async throws -> SyncStatistics {
        let claims = try proving.map { try Claim(by: $0, prover: device, verifier: relay.device) }
        return try await Dialer.withConnection(to: relay.endpoint, expecting: relay.device, identity: identity, tap: tap) {
            try await SyncDriver(
                $0, store: self, device: self.device, isDialer: true, isCarrier: true, claims: claims, mode: mode
            ).run(ticks: self.ticks.listen())
        }
    }

    /// Greets a relay and sends it frames by hand; returns its answers up to the first that satisfies `isLast`.
    func exchange(
        with relay: DeviceAddress, _ frames: [Frame], until isLast: @escaping @Sendable (Frame) -> Bool
    ) async throws -> [Frame] {
        try await Dialer.withConnection(to: relay.endpoint, expecting: relay.device, identity: identity) { connection in
            let greeting = Frame.hello(nonce: .zero, incarnation: .zero, seen: nil, claims: [])
            for frame in [greeting] + frames { try await connection.send(frame.encoded) }
            var answers: [Frame] = []
            for try await bytes in connection.frames {
                let frame = try Frame(decoding: bytes)
                answers.append(frame)
                if isLast(frame) { break }
            }
            return answers
        }
    }
}

/// What a party's disk reports after `chunkBudget`.
struct DiskFailed: Error {}

/// Milliseconds since 1970 UTC.
let now: @Sendable () -> UInt64 = { UInt64(Date().timeIntervalSince1970 * 1_000) }
