import Foundation

/// The turn to write one file, which one process has at a time.
///
/// A turn spans a commit and the checkpoint that SQLite makes after it, when its own lock is given back already: until 3.51.3 it
/// may lose committed pages if one process makes a checkpoint while another begins the log anew (sqlite.org/wal.html, "The WAL
/// Reset Bug").
final class WriteTurn: Sendable {
    /// How long it is waited for, in seconds.
    private let patience: TimeInterval
    private let descriptor: Int32

    /// Between two attempts, in microseconds.
    private static let pause: UInt32 = 1_000

    /// Not the file itself, whose locks by SQLite end with the first descriptor of it that this process closes (fcntl(2)).
    init(of path: String, patience: TimeInterval) throws(StoreError) {
        self.patience = patience
        descriptor = open(path + "-turn", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unusableFile }
    }

    deinit { close(descriptor) }

    /// Runs `body` in this turn; throws `busy` if another process has its own for too long.
    @discardableResult
    func take<Value>(_ body: () throws -> Value) throws -> Value {
        try wait()
        defer { flock(descriptor, LOCK_UN) }
        return try body()
    }

    private func wait() throws(StoreError) {
        let deadline = ContinuousClock.now + .seconds(patience)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw .unusableFile }
            guard ContinuousClock.now < deadline else { throw .otherProcess }
            usleep(Self.pause)
        }
    }
}
