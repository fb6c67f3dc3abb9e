package import Foundation
import GRDB
import GRDBSQLite
import Synchronization

/// A file system for SQLite that stands before the usual one: files in the folder of a `Disk` have its faults.
///
/// It becomes the default of the process, because a store opens its file by name alone; all other files pass it untouched.
package enum FaultVFS {
    private struct Mounted { weak var disk: Disk? }

    private static let disks = Mutex<[String: Mounted]>([:])
    private static let registration = register()
    private static let watcher = Mutex<(@Sendable (URL) -> Void)?>(nil)

    static func mount(_ disk: Disk) throws {
        guard registration == SQLITE_OK else { throw NotRegistered(code: registration) }
        disks.withLock { $0[disk.folder.path] = Mounted(disk: disk) }
    }

    static func unmount(_ folder: URL) { disks.withLock { $0[folder.path] = nil } }

    /// Tells `watcher` of every file that SQLite opens beside the simulated disks while `body` runs.
    package static func watching<Value>(_ watcher: @escaping @Sendable (URL) -> Void, _ body: () throws -> Value) rethrows
        -> Value
    {
        self.watcher.withLock { $0 = watcher }
        defer { self.watcher.withLock { $0 = nil } }
        return try body()
    }

    fileprivate static func tellWatcher(_ path: UnsafePointer<CChar>?) {
        guard let path, let watcher = watcher.withLock({ $0 }) else { return }
        watcher(URL(fileURLWithPath: String(cString: path)))
    }

    struct NotRegistered: Error { let code: Int32 }

    /// The disk and the name in its folder of a full path; nil for a file on no simulated disk.
    fileprivate static func place(of path: UnsafePointer<CChar>?) -> (disk: Disk, name: String)? {
        guard let path else { return nil }
        let url = URL(fileURLWithPath: String(cString: path))
        let disk = disks.withLock { $0[url.deletingLastPathComponent().path]?.disk }
        return disk.map { ($0, url.lastPathComponent) }
    }

    /// The usual file system, and how files on a simulated disk are used; lives as long as the process.
    fileprivate struct Context {
        let usual: UnsafeMutablePointer<sqlite3_vfs>
        let methods: UnsafeMutablePointer<sqlite3_io_methods>
    }

    private static func register() -> Int32 {
        guard let usual = sqlite3_vfs_find(nil) else { return SQLITE_ERROR }
        let context = UnsafeMutablePointer<Context>.allocate(capacity: 1)
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        methods.initialize(to: FaultMethods.all)
        context.initialize(to: Context(usual: usual, methods: methods))
        let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        // What is not replaced stays the usual one's function.
        vfs.initialize(to: usual.pointee)
        vfs.pointee.zName = UnsafePointer(strdup("fault"))
        vfs.pointee.pNext = nil
        vfs.pointee.pAppData = UnsafeMutableRawPointer(context)
        vfs.pointee.szOsFile = Int32(FaultFile.space) + usual.pointee.szOsFile
        vfs.pointee.xOpen = { vfs, path, file, flags, outFlags in
            guard let context = FaultVFS.context(vfs), let file else { return SQLITE_MISUSE }
            guard let place = FaultVFS.place(of: path) else {
                FaultVFS.tellWatcher(path)
                return context.usual.pointee.xOpen(context.usual, path, file, flags, outFlags)
            }
            return FaultFile.open(place.name, path, on: place.disk, at: file, flags, outFlags, context)
        }
        vfs.pointee.xDelete = { vfs, path, syncsFolder in
            guard let context = FaultVFS.context(vfs) else { return SQLITE_MISUSE }
            guard let place = FaultVFS.place(of: path) else {
                return context.usual.pointee.xDelete(context.usual, path, syncsFolder)
            }
            do throws(DiskFault) {
                try place.disk.use { (disk) throws(DiskFault) in try disk.delete(place.name, syncsFolder: syncsFolder != 0) }
            } catch { return ResultCode.SQLITE_IOERR_DELETE.rawValue }
            return context.usual.pointee.xDelete(context.usual, path, 0)
        }
        return sqlite3_vfs_register(vfs, 1)
    }

    private static func context(_ vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> Context? {
        vfs?.pointee.pAppData.map { $0.assumingMemoryBound(to: Context.self).pointee }
    }
}

/// An open file on a simulated disk: what SQLite sees of it, and behind that in the same memory the usual file.
struct FaultFile {
    /// Has to be the first, since SQLite knows nothing else.
    private var base: sqlite3_file
    private var handle: Unmanaged<Handle>

    /// Which file it is.
    final class Handle: Sendable {
        let disk: Disk
        let number: Int
        /// The first sync of a log also syncs the folder that names it; SQLite's own file system does the same.
        let syncsFolder: Bool

        init(_ disk: Disk, _ number: Int, syncsFolder: Bool) {
            self.disk = disk
            self.number = number
            self.syncsFolder = syncsFolder
        }
    }

    /// Bytes before the usual file, which may have to begin at a multiple of sixteen.
    static var space: Int { (MemoryLayout<FaultFile>.size + 15) / 16 * 16 }

    fileprivate static func open(
        _ name: String, _ path: UnsafePointer<CChar>?, on disk: Disk, at file: UnsafeMutablePointer<sqlite3_file>,
        _ flags: Int32, _ outFlags: UnsafeMutablePointer<Int32>?, _ context: FaultVFS.Context
    ) -> Int32 {
        file.pointee.pMethods = nil
        guard let usual = usual(file) else { return SQLITE_MISUSE }
        let isLog = flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL) != 0
        guard let number = try? disk.use({ (disk) throws(DiskFault) in try disk.open(name) }) else { return SQLITE_CANTOPEN }
        let code = context.usual.pointee.xOpen(context.usual, path, usual, flags, outFlags)
        guard code == SQLITE_OK else { return code }
        let handle = Handle(disk, number, syncsFolder: isLog && flags & SQLITE_OPEN_CREATE != 0)
        let base = sqlite3_file(pMethods: UnsafePointer(context.methods))
        UnsafeMutableRawPointer(file).initializeMemory(
            as: FaultFile.self, to: FaultFile(base: base, handle: .passRetained(handle)))
        return SQLITE_OK
    }

    static func usual(_ file: UnsafeMutablePointer<sqlite3_file>?) -> UnsafeMutablePointer<sqlite3_file>? {
        file.map { UnsafeMutableRawPointer($0).advanced(by: space).assumingMemoryBound(to: sqlite3_file.self) }
    }

    static func handle(_ file: UnsafeMutablePointer<sqlite3_file>?) -> Unmanaged<Handle>? {
        file.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: FaultFile.self).pointee.handle }
    }
}
