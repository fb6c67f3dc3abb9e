import Canon
import Crypto
import Ledger
import Relay
import Store
import Sync
import Testing
import Transport

/// A relay sees who talks to whom, when and how much; these tests look for what it must not see.
@Suite("A relay is blind", .timeLimit(.minutes(2)))
struct BlindnessTests {
    /// What two parties agree on, as it stands in bodies: nothing of it may be found anywhere at the relay.
    private static let secrets: [(name: String, bytes: [UInt8])] = [
        ("message", Array("The lighthouse keeper pays on Thursdays.".utf8)),
        ("title", Array("Restoration of the eastern pier".utf8)),
        ("memo", Array("measured the third gangway twice".utf8)),
        ("file name", Array("soundings-of-the-harbour.pdf".utf8)),
        ("amount", CBORWriter.encode { $0.integer(987_654_321_012_345) }),
        ("file", Array("depth in fathoms at low water".utf8)),
    ]

    @Test("neither its file, nor its log, nor its key, nor any frame holds what the parties sealed")
    func blind() async throws {
        var harness = try RelayHarness()
        let frames = FrameRecorder()
        harness.tap = frames.tap
        let opened = try await harness.run { [harness] relay in
            let (client, freelancer, space) = try await harness.contract(through: relay)
            try await Self.agree(client, freelancer, space, relay)
            // What the relay keeps of a space has to be in its file or its log while it runs, and in frames at all times.
            try Self.search(harness, frames)
            return try freelancer.bodies(in: space).map(\.plaintext)
        }
        try Self.search(harness, frames)
        for secret in Self.secrets where secret.name != "file" {
            #expect(opened.contains { Search.contains(secret.bytes, in: $0) }, "\(secret.name) was never written")
        }
    }

    private static func agree(_ client: Party, _ freelancer: Party, _ space: SpaceID, _ relay: DeviceAddress) async throws {
        func text(_ name: String) -> [UInt8] { secrets.first { $0.name == name }?.bytes ?? [] }
        func operation(_ kind: String, _ payload: [UInt8]) -> Operation {
            Operation(kind) {
                $0.array(1)
                $0.text(String(decoding: payload, as: UTF8.self))
            }
        }
        let file = try ChaChaPoly.seal(text("file"), using: SymmetricKey(size: .bits256)).combined
        var chunks = [Array(file)][...]
        let blob = try client.store.addBlob { chunks.popFirst() }
        let amount = Operation("milestone.offer") {
            $0.array(1)
            $0.raw(text("amount"))
        }
        try client.write(.parties, [operation("terms.title", text("title"))], in: space)
        try client.write(.money, [amount], in: space)
        try client.write(
            .parties, [operation("message.send", text("message")), operation("file.name", text("file name"))],
            in: space, blobs: [blob])
        try await client.sync(with: relay)
        try await freelancer.sync(with: relay)
        try freelancer.write(.parties, [operation("diary.memo", text("memo"))], in: space)
        try await freelancer.sync(with: relay)
        try await client.sync(with: relay)
        #expect(try freelancer.completeBlobs(in: space) == [blob])
    }

    private static func search(_ harness: RelayHarness, _ frames: FrameRecorder) throws {
        var places = try harness.directory.files(beginningWith: RelayHarness.storeName)
        places["log"] = Array(harness.log.lines.joined(separator: "\n").utf8)
        places["frames"] = frames.all.flatMap { $0 }
        for (place, bytes) in places {
            for secret in secrets { #expect(!Search.contains(secret.bytes, in: bytes), "\(secret.name) is in \(place)") }
        }
        // The same search finds what is no secret, so it would find the rest.
        let stored = places.filter { $0.key.hasPrefix(RelayHarness.storeName) }.values
        #expect(stored.contains { Search.contains(Array("space.create".utf8), in: $0) })
        #expect(Search.contains(Array("space.create".utf8), in: places["frames"] ?? []))
        #expect(Search.contains(Array("first frame".utf8), in: places["log"] ?? []))
    }
}
