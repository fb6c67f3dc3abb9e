import Synchronization

/// The time of a simulated world, in milliseconds since 1970 UTC; it stands still unless it is moved.
final class WorldTime: Sendable {
    /// A Monday.
    static let start: UInt64 = 1_759_708_800_000
    private let milliseconds = Mutex(start)

    var now: UInt64 { milliseconds.withLock { $0 } }

    func pass(_ duration: UInt64) { milliseconds.withLock { $0 += duration } }
}

/// A machine's clock, which may be wrong.
final class SkewedClock: Sendable {
    private let time: WorldTime
    private let skew = Mutex<Int64>(0)

    init(_ time: WorldTime) { self.time = time }

    func set(skew milliseconds: Int64) { skew.withLock { $0 = milliseconds } }

    /// However often it is read, which may depend on the order of a set, the world's time stays what it is.
    func read() -> UInt64 { UInt64(max(0, Int64(time.now) + skew.withLock { $0 })) }
}
