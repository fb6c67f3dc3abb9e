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

    @Test("a bundle that was cut off, or in which one bit was turned over, is refused", .timeLimit(.minutes(10)))
    func damaged() async throws {
        var generator = SeededGenerator(seed: seed(31))
        try await withBundle { scene, bundle in
            let before = try await state(of: scene.bob)
            for harmed in Self.truncated(bundle, &generator) + Self.flipped(bundle, &generator) {
                let file = scene.path("harmed.bundle")
                try Data(harmed.bytes).write(to: file)
                let outcome = try await scene.bob.attempt(["bundle", "read", file.path])
                #expect(outcome.end == .exited(3) && outcome.isOneSentence, "\(harmed.name): \(outcome)")
                let after = try await state(of: scene.bob)
                #expect(after == before, "\(harmed.name): the replica was changed")
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
        var harmed: [Harmed] = []
        func flip(_ name: String, _ places: [Range<Int>], times: Int) {
            for _ in 0..<times {
                let place = generator.pick(places)
                harmed.append(Harmed(name: "\(name) at \(place)", bytes: bundle.flipped(in: place, using: &generator)))
            }
        }
        flip("a header", bundle.headers, times: 12)
        flip("a body", bundle.bodies, times: 12)
        flip("the space's id", bundle.ids, times: 2)
        flip("a last signature", bundle.signatures.filter { !$0.isCovered }.map(\.place), times: 4)
        flip("the first line", [0..<16], times: 2)
        // What follows the last change is the attachment.
        flip("the attachment", [(bundle.bodies.map(\.upperBound).max() ?? 0)..<bundle.bytes.count], times: 6)
        return harmed
    }
}
