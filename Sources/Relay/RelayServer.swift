import Canon
import Foundation
import Ledger
import Logging
import Store
import Sync
package import Transport

/// A relay: keeps and forwards what it cannot read, to devices that need not be online at the same time.
///
/// It is a peer like any other, with the same sync and the same store; it holds no key but its own.
package struct RelayServer: Sendable {
    private let configuration: RelayConfiguration
    private let store: RelayStore
    private let identity: DeviceTLS
    private let logger: Logger

    private init(_ configuration: RelayConfiguration) throws {
        self.configuration = configuration
        logger = configuration.logger
        let key = try RelayKey.loadOrCreate(at: RelayKey.path(besideStore: configuration.storePath))
        identity = try DeviceTLS(key.key)
        let files = FileManager.default
        // SQLite gives its -wal and -shm the same permissions.
        if !files.fileExists(atPath: configuration.storePath) {
            _ = files.createFile(atPath: configuration.storePath, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        store = try RelayStore(path: configuration.storePath, key: key, limits: configuration.limits) {
            UInt64(Date().timeIntervalSince1970 * 1_000)
        }
    }

    /// Runs a relay until its task is cancelled; returns when every connection has ended.
    ///
    /// `onReady` gets the address for clients as soon as connections are accepted. Throws if the store cannot be opened, the key
    /// cannot be used or the endpoint cannot be listened on.
    package static func run(_ configuration: RelayConfiguration, onReady: (DeviceAddress) -> Void = { _ in }) async throws {
        try await RelayServer(configuration).listen(onReady: onReady)
    }

    private func listen(onReady: (DeviceAddress) -> Void) async throws {
        let endpoint = configuration.listen
        let logger = logger
        try await Listener.run(
            on: endpoint, identity: identity, limits: configuration.limits.transport, tap: configuration.tap,
            onBound: { port in
                let address = DeviceAddress(
                    .relay, device: identity.device, endpoint: Endpoint(host: endpoint.host, port: UInt16(clamping: port)))
                logger.info("relay started", metadata: ["address": "\(address)"])
                onReady(address)
            },
            onFailure: { logger.notice("connection failed", metadata: ["reason": "\(Self.sentence($0))"]) },
            handler: serve)
        logger.info("relay stopped")
    }

    private func serve(_ connection: Connection) async throws {
        var logger = logger
        logger[metadataKey: "device"] = "\(connection.peer.short)"
        logger.info("connection opened")
        defer { logger.info("connection closed", metadata: Self.metadata(connection.traffic)) }
        let driver = try SyncDriver(
            connection, store: store, device: identity.device, isDialer: false, mode: .live,
            onEvent: { [logger] event in
                switch event {
                case .firstFrame: logger.info("first frame")
                case .settled(let statistics): logger.info("settled", metadata: Self.metadata(statistics))
                }
            })
        do {
            _ = try await driver.run(ticks: store.ticks.listen())
        } catch {
            if !Task.isCancelled { logger.notice("session ended", metadata: ["reason": "\(Self.sentence(error))"]) }
        }
        for (space, reason) in driver.statistics.refused {
            logger.notice("space refused", metadata: ["space": "\(space.short)", "reason": "\(reason)"])
        }
    }
}

/// What is logged: who, how much and why not; never what.
extension RelayServer {
    private static func metadata(_ statistics: SyncStatistics) -> Logger.Metadata {
        [
            "changes-received": "\(statistics.changesReceived)", "changes-sent": "\(statistics.changesSent)",
            "chunks-received": "\(statistics.chunksReceived)", "chunks-sent": "\(statistics.chunksSent)",
            "round-trips": "\(statistics.roundTrips)",
        ]
    }

    private static func metadata(_ traffic: Traffic) -> Logger.Metadata {
        ["bytes-received": "\(traffic.bytesReceived)", "bytes-sent": "\(traffic.bytesSent)"]
    }

    /// Errors of other kinds may quote what they were about.
    private static func sentence(_ error: any Error) -> String {
        switch error {
        case let error as any PeerReadable: error.description
        case let error as TransportError: error.description
        default: StoreError(error)?.description ?? "a fault of the relay itself (\(type(of: error)))"
        }
    }
}

extension Identifier {
    /// Enough to tell one from another in a log.
    fileprivate var short: String { String(description.prefix(Self.prefix.count + 9)) }
}
