import Foundation
import Support
import Testing

@Suite("A lost device is made good by the recovery code", .enabled(if: SQLite.isInstalled))
struct RecoverTests {
    @Test("contract, messages and files come back by the code alone, and work goes on", .timeLimit(.minutes(5 * allowance)))
    func recovered() async throws {
        try await Scene.withRelay { scene, relay in
            let made: InitAnswer = try await scene.ada.ask("init", "--name", "Ada Freelancer", "--relay", relay.link)
            try await scene.bob.run("init", "--name", "Bob Client")
            try await scene.bob.run("relay", "add", relay.link)
            try await scene.join(try await scene.offerAndInvite())
            let content = Data((0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            try content.write(to: scene.path("layout.bin"))
            try await scene.ada.run("message", "send", Scene.contract, "Before the loss.")
            try await scene.bob.run("message", "send", Scene.contract, "An answer.")
            try await scene.ada.run("milestone", "submit", Scene.contract, "Design", "--file", scene.path("layout.bin").path)
            try await scene.syncAll()
            let before = try await scene.ada.contract()
            try FileManager.default.removeItem(at: scene.ada.home)

            let ada = Person("ada", in: scene.folder, home: "new-laptop")
            try await ada.run("recover", made.recoveryCode)
            let back = try await ada.contract()
            #expect(back.messages.map(\.id) == before.messages.map(\.id))
            #expect(back.messages.map(\.text) == before.messages.map(\.text))
            #expect(back.milestones.map(\.status) == before.milestones.map(\.status))
            #expect(back.terms.text == before.terms.text && back.status == "active")
            try await ada.run("file", "get", Scene.contract, "layout.bin", "--to", scene.path("got.bin").path)
            let got = try Data(contentsOf: scene.path("got.bin"))
            #expect(got == content)

            try await goOn(ada, scene)
        }
    }

    /// The new device writes, and the other side reads it.
    private func goOn(_ ada: Person, _ scene: Scene) async throws {
        let whoAmI: WhoAmIAnswer = try await ada.ask("whoami")
        #expect(whoAmI.name == "Ada Freelancer")
        try await ada.run("message", "send", Scene.contract, "Written on the new device.")
        try await scene.bob.run("milestone", "changes", Scene.contract, "Design", "--note", "A little more space.")
        let recovered = Scene(folder: scene.folder, ada: ada, bob: scene.bob)
        try await recovered.syncAll()
        let bob = try await scene.bob.contract()
        #expect(bob.messages.last?.text == "Written on the new device.")
        #expect(bob.milestones.first?.status == "changes")
        let difference = try await recovered.difference()
        #expect(difference == nil)
        for person in recovered.people {
            let report: DoctorAnswer = try await person.ask("doctor")
            #expect(report.isHealthy, "\(person.name): \(report)")
        }
    }
}
