import Foundation
import Support

/// Two people with a replica each, in a folder of their own.
struct Scene: Sendable {
    /// What the contract between them is called.
    static let contract = "Landing page"
    /// Its milestones and their amounts, which in minor units take eight bytes, so that no other data look like them by chance.
    static let milestones = [("Design", "48151623.42"), ("Build", "90817263.54")]

    let folder: URL
    let ada: Person
    let bob: Person

    var people: [Person] { [ada, bob] }

    func path(_ name: String) -> URL { folder.appendingPathComponent(name) }

    /// Runs `body` in a new folder, which stays for a look into it if `body` fails.
    static func with<Result>(_ body: (Scene) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "handsel-system-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        do {
            let scene = Scene(folder: folder, ada: Person("ada", in: folder), bob: Person("bob", in: folder))
            let result = try await body(scene)
            try FileManager.default.removeItem(at: folder)
            return result
        } catch {
            print("The replicas are left in \(folder.path).")
            throw error
        }
    }

    /// The same with a relay that is stopped at the end.
    static func withRelay<Result>(_ body: (Scene, RelayProcess) async throws -> Result) async throws -> Result {
        try await with { scene in
            let relay = try await RelayProcess(in: scene.folder)
            do {
                let result = try await body(scene, relay)
                try await relay.stop()
                return result
            } catch {
                _ = try? await relay.kill()
                throw error
            }
        }
    }
}

extension Scene {
    private static let terms = "The freelancer hands in each milestone by its day.\nThe client answers within two weeks.\n"

    /// Makes both replicas and the offer of one to the other; returns the link of the invite.
    func offer(relay: String?) async throws -> String {
        try await ada.run("init", "--name", "Ada Freelancer")
        try await bob.run("init", "--name", "Bob Client")
        if let relay { try await bob.run("relay", "add", relay) }
        return try await offerAndInvite()
    }

    func offerAndInvite() async throws -> String {
        let terms = path("terms.txt")
        try Data(Self.terms.utf8).write(to: terms)
        try await bob.run(
            "contract", "offer", "--fixed", "--title", Self.contract, "--currency", "EUR", "--milestone",
            "\(Self.milestones[0].0):\(Self.milestones[0].1):2026-12-15", "--milestone",
            "\(Self.milestones[1].0):\(Self.milestones[1].1):2027-01-15", "--terms", terms.path)
        let invite: InviteAnswer = try await bob.ask("invite", Self.contract, "--role", "freelancer")
        return invite.link
    }

    /// Offer, invite, join and acceptance through a relay, until both sides have everything.
    func agree(through relay: RelayProcess) async throws {
        let link = try await offer(relay: relay.link)
        try await join(link)
    }

    func join(_ link: String) async throws {
        try await bob.run("sync")
        try await ada.run("join", link)
        try await ada.run("contract", "accept", Self.contract)
        try await syncAll()
    }

    /// The same by files alone.
    func agreeByBundles() async throws {
        let link = try await offer(relay: nil)
        try await ada.run("join", link)
        try await carry(from: bob, to: ada)
        try await ada.run("contract", "accept", Self.contract)
        try await carryAll()
    }

    /// Ada, Bob and Ada again sync.
    func syncAll() async throws {
        for person in [ada, bob, ada] { try await person.run("sync") }
    }

    /// A bundle from Ada to Bob, one back, and one more.
    func carryAll() async throws {
        try await carry(from: ada, to: bob)
        try await carry(from: bob, to: ada)
        try await carry(from: ada, to: bob)
    }

    @discardableResult
    func carry(from sender: Person, to receiver: Person) async throws -> BundleAnswer {
        let bundle = path("from-\(sender.name).bundle")
        try await sender.run("bundle", "write", bundle.path)
        return try await receiver.ask("bundle", "read", bundle.path)
    }

    /// Whether both sides hold the same changes and print the same contract.
    func difference() async throws -> String? {
        if try await ada.contractChanges() != bob.contractChanges() { return "the changes differ" }
        return try await ada.contractText() == bob.contractText() ? nil : "`contract show --json` differs"
    }
}
