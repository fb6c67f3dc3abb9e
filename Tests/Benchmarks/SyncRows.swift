import Canon
import Crypto
import Foundation
import GRDB
import Ledger
import LedgerSupport
import Replica
import Store
import Support
import Sync
import Synchronization
import Transport

/// A new device that fetches everything from another one of the same person.
struct SyncRows {
    let changes: Int
    private static let spaces = 20
    /// The speed of a machine drifts, so what is compared is measured in turns.
    private static let runs = 3

    /// The seconds of one first sync, and of the same rows in plain SQLite.
    func seconds() async throws -> [Double] {
        let (world, source, fresh) = try filled(for: 1)
        let run = try await run(source, fresh[0], in: world)
        return [run.ours, run.plain]
    }

    /// A device that has everything, and others of its owner that have nothing yet.
    private func filled(for count: Int) throws -> (World, source: World.Member, fresh: [World.Member]) {
        let world = try World()
        let owner = try world.person()
        let source = try world.member("source", of: owner)
        let fresh = try (0..<count).map { try world.member("fresh-\($0)", of: owner, certifiedBy: source) }
        for number in 0..<Self.spaces { try fill(number, in: world, source: source, fresh: fresh) }
        return (world, source, fresh)
    }

    private struct Run {
        let ours: Double
        /// Until the first contract was there as a whole.
        let usable: Double
        let plain: Double
        let verified: Double
    }

    func figures() async throws -> [Figure] {
        let (world, source, fresh) = try filled(for: Self.runs)
        var runs: [Run] = []
        for member in fresh { runs.append(try await run(source, member, in: world)) }
        let name = "first sync, \(changes) changes"
        return [
            Figure(name, runs.map(\.ours).median, .seconds),
            Figure("\(name), until one contract of \(Self.spaces) can be used", runs.map(\.usable).median, .seconds),
            Figure("\(name), plain SQLite, the same rows", runs.map(\.plain).median, .seconds),
            Figure("\(name), ratio", runs.map { $0.ours / $0.plain }.median, .ratio, wanted: "at most 1.6"),
            Figure("\(name), against verifying each", runs.map { $0.ours / $0.verified }.median, .ratio, wanted: "at most 0.4"),
        ]
    }

    private func run(_ source: World.Member, _ fresh: World.Member, in world: World) async throws -> Run {
        let path = fresh.replica.store.database.path
        let empty = try world.scratch.copy(path, "\(fresh.device.id).sqlite")
        let (ours, usable, received) = try await first(source, fresh)
        try check(source, fresh)
        try fresh.replica.store.database.close()
        return Run(
            ours: ours, usable: usable, plain: try PlainSQLite(everythingIn: path).write(to: empty, batch: 512),
            verified: try verification(of: received))
    }

    /// A contract on which two devices of a freelancer work.
    private func fill(_ number: Int, in world: World, source: World.Member, fresh: [World.Member]) throws {
        let person = try world.person()
        let first = try world.member("first-\(number)", of: person)
        let second = try world.member("second-\(number)", of: person, certifiedBy: first)
        let space = try world.contract(of: source, with: first)
        for device in fresh { try world.add(device, to: space, by: source) }
        try world.add(second, to: space, by: first)
        try world.sync(first, with: source)
        try world.sync(second, with: first)
        for (seed, member) in [first, second].enumerated() {
            var work = Work(seed: UInt64(2 * number + seed), from: 2_900_000 + UInt64(100_000 * seed))
            try work.write(changes / Self.spaces / 2, to: space, by: member)
        }
        try world.sync(second, with: first)
        try world.sync(first, with: source)
        for member in [first, second] { try member.replica.store.database.close() }
    }

    /// One session over TLS; the time from the connection to the end of the session, with everything durable.
    private func first(
        _ source: World.Member, _ fresh: World.Member
    ) async throws -> (seconds: Double, usable: Double, changes: Int) {
        let counts = try source.replica.changesOfSpaces()
        let tls = try [source, fresh].map { try DeviceTLS($0.device.keys.signing.key) }
        let (ports, port) = AsyncStream<Int>.makeStream()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await Listener.run(
                    on: Endpoint(host: "127.0.0.1", port: 0), identity: tls[0], onBound: { port.yield($0) },
                    onFailure: { print($0) }
                ) { connection in
                    _ = try await SyncDriver(
                        connection, store: source.replica, device: source.device.id, isDialer: false, mode: .live
                    ).run(ticks: AsyncStream { $0.finish() })
                }
            }
            guard let bound = await ports.first(where: { _ in true }) else { throw Failure(description: "Nobody listens.") }
            let start = ContinuousClock.now
            let store = WatchedStore(fresh.replica.store, awaiting: counts)
            let statistics = try await Dialer.withConnection(
                to: Endpoint(host: "127.0.0.1", port: UInt16(bound)), expecting: source.device.id, identity: tls[1]
            ) { connection in
                try await SyncDriver(connection, store: store, device: fresh.device.id, isDialer: true, mode: .once)
                    .run(ticks: AsyncStream { $0.finish() })
            }
            let seconds = start.duration(to: .now).seconds
            group.cancelAll()
            guard let usable = store.firstWhole else { throw Failure(description: "No contract came as a whole.") }
            return (seconds, start.duration(to: usable).seconds, statistics.changesReceived)
        }
    }

    private func check(_ source: World.Member, _ fresh: World.Member) throws {
        let counts = try [source, fresh].map { member in
            try member.replica.store.read { db in
                try ["change", "diary_row", "message_row", "search_row", "held_back"].map {
                    try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)") ?? 0
                }
            }
        }
        guard counts[0] == counts[1], counts[0][0] >= changes, counts[0][4] == 0 else {
            throw Failure(description: "The new device has \(counts[1]) rows, and the other one \(counts[0]).")
        }
    }

    /// The seconds that it takes to check as many signatures one by one.
    private func verification(of count: Int) throws -> Double {
        let key = Curve25519.Signing.PrivateKey()
        let message = Data(repeating: 7, count: 250)
        let signature = try key.signature(for: message)
        let sample = 2_000
        let start = ContinuousClock.now
        for _ in 0..<sample where !key.publicKey.isValidSignature(signature, for: message) {
            throw Failure(description: "A signature is wrong.")
        }
        return start.duration(to: .now).seconds / Double(sample) * Double(count)
    }
}

/// A store that notes when the first space is there as a whole.
private final class WatchedStore: StoreBacked {
    let store: ChangeStore
    private let state: Mutex<(lacking: [SpaceID: Int], firstWhole: ContinuousClock.Instant?)>

    init(_ store: ChangeStore, awaiting counts: [SpaceID: Int]) {
        self.store = store
        state = Mutex((counts, nil))
    }

    var firstWhole: ContinuousClock.Instant? { state.withLock(\.firstWhole) }

    func ingest(_ changes: [Verified<Change>], in space: SpaceID, from peer: PeerIdentity) throws -> Ingested {
        let ingested = try store.ingest(changes, in: space, from: peer)
        state.withLock { state in
            state.lacking[space, default: 0] -= ingested.admitted.count
            if state.lacking[space] == 0, state.firstWhole == nil { state.firstWhole = .now }
        }
        return ingested
    }
}

extension Replica {
    fileprivate func changesOfSpaces() throws -> [SpaceID: Int] {
        try store.read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT space.id, count(*) FROM change JOIN space ON space.number = change.space GROUP BY 1")
            return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.identifier(0), $0[1]) })
        }
    }
}
