import Canon
import Foundation
import GRDB
import Ledger
import Relay
import Store
import Support
import Sync

/// What it costs two stores with a million spaces to find out that one of them differs.
///
/// The spaces are rows with digests and nothing else; no more is read of a space that is the same.
struct SpaceRows {
    var spaces = 1_000_000
    private static let recent = 1_000

    private struct Side {
        let store: RelayStore
        let device: DeviceID
    }

    /// Two stores with the same spaces, of which one differs.
    private final class Stores {
        let scratch: Scratch
        let ids: [SpaceID]
        let sides: [Side]
        var generator: SeededGenerator

        init(_ count: Int) throws {
            var generator = SeededGenerator(seed: 1)
            let scratch = try Scratch()
            let keys = try [1, 2].map { try SigningKey(seed: Bytes32(exactly: repeatElement(UInt8($0), count: Bytes32.count))) }
            let ids = (0..<count).map { _ in SpaceID(.random(using: &generator)) }
            sides = try keys.enumerated().map { index, key in
                let store = try RelayStore(
                    path: scratch.path("side\(index).sqlite"), key: key, limits: RelayLimits(), clock: World.clock)
                let side = Side(store: store, device: DeviceID(key.publicKey))
                let differing = index == 0 ? nil : ids[count / 2]
                try fill(side, ids, for: DeviceID(keys[1 - index].publicKey), differing: differing)
                return side
            }
            (self.scratch, self.ids, self.generator) = (scratch, ids, generator)
        }

        var differing: SpaceID { ids[ids.count / 2] }
    }

    /// What a comparison took, with the four bytes that go before a frame; greetings and what follows it are not counted.
    private struct Cost {
        var bytes = 0
        /// Times that the line turned round.
        var legs = 0
        var found: Set<SpaceID> = []
        var seconds = 0.0
    }

    func figures() throws -> [Figure] {
        let stores = try Stores(spaces)
        let whole = try compare(stores)
        for (index, side) in stores.sides.enumerated() { try change(side, in: stores, toldTo: stores.sides[1 - index]) }
        let listed = try compare(stores)
        return [
            Figure("1,000,000 spaces, one differs: bytes to find it", Double(whole.bytes), .bytes, wanted: "at most 1,500"),
            Figure("1,000,000 spaces, one differs: round trips", Double(whole.legs) / 2, .times, wanted: "at most 2"),
            Figure("1,000,000 spaces, one differs: time of both sides, files", whole.seconds, .seconds),
            Figure("1,000 recent spaces, by cursor: bytes each way", Double(listed.bytes) / 2, .bytes, wanted: "at most 40,000"),
            Figure("1,000 recent spaces, by cursor: round trips", Double(listed.legs) / 2, .times, wanted: "at most 1"),
            Figure("1,000 recent spaces, by cursor: time of both sides, files", 1_000 * listed.seconds, .milliseconds),
        ]
    }

    /// The seconds of a comparison without a cursor alone.
    func seconds() throws -> Double { try compare(Stores(spaces)).seconds }

    private static func fill(_ side: Side, _ ids: [SpaceID], for peer: DeviceID, differing: SpaceID?) throws {
        try side.store.store.write { db in
            for (index, id) in ids.enumerated() {
                let digest = Derivation.sha256(id.bytes + (id == differing ? [1] : []))
                try db.cachedStatement(sql: "INSERT INTO space (number, id, is_vouched, digest) VALUES (?, ?, 1, ?)")
                    .execute(arguments: [index + 1, id.data, digest.data])
                try db.cachedStatement(sql: "INSERT INTO reader (key, space, until) VALUES (?, ?, ?)")
                    .execute(arguments: [peer.data, index + 1, Int64.max])
            }
        }
    }

    /// Each of some spaces gets a change, the same on both sides but in the one that differs; before it each had seen the other.
    private func change(_ side: Side, in stores: Stores, toldTo peer: Side) throws {
        let ids = stores.ids
        let numbers = Array(ids.indices.suffix(Self.recent - 1)) + [spaces / 2]
        let store = side.store.store
        try store.remember(
            held: [:], seen: StoreCursor(incarnation: try peer.store.incarnation(), sequence: 0), of: peer.device)
        try store.write { db in
            for (arrival, number) in numbers.enumerated() {
                let author = ids[number] == stores.differing ? side.device.raw : ids[number].raw
                try db.cachedStatement(sql: "INSERT INTO log (number, space, line, device) VALUES (?, ?, ?, ?)")
                    .execute(arguments: [arrival + 1, number + 1, author.data, author.data])
                try db.cachedStatement(
                    sql: """
                        INSERT INTO change (arrival, space, log, seq, id, lamport, audience, past, header, signature_checked, body)
                        VALUES (?, ?, ?, 0, ?, 1, 2, x'', x'', 1, x'')
                        """
                ).execute(arguments: [arrival + 1, number + 1, arrival + 1, Derivation.sha256(author.bytes).data])
                try db.cachedStatement(sql: "UPDATE space SET digest = NULL WHERE number = ?").execute(arguments: [number + 1])
            }
        }
    }

    private func compare(_ stores: Stores) throws -> Cost {
        let start = ContinuousClock.now
        var sessions = try stores.sides.enumerated().map { index, side in
            try SyncSession(
                store: side.store, device: side.device, peer: stores.sides[1 - index].device, isDialer: index == 0,
                nonce: .random(using: &stores.generator), claims: [])
        }
        var cost = Cost()
        var isMoving = true
        while isMoving {
            isMoving = false
            for side in 0..<2 {
                var isComparing = false
                while let bytes = try sessions[side].nextFrame() {
                    isMoving = true
                    switch try Frame(decoding: bytes) {
                    case .tips(let space, _): cost.found.insert(space)
                    case .node, .compared, .leaves, .recent:
                        isComparing = true
                        cost.bytes += bytes.count + 4
                    default: break
                    }
                    // What follows is no comparison any more.
                    if cost.found.isEmpty { try sessions[1 - side].receive(bytes) }
                }
                if isComparing { cost.legs += 1 }
            }
        }
        cost.seconds = start.duration(to: .now).seconds
        guard cost.found == [stores.differing] else {
            throw Failure(description: "The comparison found other spaces than the one that differs.")
        }
        return cost
    }
}
