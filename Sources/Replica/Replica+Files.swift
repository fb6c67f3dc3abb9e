package import Agreement
import Canon
import Foundation
import GRDB
package import Ledger
import Store

/// Attachments, sealed on the way in and opened on the way out.
extension Replica {
    /// Attachments to fetch: those that something here names that this device can read.
    ///
    /// An agent carries the headers of what it cannot open, but not its files.
    package func missingBlobs(in space: SpaceID) throws -> [BlobID] {
        let named = try store.read { db in
            try Data.fetchSet(db.cachedStatement(sql: "SELECT blob FROM file_row WHERE space = ?"), arguments: [space.data])
        }
        return try store.missingBlobs(in: space).filter { named.contains($0.data) }
    }

    /// Encrypts a file into the replica, under a fresh key, and returns how a change refers to it.
    package func attach(path: String) throws -> FileReference {
        let url = URL(fileURLWithPath: path)
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue,
            let file = try? FileHandle(forReadingFrom: url)
        else { throw ReplicaError(.notFound, "\"\(path)\" is not a file that can be read. Check its name and permissions.") }
        defer { try? file.close() }
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        let key = Bytes32.random(using: &generator)
        var size: UInt64 = 0
        var index = 0
        let blob = try store.addBlob {
            let chunk = try file.read(upToCount: Attachment.chunkLength) ?? Data()
            guard !chunk.isEmpty || index == 0 else { return nil }
            defer { index += 1 }
            size += UInt64(chunk.count)
            return try Attachment.seal(Array(chunk), key: key, index: index)
        }
        return FileReference(name: url.lastPathComponent, size: size, blob: blob, key: key)
    }

    /// Writes an attachment's plaintext to `path`, which must not exist yet.
    package func extract(_ blob: BlobID, in space: SpaceID, to path: String) throws {
        guard let list = try store.chunkList(of: blob, in: space) else {
            throw ReplicaError(.notFound, "The file has not arrived completely yet. Sync, then try again.")
        }
        let key = try store.read { db in
            try Data.fetchOne(
                db.cachedStatement(sql: "SELECT key FROM file_row WHERE space = ? AND blob = ?"),
                arguments: [space.data, blob.data])
        }
        guard let key = key.flatMap({ Bytes32($0) }) else {
            throw ReplicaError(.notReadable, "This device holds no key for the file.")
        }
        guard !FileManager.default.fileExists(atPath: path) else {
            throw ReplicaError(.alreadyExists, "\(path) exists already. Choose another name with --to.")
        }
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path) else {
            throw ReplicaError(.refused, "\(path) cannot be written. Choose another place with --to.")
        }
        defer { try? file.close() }
        for index in list.indices {
            guard let chunk = try store.chunk(index, of: blob) else { continue }
            try file.write(contentsOf: Data(try Attachment.open(chunk, key: key, index: index)))
        }
    }

    package func isHere(_ blob: BlobID) throws -> Bool { try store.isComplete(blob) }
}
