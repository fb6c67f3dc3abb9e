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
import Transport

/// A new device that fetches everything from another one of the same person.
struct SyncRows {
    let changes: Int
    private static let spaces = 20

    /// The seconds of a first sync alone.
    func seconds() async throws -> Double {
        let (_, source, fresh) = try filled()
        return try await first(source, fresh).0
    }

    private func filled() throws -> (World, source: World.Member, fresh: World.Member) {
        let world = try World()
        let owner = try world.person()
        let source = try world.member("source", of: owner)
        let fresh = try world.member("fresh", of: owner, certifiedBy: source)
        for number in 0..<Self.spaces { try fill(number, in: world, source: source, fresh: fresh) }
        return (world, source, fresh)
    }

    func figures() async throws -> [Figure] {
        let (world, source, fresh) = try filled()
        let empty = try world.scratch.copy(fresh.replica.store.database.path, "empty.sqlite")
        let (seconds, statistics) = try await first(source, fresh)
        try check(source, fresh)
        try fresh.replica.store.database.close()
        let plain = try PlainSQLite(everythingIn: fresh.replica.store.database.path)
        let batch = 512
        let raw = try plain.write(to: empty, batch: batch)
        let verified = try verification(of: statistics.changesReceived)
        let name = "first sync, \(changes) changes"
        return [
            Figure(name, seconds, .seconds), Figure("\(name), plain SQLite, the same rows", raw, .seconds),
            Figure("\(name), ratio", seconds / raw, .ratio, wanted: "at most 1.6"),
            Figure("\(name), against verifying each", seconds / verified, .ratio, wanted: "at most 0.4"),
        ]
    }

    /// A contract on which two devices of a freelancer work.
    private func fill(_ number: Int, in world: World, source: World.Member, fresh: World.Member) throws {
        let person = try world.person()
        let first = try world.member("first-\(number)", of: person)
        let second = try world.member("second-\(number)", of: person, certifiedBy: first)
        let space = try world.contract(of: source, with: first)
        try world.add(fresh, to: space, by: source)
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
    private func first(_ source: World.Member, _ fresh: World.Member) async throws -> (Double, SyncStatistics) {
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
            let statistics = try await Dialer.withConnection(
                to: Endpoint(host: "127.0.0.1", port: UInt16(bound)), expecting: source.device.id, identity: tls[1]
            ) { connection in
                try await SyncDriver(connection, store: fresh.replica, device: fresh.device.id, isDialer: true, mode: .once)
                    .run(ticks: AsyncStream { $0.finish() })
            }
            let seconds = start.duration(to: .now).seconds
            group.cancelAll()
            return (seconds, statistics)
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
