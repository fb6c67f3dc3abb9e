import Canon
import Foundation
import Ledger
import Replica
import Store
import Sync

/// What was written to, or read from, a bundle file.
public struct BundleReport: Codable, Hashable, Sendable {
    public let path: String
    public let spaces: Int
    /// Changes in the file; after reading, those that were new.
    public let changes: Int
    /// Changes that were here already.
    public let known: Int
    public let attachments: Int
    public let bytes: UInt64
}

extension Node {
    /// Writes spaces into one file that carries them where no network goes.
    public func writeBundle(to path: String, space ref: String?) throws -> BundleReport {
        _ = try replica.identity()
        let spaces = try ref.map { [try replica.resolve($0)] } ?? replica.spaces()
        let url = URL(fileURLWithPath: path)
        let part = url.appendingPathExtension("part")
        guard FileManager.default.createFile(atPath: part.path, contents: Data(Bundle.magic)) else {
            throw HandselError(.refused, "\(path) cannot be written. Choose another place.")
        }
        defer { try? FileManager.default.removeItem(at: part) }
        let file = try FileHandle(forWritingTo: part)
        try file.seekToEnd()
        var frames = 0
        var changes = 0
        var attachments = 0
        for space in spaces {
            changes += try Bundle.write(space, from: replica) { frame in
                try file.write(contentsOf: Data(Bundle.prefix(frame) + frame))
                frames += 1
            }
            attachments += try replica.completeBlobs(in: space).count
        }
        let end = Bundle.end(frames: frames)
        try file.write(contentsOf: Data(Bundle.prefix(end) + end))
        try file.synchronize()
        let bytes = try file.offset()
        try file.close()
        guard rename(part.path, url.path) == 0 else {
            throw HandselError(.refused, "\(path) cannot be written. Choose another place.")
        }
        return BundleReport(path: path, spaces: spaces.count, changes: changes, known: 0, attachments: attachments, bytes: bytes)
    }

    /// Takes a bundle, all of it or nothing, on the same road as what comes over the network.
    public func readBundle(from path: String) throws -> BundleReport {
        _ = try replica.identity()
        var reader = try FileReader(path: path)
        let bundle = try OpenedBundle(reading: &reader)
        let peer = PeerIdentity(device: replica.device)
        let ingested = try replica.store.ingestBundle(bundle, by: peer)
        var chunks = try FileReader(path: path)
        let attachments = try replica.store.takeBlobs(of: bundle, from: &chunks)
        _ = try completeJoins()
        _ = try acceptJoins()
        return BundleReport(
            path: path, spaces: bundle.spaceIDs.count, changes: ingested.admitted.count, known: ingested.known,
            attachments: attachments, bytes: reader.offset)
    }
}

/// A file read from front to back.
private struct FileReader: BundleReader {
    private let file: FileHandle
    private(set) var offset: UInt64 = 0

    init(path: String) throws {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue,
            let file = FileHandle(forReadingAtPath: path)
        else { throw HandselError(.notFound, "\"\(path)\" is not a file that can be read. Check its name and permissions.") }
        self.file = file
    }

    mutating func read(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count, let data = try file.read(upToCount: count - bytes.count), !data.isEmpty {
            bytes.append(contentsOf: data)
        }
        offset += UInt64(bytes.count)
        return bytes
    }
}
