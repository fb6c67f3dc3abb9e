import Canon
import Foundation
import Ledger
import Replica

/// The folder of one replica: its SQLite file, and the device's keys in a file of their own.
struct Home: Sendable {
    let directory: String
    /// What the folder is called in messages and reports.
    var replicaPath: String { directory + "/replica.sqlite" }
    private var keysPath: String { directory + "/device.keys" }

    init(_ directory: String) {
        let own = ProcessInfo.processInfo.environment["HOME"] ?? NSHomeDirectory()
        self.directory = directory.hasPrefix("~/") ? own + directory.dropFirst() : directory
    }

    var exists: Bool { FileManager.default.fileExists(atPath: keysPath) }

    /// Makes the folder, readable by its owner alone, and new device keys in it.
    func create() throws -> DeviceKeys {
        guard !exists else {
            throw HandselError(.alreadyExists, "There is a replica in \(directory) already. Choose another folder with --home.")
        }
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var generator = SystemRandomNumberGenerator()
        let keys = try DeviceKeys(using: &generator)
        let bytes = Data(keys.signing.seed.bytes + keys.agreement.secret.bytes)
        guard FileManager.default.createFile(atPath: keysPath, contents: bytes, attributes: [.posixPermissions: 0o600]) else {
            throw HandselError(.refused, "The folder \(directory) cannot be written. Check its permissions.")
        }
        return keys
    }

    /// Puts other keys in the place of those that are here, at once or not at all.
    func replace(_ keys: DeviceKeys) throws {
        let bytes = Data(keys.signing.seed.bytes + keys.agreement.secret.bytes)
        let new = keysPath + ".new"
        guard FileManager.default.createFile(atPath: new, contents: bytes, attributes: [.posixPermissions: 0o600]),
            rename(new, keysPath) == 0
        else { throw HandselError(.refused, "The folder \(directory) cannot be written. Check its permissions.") }
    }

    func deviceKeys() throws -> DeviceKeys {
        guard exists else {
            throw HandselError(
                .noReplica,
                "There is no replica in \(directory). Make one with `handsel init --name \"Your Name\"`, or name another with --home."
            )
        }
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: keysPath)))
        guard let seed = Bytes32(bytes.prefix(32)), let secret = Bytes32(bytes.dropFirst(32)) else {
            throw HandselError(.damaged, "The device's key file \(keysPath) is damaged. Restore it, or run `handsel recover`.")
        }
        return try DeviceKeys(signingSeed: seed, agreementSecret: secret)
    }

    func open(_ keys: KeyRing) throws -> Replica { try Replica(path: replicaPath, keys: keys, clock: Home.now) }

    /// Undoes `create` where what followed failed.
    func remove() {
        for path in [keysPath, replicaPath, replicaPath + "-wal", replicaPath + "-shm"] {
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    /// Milliseconds since 1970 UTC.
    static let now: @Sendable () -> UInt64 = { UInt64(max(0, Date().timeIntervalSince1970 * 1_000)) }
}
