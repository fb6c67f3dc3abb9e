import Canon
import Foundation
import Ledger
import Replica
import Store
import Sync
import Transport

/// What happened with one peer.
public struct PeerReport: Codable, Hashable, Sendable {
    public let address: String
    public let name: String
    public let ok: Bool
    /// What happened, for people.
    public let sentence: String
    public var changesSent = 0
    public var changesReceived = 0
    public var chunksSent = 0
    public var chunksReceived = 0
    public var bytesSent = 0
    public var bytesReceived = 0
    public var roundTrips = 0
    public var receipts = 0
    public var milliseconds = 0
}

/// One sync with every peer and relay, or with one.
public struct SyncReport: Codable, Hashable, Sendable {
    public let peers: [PeerReport]
    /// Contracts joined with what arrived, and joins confirmed.
    public let joined: Int
    public let accepted: Int
}

extension Node {
    /// Syncs once with all relays and peers, or with the one named, and settles invites with what arrived.
    public func sync(with name: String? = nil, progress: @Sendable (String) -> Void = { _ in }) async throws -> SyncReport {
        try await sync(with: name, provingAlso: [], progress: progress)
    }

    func sync(
        with name: String?, provingAlso keys: [SigningKey], progress: @Sendable (String) -> Void
    ) async throws -> SyncReport {
        _ = try replica.identity()
        try replica.requireHome()
        try settleDevices()
        return try await fetch(from: name, provingAlso: keys, progress: progress)
    }

    /// The same for a device that may not be anybody's yet.
    func fetch(
        from name: String?, provingAlso keys: [SigningKey] = [], progress: @Sendable (String) -> Void
    ) async throws -> SyncReport {
        let saved = try replica.addresses().filter { name == nil || $0.url == name || $0.name == name }
        guard !saved.isEmpty else {
            throw name.map {
                HandselError(
                    .notFound, "There is no peer or relay \"\($0)\". `handsel peer list` and `handsel relay list` show them.")
            }
                ?? HandselError(
                    .refused,
                    "No relay or peer is known yet. Add one with `handsel relay add` or `handsel peer add`, or use `handsel bundle`."
                )
        }
        var reports: [PeerReport] = []
        var joined = 0
        var accepted = 0
        for address in saved {
            progress("Syncing with \(address.name)…")
            var report = await exchange(with: address, provingAlso: keys)
            let settled = try settle()
            if report.ok, settled.isChanged { report = await exchange(with: address, provingAlso: keys).adding(report) }
            joined += settled.joined
            accepted += settled.accepted
            try replica.noteSync(address.url, error: report.ok ? nil : report.sentence)
            reports.append(report)
        }
        return SyncReport(peers: reports, joined: joined, accepted: accepted)
    }

    /// What a node does by itself with what arrived.
    package struct Settled: Sendable {
        package let joined: Int
        package let accepted: Int
        /// Whether there is something new for others.
        package let isChanged: Bool
    }

    /// Joins what was invited to, accepts whoever joined, shows receipts, and brings a person's devices in step.
    package func settle() throws -> Settled {
        let joined = try completeJoins().count
        let accepted = try acceptJoins()
        let shown = try showReceipts()
        let isSettled = try !settleDevices()
        return Settled(joined: joined, accepted: accepted, isChanged: joined + accepted + shown > 0 || !isSettled)
    }

    /// One session with one address; never throws, because one peer that is away must not keep the others waiting.
    private func exchange(with saved: SavedAddress, provingAlso keys: [SigningKey]) async -> PeerReport {
        do {
            let address = try saved.parsed()
            let started = ContinuousClock.now
            let outcome = try await Dialer.withConnection(
                to: address.endpoint, expecting: address.device, identity: try tls()
            ) { connection in
                let driver = try await self.driver(connection, isCarrier: saved.isRelay, provingAlso: keys, mode: .once)
                let statistics = try await driver.run(ticks: AsyncStream { $0.finish() })
                return (statistics, connection.traffic)
            }
            return PeerReport(saved, outcome.0, outcome.1, started.duration(to: .now))
        } catch {
            return PeerReport(saved, failed: HandselError.from(error))
        }
    }

    func tls() throws -> DeviceTLS { try DeviceTLS(replica.keys.device.signing.key) }

    /// A session with whoever is at the other end, with proofs of every invite that is held.
    func driver(
        _ connection: Connection, isCarrier: Bool, isDialer: Bool = true, provingAlso keys: [SigningKey] = [],
        mode: SyncDriver<Replica>.Mode, onEvent: @escaping @Sendable (SyncDriver<Replica>.Event) -> Void = { _ in }
    ) throws -> SyncDriver<Replica> {
        let invites = try replica.heldInvites().map { try $0.secret.signingKey() }
        let claims = try (keys + invites).prefix(SyncLimits.claims).map {
            try Claim(by: $0, prover: replica.device, verifier: connection.peer)
        }
        return try SyncDriver(
            connection, store: replica, device: replica.device, isDialer: isDialer, isCarrier: isCarrier, claims: claims,
            mode: mode, onEvent: onEvent)
    }
}

extension SavedAddress {
    func parsed() throws -> DeviceAddress { try DeviceAddress(parsing: url, as: isRelay ? .relay : .peer) }
}

extension PeerReport {
    init(_ saved: SavedAddress, failed error: HandselError) {
        self.init(address: saved.url, name: saved.name, ok: false, sentence: error.description)
    }

    init(_ saved: SavedAddress, _ statistics: SyncStatistics, _ traffic: Traffic, _ time: Duration) {
        let refused = Array(statistics.refused.values) + Array(statistics.refusedByPeer.values)
        let moved = statistics.changesSent + statistics.changesReceived
        self.init(
            address: saved.url, name: saved.name, ok: refused.isEmpty,
            sentence: refused.first ?? (moved == 0 ? "Nothing new." : "In step."))
        changesSent = statistics.changesSent
        changesReceived = statistics.changesReceived
        chunksSent = statistics.chunksSent
        chunksReceived = statistics.chunksReceived
        bytesSent = Int(traffic.bytesSent)
        bytesReceived = Int(traffic.bytesReceived)
        roundTrips = statistics.roundTrips
        receipts = statistics.receipts
        milliseconds = time.milliseconds
    }

    /// This session and the one before it with the same peer, as one.
    func adding(_ other: PeerReport) -> PeerReport {
        var sum = self
        sum.changesSent += other.changesSent
        sum.changesReceived += other.changesReceived
        sum.chunksSent += other.chunksSent
        sum.chunksReceived += other.chunksReceived
        sum.bytesSent += other.bytesSent
        sum.bytesReceived += other.bytesReceived
        sum.roundTrips += other.roundTrips
        sum.receipts += other.receipts
        sum.milliseconds += other.milliseconds
        return sum
    }
}

extension Duration {
    var milliseconds: Int { Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000) }
}
