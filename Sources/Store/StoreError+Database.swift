import GRDB

extension StoreError {
    static let otherProcess = StoreError(.busy, "Another process is using the replica for long. Try again in a moment.")
    static let unusableFile = StoreError(
        .busy, "The replica's file cannot be opened or written. Check the disk and the permissions of its folder.")

    /// What SQLite's own error means to people; nil for an error that is not SQLite's.
    package init?(_ error: any Error) {
        guard let error = error as? DatabaseError else { return nil }
        switch error.resultCode {
        case .SQLITE_CORRUPT:
            let detail = error.message ?? "SQLite cannot read it"
            self.init(
                .damaged,
                "The replica's file is damaged (\(detail)); restore it, or bring everything back with `handsel recover`.")
        case .SQLITE_NOTADB:
            self.init(
                .notAStore,
                "The replica's file is not an SQLite database; restore it, or bring everything back with `handsel recover`.")
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .otherProcess
        case .SQLITE_FULL: self.init(.quota, "The disk is full, so nothing was written. Make room and try again.")
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_IOERR: self = .unusableFile
        default: self.init(.damaged, "SQLite refused: \(error.message ?? "unknown error").")
        }
    }
}
