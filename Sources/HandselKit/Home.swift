import Foundation
import Ledger
import Replica
import Store

/// The folder of one replica: its SQLite file, and the device's keys in a file of their own.
struct Home: Sendable {
    /// What the folder is called in messages and reports.
    let directory: String
    var replicaPath: String { directory + "/replica.sqlite" }
    var keysPath: String { directory + "/device.keys" }
    private var files: [String] { [keysPath] + ["", "-wal", "-shm", "-turn"].map { replicaPath + $0 } }

    init(_ directory: String) {
        let own = ProcessInfo.processInfo.environment["HOME"] ?? NSHomeDirectory()
        self.directory = directory.hasPrefix("~/") ? own + directory.dropFirst() : directory
    }

    var exists: Bool { FileManager.default.fileExists(atPath: keysPath) }

    /// Makes the folder, readable by its owner alone, and new device keys in it.
    func create(sealedWith passphrase: Passphrase?) throws -> (keys: DeviceKeys, seal: KeySeal?) {
        guard !exists else {
            throw HandselError(.alreadyExists, "There is a replica in \(directory) already. Choose another folder with --home.")
        }
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try requirePrivate()
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        let keys = try DeviceKeys(using: &generator)
        let seal = try passphrase.map { try KeySeal($0) }
        try PrivateFile.write(try KeyFile(keys, seal: seal).encoded, to: keysPath, replacing: false)
        return (keys, seal)
    }

    /// The device's keys, and what they are sealed with; `passphrase` is asked for only if they are.
    func deviceKeys(passphrase: () throws -> Passphrase) throws -> (keys: DeviceKeys, seal: KeySeal?) {
        guard exists else {
            throw HandselError(
                .noReplica,
                "There is no replica in \(directory). Make one with `handsel init --name \"Your Name\"`, or name another with --home."
            )
        }
        try requirePrivate()
        do {
            return try KeyFile(decoding: PrivateFile.read(keysPath, limit: KeyFile.limit)).open(passphrase: passphrase)
        } catch let failure as KeyFile.Failure {
            throw error(for: failure)
        }
    }

    /// Puts keys in the place of those that are there.
    func save(_ keys: DeviceKeys, seal: KeySeal?) throws {
        try PrivateFile.write(try KeyFile(keys, seal: seal).encoded, to: keysPath, replacing: true)
    }

    private func error(for failure: KeyFile.Failure) -> HandselError {
        switch failure {
        case .damaged:
            HandselError(.damaged, "The device's key file \(keysPath) is damaged. Restore it, or run `handsel recover`.")
        case .newerVersion:
            HandselError(.refused, "The device's key file \(keysPath) was written by a newer version. Upgrade this program.")
        case .wrongPassphrase:
            HandselError(
                .locked, "That passphrase does not open the device's key file \(keysPath). Try again with the right one.")
        }
    }

    func open(_ keys: KeyRing) throws -> Replica {
        // SQLite gives its -wal and -shm the same permissions.
        try PrivateFile.create(replicaPath)
        try requirePrivate()
        return try Replica(path: replicaPath, keys: keys, place: try Place(of: replicaPath), clock: Home.now)
    }

    /// Throws if other users can read or write what is here.
    private func requirePrivate() throws {
        try PrivateFile.requireOwn(folder: directory)
        for file in files { try PrivateFile.requirePrivate(file) }
    }

    /// Undoes `create` where what followed failed.
    func remove() { for path in files { try? FileManager.default.removeItem(atPath: path) } }

    /// Milliseconds since 1970 UTC.
    static let now: @Sendable () -> UInt64 = { UInt64(max(0, Date().timeIntervalSince1970 * 1_000)) }
}
