import Ledger
import Store
import Sync
import Synchronization
import Transport

/// Keeps the frames that one side of a connection sees.
final class FrameRecorder: Sendable {
    private let frames = Mutex<[(direction: Direction, frame: [UInt8])]>([])

    var tap: FrameTap {
        { direction, frame in self.frames.withLock { $0.append((direction, frame)) } }
    }

    var all: [[UInt8]] { frames.withLock { $0.map(\.frame) } }
    var received: [[UInt8]] { frames.withLock { $0.filter { $0.direction == .received }.map(\.frame) } }
    var sent: [[UInt8]] { frames.withLock { $0.filter { $0.direction == .sent }.map(\.frame) } }

    func forget() { frames.withLock { $0 = [] } }
}

/// Looking for bytes in bytes.
enum Search {
    static func contains(_ needle: [UInt8], in hay: [UInt8]) -> Bool {
        guard let first = needle.first, needle.count <= hay.count else { return false }
        return hay.withUnsafeBufferPointer { hay in
            needle.withUnsafeBufferPointer { needle in
                (0...hay.count - needle.count).contains { start in
                    hay[start] == first && (1..<needle.count).allSatisfy { hay[start + $0] == needle[$0] }
                }
            }
        }
    }
}

extension Party {
    /// Takes over a space as another has it, without any session.
    func copy(_ space: SpaceID, from other: Party) throws {
        var position: UInt64 = 0
        while let batch = try other.store.changes(in: space, after: [], from: position) {
            position = batch.next
            _ = try store.ingest(
                Verification.verify(batch.changes).verified, in: space, from: PeerIdentity(device: other.device, isCarrier: true))
        }
    }
}
