import GRDB
import GRDBSQLite

/// How SQLite uses a file on a simulated disk: the disk is asked first, then the usual file does it.
enum FaultMethods {
    static var all: sqlite3_io_methods {
        var methods = sqlite3_io_methods()
        // With shared memory and without mapped files, which would go past the disk.
        methods.iVersion = 2
        setContentMethods(&methods)
        setPlainMethods(&methods)
        return methods
    }

    private typealias File = UnsafeMutablePointer<sqlite3_file>

    /// What the usual file's own function answers.
    private static func usual(_ file: File?, _ body: (sqlite3_io_methods, File) -> Int32) -> Int32 {
        guard let file = FaultFile.usual(file), let methods = file.pointee.pMethods?.pointee else { return SQLITE_MISUSE }
        return body(methods, file)
    }

    /// What the disk says to an operation, as SQLite's code.
    private static func code(
        _ file: File?, _ body: (inout DiskState, FaultFile.Handle) throws(DiskFault) -> Void
    ) -> Int32 {
        guard let handle = FaultFile.handle(file)?.takeUnretainedValue() else { return SQLITE_MISUSE }
        do throws(DiskFault) {
            try handle.disk.use { (disk) throws(DiskFault) in try body(&disk, handle) }
            return SQLITE_OK
        } catch {
            switch error {
            case .powerIsOff: return SQLITE_IOERR
            case .isFull: return SQLITE_FULL
            case .syncFailed: return ResultCode.SQLITE_IOERR_FSYNC.rawValue
            case .readFailed: return ResultCode.SQLITE_IOERR_READ.rawValue
            case .readEndsEarly: return ResultCode.SQLITE_IOERR_SHORT_READ.rawValue
            }
        }
    }

    /// Reading and writing, which have the disk's faults.
    private static func setContentMethods(_ methods: inout sqlite3_io_methods) {
        methods.xRead = { file, buffer, count, offset in
            let code = FaultMethods.code(file) { (disk, _) throws(DiskFault) in try disk.read() }
            if code == ResultCode.SQLITE_IOERR_SHORT_READ.rawValue, let buffer {
                buffer.initializeMemory(as: UInt8.self, repeating: 0, count: Int(count))
            }
            return code == SQLITE_OK ? FaultMethods.usual(file) { $0.xRead($1, buffer, count, offset) } : code
        }
        methods.xWrite = { file, buffer, count, offset in
            let bytes = Array(UnsafeRawBufferPointer(start: buffer, count: Int(count)))
            let code = FaultMethods.code(file) { (disk, handle) throws(DiskFault) in
                try disk.write(bytes, at: Int(offset), to: handle.number)
            }
            return code == SQLITE_OK ? FaultMethods.usual(file) { $0.xWrite($1, buffer, count, offset) } : code
        }
        methods.xTruncate = { file, size in
            let code = FaultMethods.code(file) { (disk, handle) throws(DiskFault) in
                try disk.truncate(handle.number, to: Int(size))
            }
            return code == SQLITE_OK ? FaultMethods.usual(file) { $0.xTruncate($1, size) } : code
        }
        // The real disk need not be troubled.
        methods.xSync = { file, _ in
            FaultMethods.code(file) { (disk, handle) throws(DiskFault) in
                try disk.sync(handle.number, syncsFolder: handle.syncsFolder)
            }
        }
        methods.xClose = { file in
            FaultFile.handle(file)?.release()
            return FaultMethods.usual(file) { $0.xClose($1) }
        }
    }

    /// Locks, shared memory and questions, which are the usual file's.
    private static func setPlainMethods(_ methods: inout sqlite3_io_methods) {
        methods.xFileSize = { file, size in FaultMethods.usual(file) { $0.xFileSize($1, size) } }
        methods.xLock = { file, level in FaultMethods.usual(file) { $0.xLock($1, level) } }
        methods.xUnlock = { file, level in FaultMethods.usual(file) { $0.xUnlock($1, level) } }
        methods.xCheckReservedLock = { file, result in FaultMethods.usual(file) { $0.xCheckReservedLock($1, result) } }
        methods.xFileControl = { file, operation, argument in
            FaultMethods.usual(file) { $0.xFileControl($1, operation, argument) }
        }
        methods.xSectorSize = { file in FaultMethods.usual(file) { $0.xSectorSize($1) } }
        methods.xDeviceCharacteristics = { file in FaultMethods.usual(file) { $0.xDeviceCharacteristics($1) } }
        methods.xShmMap = { file, region, size, extends, memory in
            FaultMethods.usual(file) { $0.xShmMap($1, region, size, extends, memory) }
        }
        methods.xShmLock = { file, offset, count, flags in FaultMethods.usual(file) { $0.xShmLock($1, offset, count, flags) } }
        methods.xShmBarrier = { file in
            guard let file = FaultFile.usual(file) else { return }
            file.pointee.pMethods?.pointee.xShmBarrier(file)
        }
        methods.xShmUnmap = { file, deletes in FaultMethods.usual(file) { $0.xShmUnmap($1, deletes) } }
    }
}
