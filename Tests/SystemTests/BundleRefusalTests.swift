import Foundation
import Support
import Testing

@Suite("A damaged bundle is refused whole, in one sentence, and the replica stays as it was", .enabled(if: SQLite.isInstalled))
struct BundleRefusalTests {
    /// What one way of harming a bundle gives.
    private struct Harmed {
        let name: String
        let bytes: [UInt8]
    }

    @Test("a bundle that was cut off is refused", .timeLimit(.minutes(10)))
    func truncated() async throws { try await check(seed: seed(31), Self.truncated) }

    @Test("a bundle in which one bit of a change was turned over is refused", .timeLimit(.minutes(10)))
    func flipped() async throws { try await check(seed: seed(33), Self.flipped) }

    @Test("a bundle in which one bit of an attachment was turned over is refused", .timeLimit(.minutes(10)))
    func flippedAttachment() async throws { try await check(seed: seed(34), Self.flippedAttachment) }

    private func check(seed: UInt64, _ harm: (BundleFile, inout SeededGenerator) -> [Harmed]) async throws {
        var generator = SeededGenerator(seed: seed)
        try await withBundle { scene, bundle in
            let before = try await state(of: scene.bob)
            for harmed in harm(bundle, &generator) {
                let file = scene.path("harmed.bundle")
                try Data(harmed.bytes).write(to: file)
                let outcome = try await scene.bob.attempt(["bundle", "read", file.path])
                #expect(outcome.end == .exited(3) && outcome.isOneSentence, "seed \(seed), \(harmed.name): \(outcome)")
                let isUntouched = try await state(of: scene.bob) == before
                try #require(isUntouched, "seed \(seed), \(harmed.name): the replica was changed by what was refused")
            }
            try await checkTaken(bundle.bytes, by: scene)
        }
    }

    @Test("a damaged signature that a later one covers does no harm", .timeLimit(.minutes(10)))
    func covered() async throws {
        var generator = SeededGenerator(seed: seed(32))
        try await withBundle { scene, bundle in
            let covered = bundle.signatures.filter(\.isCovered)
            try #require(covered.count > 3)
            var bytes = bundle.bytes
            for signature in covered { bytes[generator.pick(signature.place)] ^= 1 }
            try await checkTaken(bytes, by: scene)
        }
    }

    /// Runs `body` where Ada has news for Bob, and a bundle with all of hers.
    private func withBundle(_ body: (Scene, BundleFile) async throws -> Void) async throws {
        try await Scene.with { scene in
            try await scene.agreeByBundles()
            for number in 1...5 { try await scene.ada.run("message", "send", Scene.contract, "News, part \(number).") }
            try await scene.ada.run(
                "diary", "add", Scene.contract, "--from", "2026-12-01T09:00Z", "--slots", "6", "--memo", "More of it")
            try Data(repeating: 7, count: 300_000).write(to: scene.path("sketch.bin"))
            try await scene.ada.run("file", "put", Scene.contract, scene.path("sketch.bin").path)
            let file = scene.path("good.bundle")
            try await scene.ada.run("bundle", "write", file.path, "--space", Scene.contract)
            try await body(scene, try await BundleFile(file, writtenFrom: scene.ada.replica))
        }
    }

    /// Everything in the replica's file, as text.
    private func state(of person: Person) async throws -> [String] { try await SQLite.query(person.replica, ".dump") }

    private func checkTaken(_ bytes: [UInt8], by scene: Scene) async throws {
        let file = scene.path("taken.bundle")
        try Data(bytes).write(to: file)
        let report: BundleAnswer = try await scene.bob.ask("bundle", "read", file.path)
        #expect(report.changes > 0)
        let difference = try await scene.difference()
        #expect(difference == nil)
        for person in scene.people {
            let health: DoctorAnswer = try await person.ask("doctor")
            #expect(health.isHealthy, "\(person.name): \(health)")
        }
    }

    private static func truncated(_ bundle: BundleFile, _ generator: inout SeededGenerator) -> [Harmed] {
        let places = [0, 1, 16, 17, 19, 21, bundle.bytes.count - 1, bundle.bytes.count - 4]
        let random = (0..<12).map { _ in generator.pick(22..<bundle.bytes.count) }
        return (places + random).map { Harmed(name: "cut off after \($0) bytes", bytes: Array(bundle.bytes[..<$0])) }
    }

    private static func flipped(_ bundle: BundleFile, _ generator: inout SeededGenerator) -> [Harmed] {
        let lastSignatures = bundle.signatures.filter { !$0.isCovered }.map(\.place)
        return flips("a header", 12, bundle.headers, bundle, &generator)
            + flips("a body", 12, bundle.bodies, bundle, &generator)
            + flips("the space's id", 2, bundle.ids, bundle, &generator)
            + flips("a last signature", 4, lastSignatures, bundle, &generator)
            + flips("the first line", 2, [0..<16], bundle, &generator)
    }

    private static func flippedAttachment(_ bundle: BundleFile, _ generator: inout SeededGenerator) -> [Harmed] {
        let end = bundle.bodies.map(\.upperBound).max() ?? 0
        return flips("the attachment", 6, [end..<bundle.bytes.count], bundle, &generator)
    }

    private static func flips(
        _ name: String, _ times: Int, _ places: [Range<Int>], _ bundle: BundleFile, _ generator: inout SeededGenerator
    ) -> [Harmed] {
        (0..<times).map { _ in
            let place = generator.pick(places)
            return Harmed(name: "\(name) at \(place)", bytes: bundle.flipped(in: place, using: &generator))
        }
    }
}
