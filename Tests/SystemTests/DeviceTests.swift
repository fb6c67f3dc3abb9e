import Foundation
import Support
import Testing

/// One person's several devices: added by a code, removed, stolen, copied.
@Suite("Several devices of one person", .enabled(if: SQLite.isInstalled))
struct DeviceTests {
    @Test(
        "a second device comes in by a code, reads everything, writes, and the code works once",
        .timeLimit(.minutes(3 * allowance)))
    func added() async throws {
        try await Scene.withRelay { scene, relay in
            try await scene.agree(through: relay)
            try await scene.bob.run("message", "send", Scene.contract, "For all of Ada's devices.")
            try await scene.syncAll()
            let phone = Person("ada-phone", in: scene.folder)
            let code = try await scene.addDevice(phone)
            #expect(try await phone.contractText() == scene.ada.contractText())
            try await phone.run("message", "send", Scene.contract, "From my phone.")
            try await scene.sync(phone, scene.bob, scene.ada)
            let heard = try await scene.bob.run("message", "list", Scene.contract)
            #expect(heard.contains("From my phone.") && heard.contains("For all of Ada's devices."))
            let again = try await Person("other", in: scene.folder).attempt(["device", "accept", code])
            #expect(again.isRefusal && again.errors.contains("was used, taken back"), "\(again)")
            #expect(try await scene.statuses(of: scene.ada) == ["active", "removed", "this"])
            try await scene.ada.run("milestone", "submit", Scene.contract, "Design", "--note", "Done.")
            try await scene.sync(scene.ada, phone)
            #expect(try await phone.contractText() == scene.ada.contractText())
        }
    }

    @Test(
        "a device stolen while it is offline and writing: in whatever order all come back, the same counts everywhere",
        .timeLimit(.minutes(5 * allowance)), arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [2, 3, 0, 1], [1, 3, 2, 0]])
    func stolen(order: [Int]) async throws {
        try await Scene.withRelay { scene, relay in
            try await scene.agree(through: relay)
            let phone = Person("ada-phone", in: scene.folder)
            try await scene.addDevice(phone)
            try await scene.sync(scene.ada, scene.bob, phone)
            try await phone.run("message", "send", Scene.contract, "Known to all.")
            try await scene.sync(phone, scene.ada, scene.bob)
            // The phone is stolen. Bob takes a bundle of its changes and answers; Ada, who has not seen them, removes it.
            try await phone.run("message", "send", Scene.contract, "Bob had this.")
            try await scene.carry(from: phone, to: scene.bob)
            try await scene.bob.run("message", "send", Scene.contract, "An answer.")
            try await scene.ada.run("device", "revoke", try await phone.whoAmI().device)
            try await phone.run("message", "send", Scene.contract, "Nobody knew of this.")
            try await phone.run("milestone", "submit", Scene.contract, "Design", "--note", "Not by me.")
            let bundle = scene.path("thief.bundle").path
            try await phone.run("bundle", "write", bundle)

            let steps: [() async throws -> Void] = [
                { _ = try await scene.ada.attempt(["sync"]) }, { _ = try await scene.bob.attempt(["sync"]) },
                { _ = try await scene.ada.attempt(["bundle", "read", bundle]) },
                { _ = try await scene.bob.attempt(["bundle", "read", bundle]) },
            ]
            for step in order { try await steps[step]() }
            for _ in 0..<2 { try await scene.sync(scene.ada, scene.bob) }
            for person in [scene.ada, scene.bob] {
                let said = try await person.run("message", "list", Scene.contract)
                #expect(said.contains("Known to all.") && said.contains("Bob had this."), "\(person.name) \(order)")
                #expect(!said.contains("Nobody knew of this."), "\(person.name) \(order)")
            }
            #expect(try await scene.difference() == nil, "\(order)")
            let refused = try await phone.attempt(["sync"])
            #expect(refused.end != .exited(0), "\(refused)")
            // What is written from now on has new keys, of which the phone has none.
            try await scene.bob.run("message", "send", Scene.contract, "Without the thief.")
            try await scene.sync(scene.bob, scene.ada)
            try await scene.carry(from: scene.bob, to: phone)
            #expect(try await !phone.run("message", "list", Scene.contract).contains("Without the thief."))
            #expect(try await scene.ada.run("message", "list", Scene.contract).contains("Without the thief."))
        }
    }

    @Test("two that remove each other are both out, and the recovery code decides", .timeLimit(.minutes(3 * allowance)))
    func mutual() async throws {
        try await Scene.withRelay { scene, relay in
            let made: InitAnswer = try await scene.ada.ask("init", "--name", "Ada Freelancer", "--relay", relay.link)
            try await scene.bob.run("init", "--name", "Bob Client")
            try await scene.bob.run("relay", "add", relay.link)
            try await scene.join(try await scene.offerAndInvite())
            let phone = Person("ada-phone", in: scene.folder)
            try await scene.addDevice(phone)
            try await scene.sync(scene.ada, phone, scene.bob)
            try await scene.ada.run("device", "revoke", try await phone.whoAmI().device)
            try await phone.run("device", "revoke", try await scene.ada.whoAmI().device)
            try await scene.carry(from: phone, to: scene.bob)
            try await scene.carry(from: scene.ada, to: scene.bob)
            try await scene.sync(scene.bob)
            for device in [scene.ada, phone] {
                let refused = try await device.attempt(["sync"])
                #expect(refused.end != .exited(0), "\(device.name): \(refused)")
            }
            let saved = Person("ada-saved", in: scene.folder)
            try await saved.run("recover", made.recoveryCode)
            try await saved.run("message", "send", Scene.contract, "It is me.")
            try await scene.sync(saved, scene.bob)
            #expect(try await scene.bob.run("message", "list", Scene.contract).contains("It is me."))
        }
    }
}

extension Scene {
    /// Ada's new device comes in by a code; returns it.
    @discardableResult
    func addDevice(_ device: Person) async throws -> String {
        let answer: CodeAnswer = try await ada.ask("device", "add")
        try await ada.run("sync")
        try await device.run("device", "accept", answer.code)
        try await sync(ada)
        return answer.code
    }

    func sync(_ people: Person...) async throws {
        for person in people { try await person.run("sync") }
    }

    /// What becomes of Ada's devices, sorted.
    func statuses(of person: Person) async throws -> [String] {
        let answer: DevicesAnswer = try await person.ask("device", "list")
        return answer.devices.map(\.status).sorted()
    }
}

extension Person {
    func whoAmI() async throws -> WhoAmIAnswer { try await ask("whoami") }
}

private struct CodeAnswer: Decodable {
    let code: String
}

private struct DevicesAnswer: Decodable {
    struct Device: Decodable {
        let status: String
    }

    let devices: [Device]
}
