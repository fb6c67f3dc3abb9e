import Canon
import Foundation
import Ledger
import LedgerSupport
import Support
import Sync
import Testing
import Transport

@testable import HandselKit

/// What strangers, and the other party of a contract, may do to somebody's running node.
@Suite("A node is attacked", .enabled(if: SQLite.isInstalled), .timeLimit(.minutes(10)))
struct HostileNodeTests {
    private static let trap = "Trap"

    /// Bob's node, on which Ada syncs a contract, and Mallory another one.
    private struct Besieged {
        let bob: Person
        let siege: Siege
        let address: DeviceAddress
        let mallory: Member

        static func with(isInviting: Bool, _ body: (Besieged) async throws -> Void) async throws {
            try await Scene.with { scene in
                try await scene.agreeByBundles()
                let mallory = try await scene.trap()
                if isInviting { try await scene.bob.run("invite", Scene.contract, "--role", "mediator") }
                let node = try await NodeProcess(of: scene.bob)
                do {
                    try await scene.ada.run("peer", "add", node.link)
                    let siege = Siege(server: ServerProcess(name: "node", job: node.job)) { try await scene.passToBob() }
                    let address = try DeviceAddress(parsing: node.link, as: .peer)
                    try await body(Besieged(bob: scene.bob, siege: siege, address: address, mallory: mallory))
                    try await node.stop()
                } catch {
                    node.job.kill()
                    throw error
                }
                let doctor: DoctorAnswer = try await scene.bob.ask("doctor")
                #expect(doctor.isHealthy, "\(doctor.damaged)")
            }
        }
    }

    @Test("strangers are turned away before they say a word")
    func strangers() async throws {
        var generator = SeededGenerator(seed: 6)
        try await Besieged.with(isInviting: false) { besieged in
            let stranger = try Attacker.stranger(to: besieged.address, using: &generator)
            try await besieged.siege.withstands("handshakes of strangers") { others in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<Attacker.connections {
                        group.addTask {
                            while !Task.isCancelled {
                                let frame = try? await stranger.connect { try await $0.frames.first { _ in true } }
                                #expect(frame == nil)
                            }
                        }
                    }
                    try await others()
                    group.cancelAll()
                }
            }
        }
    }

    @Test("a contract's other party gets nowhere with what its key can sign")
    func otherParty() async throws {
        var generator = SeededGenerator(seed: 7)
        try await Besieged.with(isInviting: false) { besieged in
            let mallory = besieged.mallory
            let attacker = try mallory.attacker(against: besieged.address)
            let ids = (0..<LedgerLimits.receipt).map { _ in ChangeID(.random(using: &generator)) }
            let receipt = try Receipt(by: mallory.keys.signing, incarnation: .zero, time: 0, changes: ids)
            try await besieged.siege.withstands("forged receipts") { others in
                try await attacker.tell([.receipt(receipt)])
                try await others()
                #expect(try await SQLite.number(besieged.bob.replica, "SELECT count(*) FROM receipt") == 0)
            }
            for (history, _) in try LaboriousHistory.all(by: { _ in mallory }, using: &generator) {
                try await besieged.siege.withstands(history.name) { others in
                    async let pushing: [Frame] = attacker.push(history.changes, to: mallory.space)
                    try await others()
                    let reason = Attacker.refusal(in: try await pushing)
                    #expect(reason?.contains(history.refusal) ?? history.refusal.isEmpty, "\(history.name): \(reason ?? "taken")")
                }
            }
        }
    }
}

extension Scene {
    /// Bob makes a contract with Mallory too; returns Mallory's key with what she may sign with it.
    fileprivate func trap() async throws -> Member {
        let mallory = Person("mallory", in: folder)
        let trap = "Trap"
        try await mallory.run("init", "--name", "Mallory")
        try await bob.run(
            "contract", "offer", "--fixed", "--title", trap, "--currency", "EUR", "--milestone", "All:1.00:2026-12-15",
            "--terms", path("terms.txt").path)
        let invite: InviteAnswer = try await bob.ask("invite", trap, "--role", "freelancer")
        try await mallory.run("join", invite.link)
        for _ in 0..<2 {
            try await carry(from: bob, to: mallory)
            try await carry(from: mallory, to: bob)
        }
        let bundle = try await find(bundleOf: bob, "--space", trap)
        guard let id = bundle.spaceIDs.last else { throw Unexpected("the bundle holds no space") }
        var space = MemorySpace(id)
        for change in bundle.changes(of: id) { try space.take(change) }
        let keys = try Home(mallory.home.path).deviceKeys { throw Unexpected("the key is sealed") }.keys
        var generator = SeededGenerator(seed: 8)
        return try Member(keys, in: space, using: &generator)
    }

    /// Ada says something, and Bob's running node gets it.
    fileprivate func passToBob() async throws {
        try await ada.run("message", "send", Self.contract, "message \(UUID().uuidString)")
        try await ada.run("sync")
        let lost = try await Set(ada.contractChanges()).subtracting(bob.contractChanges())
        guard lost.isEmpty else { throw Unexpected("Bob has not got \(lost)") }
    }
}
