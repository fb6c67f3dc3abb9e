import Synchronization

/// What went over a connection so far.
package struct Traffic: Hashable, Sendable {
    /// On the wire, TLS included.
    package internal(set) var bytesSent = 0
    package internal(set) var bytesReceived = 0
    package internal(set) var framesSent = 0
    package internal(set) var framesReceived = 0
}

/// What the event loop tells the tasks that use a connection.
final class ConnectionStatus: Sendable {
    private struct State {
        var traffic = Traffic()
        var failure: TransportError?
    }

    private let state = Mutex(State())

    var traffic: Traffic { state.withLock(\.traffic) }

    /// Why the connection ended, once it did so on its own.
    var failure: TransportError? { state.withLock(\.failure) }

    func count(_ change: (inout Traffic) -> Void) {
        state.withLock { change(&$0.traffic) }
    }

    /// Notes the first cause; what follows from it is noise.
    func fail(_ error: TransportError) {
        state.withLock { $0.failure = $0.failure ?? error }
    }
}
