import Canon
import Foundation
package import Ledger

/// The key by which clients know a relay, in a file of its own that only its owner may read.
package enum RelayKey {
    private static let prefix = "relay-key"

    /// Where the key of the relay with this store lies.
    package static func path(besideStore store: String) -> String { store + ".key" }

    /// Reads the key, or makes it on the first start.
    package static func loadOrCreate(at path: String) throws -> SigningKey {
        if !FileManager.default.fileExists(atPath: path) { try create(at: path) }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        guard let mode = attributes[.posixPermissions] as? Int, mode & 0o077 == 0 else {
            throw RelayError(
                .badKey, "The relay's key \(path) can be read by others, so it is not used. Run `chmod 600 \(path)`.")
        }
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        let line = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let bytes = TextForm.decode(prefix: prefix, line), let seed = Bytes32(bytes) else {
            throw RelayError(
                .badKey,
                "The relay's key \(path) is damaged. Restore it from a copy; with a new one, every client needs the new address.")
        }
        return try SigningKey(seed: seed)
    }

    /// Writes the whole key under another name first, so that a key is never there in part, nor ever overwritten.
    private static func create(at path: String) throws {
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        let line = TextForm.encode(prefix: prefix, Bytes32.random(using: &generator).bytes) + "\n"
        let part = path + ".\(ProcessInfo.processInfo.processIdentifier)"
        let files = FileManager.default
        defer { try? files.removeItem(atPath: part) }
        guard files.createFile(atPath: part, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw RelayError(
                .badKey, "The relay's key cannot be written beside its store, to \(path). Check the folder's permissions.")
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: part))
        try file.write(contentsOf: Data(line.utf8))
        try file.synchronize()
        try file.close()
        // Fails if another process was first, whose key then is the one.
        try? files.linkItem(atPath: part, toPath: path)
    }
}
