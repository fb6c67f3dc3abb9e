import Canon
import Foundation
import GRDB
import Ledger
import Relay
import Store
import Support
import Sync

/// A relay, which may lie to those who use it.
final class SimulatedRelay {
    let name: String
    let key: SigningKey
    let clock: SkewedClock
    private let randomness: MachineRandomness
    private let folder: URL
    private var lives = 0
    private(set) var store: RelayStore
    private(set) var lie: Lie?

    init(_ name: String, in folder: URL, time: WorldTime, using generator: inout SeededGenerator) throws {
        self.name = name
        self.folder = folder
        key = try SigningKey(seed: .random(using: &generator))
        clock = SkewedClock(time)
        randomness = MachineRandomness(seed: generator.next())
        store = try Self.open(folder, 0, key, clock, randomness)
    }

    var device: DeviceID { DeviceID(key.publicKey) }

    private static func open(
        _ folder: URL, _ life: Int, _ key: SigningKey, _ clock: SkewedClock, _ randomness: MachineRandomness
    ) throws -> RelayStore {
        let folder = folder.appendingPathComponent("\(life)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appendingPathComponent("relay.sqlite").path
        return try RelayStore(path: path, key: key, limits: RelayLimits(), clock: clock.read, randomness: { randomness.drawing })
    }

    func lie(about lie: Lie) { self.lie = lie }

    /// It forgets everything.
    func wipe() throws {
        try store.store.database.close()
        lives += 1
        store = try Self.open(folder, lives, key, clock, randomness)
    }

    /// It lies no more, under a new incarnation: peers take its word for what they have seen of it, and that was not so.
    func becomeHonest() throws {
        guard lie != nil else { return }
        lie = nil
        try store.store.database.close()
        let (old, new) = (folder.appendingPathComponent("\(lives)"), folder.appendingPathComponent("\(lives + 1)"))
        lives += 1
        try FileManager.default.createDirectory(at: new, withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: old.path) where !name.hasSuffix("-shm") {
            try FileManager.default.copyItem(at: old.appendingPathComponent(name), to: new.appendingPathComponent(name))
        }
        store = try Self.open(folder, lives, key, clock, randomness)
    }

    func close() { try? store.store.database.close() }

    /// All bytes that it ever wrote to its disk.
    func files() throws -> [Data] {
        try (0...lives).flatMap { life in
            let folder = folder.appendingPathComponent("\(life)")
            return try FileManager.default.contentsOfDirectory(atPath: folder.path).map {
                try Data(contentsOf: folder.appendingPathComponent($0))
            }
        }
    }
}

/// How a relay lies; what it does not lie about it does as it should.
enum Lie: CaseIterable {
    /// It hands out nothing of one device.
    case withholdsDevice
    /// It says that it has nothing for anybody.
    case withholdsAll
    /// It sends what it has in the wrong order, the last first.
    case reorders
    /// It stops in the midst of every answer and says that it is complete.
    case truncates
    /// It gives receipts for what it does not have, and signs any time.
    case forgesReceipts
    /// It gives receipts that somebody else should have signed.
    case borrowsReceipts
    /// It says that it has seen everything already, so that nobody sends.
    case claimsAll
}

/// The store of a relay that lies.
struct LyingStore: StoreBacked {
    let honest: RelayStore
    let lie: Lie
    /// What a lie is about, the same as long as it lasts.
    let seed: UInt64
    var store: ChangeStore { honest.store }

    func spaces(sharedWith peer: PeerIdentity) throws -> [SpaceID] {
        lie == .withholdsAll ? [] : try store.spaces(sharedWith: peer)
    }

    func digests(sharedWith peer: PeerIdentity) throws -> [(id: SpaceID, digest: Bytes32)] {
        lie == .withholdsAll ? [] : try store.digests(sharedWith: peer)
    }

    func spaces(changedAfter sequence: UInt64) throws -> [SpaceID] {
        lie == .withholdsAll ? [] : try store.spaces(changedAfter: sequence)
    }

    func changes(
        in space: SpaceID, after tips: [Tip], from position: UInt64
    ) throws -> (changes: [Change], next: UInt64)? {
        guard let batch = try store.changes(in: space, after: tips, from: position) else { return nil }
        switch lie {
        case .withholdsDevice:
            let devices = Set(batch.changes.map(\.header.device)).sorted()
            guard let hidden = devices.isEmpty ? nil : devices[Int(seed % UInt64(devices.count))] else { return batch }
            return (batch.changes.filter { $0.header.device != hidden }, batch.next)
        case .reorders: return (batch.changes.reversed(), batch.next)
        case .truncates: return (Array(batch.changes.prefix(batch.changes.count / 2)), batch.next)
        default: return batch
        }
    }

    func ingest(_ changes: [Verified<Change>], in space: SpaceID, from peer: PeerIdentity) throws -> Ingested {
        try honest.ingest(changes, in: space, from: peer)
    }

    func tips(of space: SpaceID) throws -> [Tip] {
        let tips = try store.tips(of: space)
        return lie == .claimsAll ? tips.map { Tip(device: $0.device, seq: $0.seq + 1_000, id: $0.id) } : tips
    }

    func receipt(for changes: [ChangeID]) throws -> Receipt? {
        var generator = SeededGenerator(seed: seed)
        switch lie {
        case .forgesReceipts:
            let made = ChangeID(Bytes32.random(using: &generator))
            let time = UInt64(generator.pick(0..<2_000_000_000_000))
            return try Receipt(by: honest.key, incarnation: try store.incarnation(), time: time, changes: changes + [made])
        case .borrowsReceipts:
            let other = try SigningKey(seed: .random(using: &generator))
            return try Receipt(by: other, incarnation: try store.incarnation(), time: 1, changes: changes)
        default: return try honest.receipt(for: changes)
        }
    }
}
