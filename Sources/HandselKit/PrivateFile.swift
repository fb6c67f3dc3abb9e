import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Files that nobody but their owner reads or writes.
enum PrivateFile {
    private static let mode: mode_t = 0o600
    /// What group and others may do.
    private static let byOthers = 0o077
    private static let writtenByOthers = 0o022

    /// Throws unless a file, if it is there, is this user's and closed to all others.
    static func requirePrivate(_ path: String) throws {
        try require(path, without: byOthers, can: "be read or written", mend: "600")
    }

    /// Throws unless a folder, if it is there, is this user's and no others can put files into it.
    static func requireOwn(folder path: String) throws {
        try require(path, without: writtenByOthers, can: "be written", mend: "700")
    }

    private static func require(_ path: String, without bits: Int, can: String, mend: String) throws {
        // Of what a link leads to, which is what would be used.
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        // SQLite may remove its -wal and -shm at any moment.
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: target) else { return }
        guard attributes[.ownerAccountID] as? Int == Int(geteuid()) else {
            throw HandselError(
                .refused, "\(path) belongs to another user, so it is not used. Run this as that user, or `chown` it to yourself.")
        }
        guard let mode = attributes[.posixPermissions] as? Int, mode & bits == 0 else {
            throw HandselError(.refused, "\(path) can \(can) by other users, so it is not used. Run `chmod \(mend) \(path)`.")
        }
    }

    /// Makes an empty file if there is none, closed to others from its first byte.
    static func create(_ path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw unwritable(path) }
        close(descriptor)
    }

    /// Writes a whole file that outlasts a loss of power, or leaves what was there as it was.
    ///
    /// Throws `alreadyExists` if there is one that may not be replaced.
    static func write(_ bytes: [UInt8], to path: String, replacing isReplacing: Bool) throws {
        let part = "\(path).\(UUID().uuidString)"
        let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw unwritable(path) }
        defer { unlink(part) }
        do {
            let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try file.write(contentsOf: Data(bytes))
            try file.synchronize()
        } catch {
            throw unwritable(path)
        }
        // A link fails where a file is; renaming takes its place.
        if (isReplacing ? rename(part, path) : link(part, path)) != 0 {
            guard !isReplacing, errno == EEXIST else { throw unwritable(path) }
            throw HandselError(
                .alreadyExists, "There is a file \(path) already, which is not overwritten. Choose another folder.")
        }
        let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { throw unwritable(path) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw unwritable(path) }
    }

    /// At most `limit` bytes and one more, so that a file that is too long shows.
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw HandselError(.refused, "\(path) cannot be read. Check its permissions.")
        }
        return Array(try file.read(upToCount: limit + 1) ?? Data())
    }

    private static func unwritable(_ path: String) -> HandselError {
        HandselError(.refused, "\(path) cannot be written. Check the disk and the folder's permissions.")
    }
}
