/// A condition that did not come to hold in time.
package struct DeadlinePassed: Error {
    package let limit: Duration
}

/// Returns as soon as `condition` holds, and throws once `limit` has passed without it.
///
/// The one place where a test lets time pass, in steps too short to matter: how long a test takes is decided by what it waits for.
package func eventually(within limit: Duration = .seconds(10), _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw DeadlinePassed(limit: limit) }
        try await Task.sleep(for: .milliseconds(2))
    }
}
