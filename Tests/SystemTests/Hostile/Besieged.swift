import Canon
import Foundation
import Ledger
import Support
import Sync
import SyncSupport
import Transport

/// A relay that two people sync through, to be attacked.
struct BesiegedRelay: Sendable {
    let scene: Scene
    let relay: RelayProcess
    let address: DeviceAddress
    let siege: Siege

    static func with(_ body: (BesiegedRelay) async throws -> Void) async throws {
        try await Scene.withRelay { scene, relay in
            try await scene.agree(through: relay)
            let process = ServerProcess(name: "relay", job: await relay.job)
            let siege = Siege(server: process) { try await scene.passMessage() }
            let address = try DeviceAddress(parsing: relay.link, as: .relay)
            try await body(BesiegedRelay(scene: scene, relay: relay, address: address, siege: siege))
            if let difference = try await scene.difference() { throw Unexpected(difference) }
        }
    }

    /// What a query of one number says of the relay's store.
    func number(_ query: String) async throws -> Int { try await SQLite.number(relay.store, query) }

    /// How many changes the relay holds of a space.
    func changes(of space: SpaceID) async throws -> Int {
        let id = space.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return try await number("SELECT count(*) FROM change JOIN space ON number = space WHERE hex(space.id) = upper('\(id)')")
    }
}

extension Scene {
    /// Ada says something, and Bob gets it, through whatever relay or peer they have in common.
    func passMessage() async throws {
        let text = "message \(UUID().uuidString)"
        try await ada.run("message", "send", Self.contract, text)
        try await ada.run("sync")
        try await bob.run("sync")
        guard try await ada.contractChanges() == bob.contractChanges() else { throw Unexpected("Bob has not got \(text)") }
    }

    /// What a finder reads in a bundle that somebody wrote.
    func find(bundleOf person: Person, _ arguments: String...) async throws -> OpenedBundle {
        let outcome = try await person.attempt(["bundle", "write", path("found.bundle").path] + arguments)
        guard outcome.end == .exited(0) else { throw CommandFailed(outcome: outcome) }
        var file = MemoryReader(Array(try Data(contentsOf: path("found.bundle"))))
        return try OpenedBundle(reading: &file)
    }
}
