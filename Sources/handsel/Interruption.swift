import Dispatch
import Foundation

/// Runs `work` until it ends, or until somebody interrupts the process; that is then a clean end.
///
/// Only the first signal is caught, so a second one ends the process whatever it is doing.
func runUntilInterrupted(_ work: @Sendable @escaping () async throws -> Void) async throws {
    let task = Task(operation: work)
    let sources = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler {
            signal(number, SIG_DFL)
            task.cancel()
        }
        source.resume()
        return source
    }
    defer { for source in sources { source.cancel() } }
    do {
        try await task.value
    } catch  where task.isCancelled {
        return
    }
}
