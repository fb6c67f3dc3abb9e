import Synchronization

/// Tells every connection of a relay that its store has grown; several tellings in a row are one.
package final class Ticks: Sendable {
    private struct State {
        var next = 0
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// A stream that fires from now on, until its reader is gone.
    package func listen() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.next += 1
            state.listeners[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in self?.forget(id) }
        return stream
    }

    private func forget(_ id: Int) { state.withLock { _ = $0.listeners.removeValue(forKey: id) } }

    package func fire() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield() }
    }
}
