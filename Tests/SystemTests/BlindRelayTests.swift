import Foundation
import Support
import Testing

@Suite("A relay carries what it cannot read", .enabled(if: SQLite.isInstalled))
struct BlindRelayTests {
    private static let operations = count("HANDSEL_OPERATIONS", standard: 60)

    /// Something that was typed, as it would stand in a file.
    private struct Pattern {
        let name: String
        let bytes: [UInt8]

        /// A text in each encoding in which a program may keep it.
        static func text(_ text: String) -> [Pattern] {
            [
                Pattern(name: text, bytes: Array(text.utf8)),
                Pattern(name: text + " in UTF-16LE", bytes: text.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }),
                Pattern(name: text + " in UTF-16BE", bytes: text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }),
            ]
        }

        /// An amount in minor units, which takes eight bytes in CBOR (RFC 8949, section 3.1).
        static func amount(_ text: String) -> [Pattern] {
            let minor = UInt64(text.filter { $0 != "." }) ?? 0
            let number = Pattern(name: text + " in CBOR", bytes: [0x1b] + withUnsafeBytes(of: minor.bigEndian, Array.init))
            return [number] + self.text(text) + self.text(String(minor))
        }

        func occurs(in data: Data) -> Bool { data.range(of: Data(bytes)) != nil }
    }

    @Test("nothing that was typed on either side is found in the relay's files or log", .timeLimit(.minutes(60)))
    func nothingFound() async throws {
        let seed = seed(51)
        try await Scene.withRelay { scene, relay in
            try await scene.agree(through: relay)
            var work = RandomWork(scene, operations: Self.operations, seed: seed)
            try await work.run(Self.operations) { try await scene.syncAll() }
            let marks = work.freelancer.words.marks + work.client.words.marks
            let held = try await Person.contractChanges(in: relay.store)
            #expect(
                try await held == scene.ada.contractChanges(), "seed \(seed): the relay does not have everything to look into")

            let texts = [Scene.contract, "Ada Freelancer", "Bob Client", "The freelancer hands in"]
            let fixed = texts.flatMap(Pattern.text) + Scene.milestones.flatMap { Pattern.text($0.0) + Pattern.amount($0.1) }
            let log = Data(await relay.log.utf8)
            #expect(Pattern(name: "its own words", bytes: Array("first frame".utf8)).occurs(in: log))
            let relayFiles = try files(in: scene.folder) { $0.hasPrefix("relay.") } + [("its log", log)]
            #expect(relayFiles.count >= 3)
            for pattern in fixed + marks.flatMap(Pattern.text) {
                for (name, data) in relayFiles {
                    #expect(!pattern.occurs(in: data), "seed \(seed): \(pattern.name) is in \(name)")
                }
            }
            for person in scene.people { try await checkSearch(in: person, marks: marks, seed: seed) }
            print("seed \(seed): \(marks.count) typed texts, none in \(relayFiles.map(\.0).joined(separator: ", "))")
        }
    }

    /// The same search finds everything in a replica that the contract shows there, so it would have found it elsewhere.
    private func checkSearch(in person: Person, marks: [String], seed: UInt64) async throws {
        let contract = try await person.contractText()
        let shown = marks.filter(contract.contains)
        #expect(shown.count > marks.count / 4)
        let files = try files(in: person.home) { $0.hasPrefix("replica.") }
        let patterns =
            (shown + [Scene.contract, "Ada Freelancer", "Bob Client"]).map { Pattern(name: $0, bytes: Array($0.utf8)) }
            + Scene.milestones.flatMap { Pattern.amount($0.1).prefix(1) }
        for pattern in patterns {
            #expect(
                files.contains { pattern.occurs(in: $0.1) }, "seed \(seed): \(pattern.name) is not in \(person.name)'s replica")
        }
    }

    private func files(in folder: URL, where isWanted: (String) -> Bool) throws -> [(String, Data)] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter(isWanted).sorted().map {
            ($0, try Data(contentsOf: folder.appendingPathComponent($0)))
        }
    }
}
