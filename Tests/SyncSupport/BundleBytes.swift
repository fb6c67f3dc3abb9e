import Canon
package import Ledger
package import Sync

extension Bundle {
    /// A whole bundle of one space.
    package static func bytes(of space: SpaceID, from store: some SyncStore) throws -> [UInt8] {
        var bytes = magic
        var frames = 0
        _ = try write(space, from: store) { frame in
            bytes += prefix(frame) + frame
            frames += 1
        }
        let end = end(frames: frames)
        return bytes + prefix(end) + end
    }
}

/// Reads a bundle that is in memory.
package struct MemoryReader: BundleReader {
    private var bytes: ArraySlice<UInt8>

    package init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

    package mutating func read(_ count: Int) -> [UInt8] {
        defer { bytes = bytes.dropFirst(count) }
        return Array(bytes.prefix(count))
    }
}
