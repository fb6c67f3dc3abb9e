package import Sync

/// Runs a session between two stores to its end, frame by frame.
package func run<First: SyncStore, Second: SyncStore>(
    _ first: inout SyncSession<First>, with second: inout SyncSession<Second>
) throws {
    var isMoving = true
    while isMoving {
        isMoving = false
        while let frame = try first.nextFrame() {
            isMoving = true
            try second.receive(frame)
        }
        while let frame = try second.nextFrame() {
            isMoving = true
            try first.receive(frame)
        }
    }
}
