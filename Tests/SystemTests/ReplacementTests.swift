import Foundation
import Support
import Testing

/// An agent and a mediator whom both parties replace, through a relay.
@Suite("Replacing an agent and a mediator", .enabled(if: SQLite.isInstalled))
struct ReplacementTests {
    private struct Viewed: Decodable {
        struct Party: Decodable {
            let person: String
            let name: String?
        }
        struct Viewer: Decodable { let role: String? }
        struct Held: Decodable { let reason: String }
        let agent: Party?
        let mediator: Party?
        let viewer: Viewer
        let heldBack: [Held]
    }

    private func view(_ person: Person) async throws -> Viewed { try await person.ask("contract", "show", Scene.contract) }

    /// Both parties agree on somebody else and let them in.
    private func replace(_ person: Person, as role: String, in stage: EscrowScene) async throws {
        let (ada, bob) = (stage.ada, stage.bob)
        let id = try await person.whoAmI().person
        let amended = try await bob.run("contract", "amend", Scene.contract, "--\(role)", id)
        #expect(amended.contains("Once it is accepted, who is the \(role) now signs nothing more."))
        try await stage.sync(bob, ada)
        try await ada.run("contract", "accept", Scene.contract)
        try await stage.sync(ada, bob)
        let invite: InviteAnswer = try await bob.ask("invite", Scene.contract, "--role", role)
        try await bob.run("sync")
        let joined = try await person.run("join", invite.link)
        #expect(joined.contains("You have asked to be let in."))
        try await stage.sync(ada, bob, person)
    }

    @Test(
        "the new ones act for both parties, and the old ones get nothing more, sign nothing and are told why",
        .timeLimit(.minutes(5 * allowance)))
    func replaced() async throws {
        try await EscrowScene.with { stage in
            let (ada, bob, eve, max) = (stage.ada, stage.bob, stage.eve, stage.max)
            let (eva, mia) = (Person("eva", in: stage.scene.folder), Person("mia", in: stage.scene.folder))
            for (person, name) in [(eva, "Eva Bank"), (mia, "Mia Arbiter")] { try await person.run("init", "--name", name) }
            try await stage.fund("Design", "500.00")
            let early = try await bob.attempt(["contract", "amend", Scene.contract, "--agent", try await eva.whoAmI().person])
            #expect(early.isRefusal && early.errors.contains("500.00 EUR is held, so the agent stays"), "\(early)")
            let taken = try await bob.attempt(["invite", Scene.contract, "--role", "agent"])
            #expect(taken.isRefusal && taken.errors.contains("agree on somebody else first"), "\(taken)")
            try await bob.run("milestone", "release", Scene.contract, "Design")
            try await stage.sync(bob, eve)
            try await eve.run("agent", "timeouts")
            try await stage.syncAll()

            try await replace(mia, as: "mediator", in: stage)
            try await replace(eva, as: "agent", in: stage)
            try await stage.sync(ada, bob, eva, mia)
            try await eva.run("agent", "timeouts")
            try await stage.sync(eva, mia, bob, ada)
            let (agent, mediator) = (try await eva.whoAmI().person, try await mia.whoAmI().person)
            for person in [ada, bob, eva, mia] {
                let seen = try await view(person)
                #expect(seen.agent?.person == agent && seen.agent?.name == "Eva Bank", "\(person.name)")
                #expect(seen.mediator?.person == mediator, "\(person.name)")
            }
            for party in [ada, bob] { #expect(try await view(party).heldBack.isEmpty, "\(party.name)") }
            #expect(try await view(mia).viewer.role == "mediator")
            #expect(try await view(eva).viewer.role == "agent")

            // The new agent holds the next deposit, and owes nobody what went through other hands.
            try await bob.run("milestone", "fund", Scene.contract, "Build")
            try await stage.sync(bob, eva)
            try await eva.run("agent", "confirm", Scene.contract, "Build", "--total", "900.00")
            let books = try await eva.run("agent", "reconcile")
            #expect(books.contains("900.00 EUR") && !books.contains("500.00 EUR"), "\(books)")
            let had = try await (eve.contractChanges().count, max.contractChanges().count)
            try await stage.sync(eva, bob, ada, mia, eve, max, bob)
            #expect(try await stage.milestone(2, to: mia).escrow.held.minor == 90_000)
            #expect(try await (eve.contractChanges().count, max.contractChanges().count) == had)
            let stale = try await eve.attempt(["agent", "confirm", Scene.contract, "Build", "--total", "900.00"])
            #expect(stale.isRefusal, "\(stale)")

            // Even with all changes in hand they read nothing of it, and what they are told is why.
            for person in [eve, max] {
                _ = try await stage.scene.carry(from: bob, to: person)
                #expect(try await stage.milestone(2, to: person).escrow.held.minor == 0, "\(person.name)")
                let seen = try await view(person)
                #expect(seen.viewer.role == (person.name == eve.name ? "former agent" : "former mediator"))
                #expect(seen.heldBack.contains { $0.reason.contains("holds no key") }, "\(person.name)")
            }
            let told = try await eve.attempt(["agent", "confirm", Scene.contract, "Build", "--total", "900.00"])
            #expect(told.isRefusal && told.errors.contains("You were replaced as the agent of this contract"), "\(told)")
            let ruled = try await max.attempt([
                "agent", "rule", Scene.contract, "Build", "--freelancer", "450.00", "--note", "Half.",
            ])
            #expect(ruled.isRefusal && ruled.errors.contains("You were replaced as the mediator of this contract"), "\(ruled)")
            #expect(try await eve.run("agent", "inbox").contains("Build") == false)
            let exported = stage.scene.path("export").path
            try await bob.run("export", Scene.contract, "--to", exported)
            try await bob.run("verify", exported)
        }
    }
}
