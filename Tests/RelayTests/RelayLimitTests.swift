import Canon
import Ledger
import Relay
import Store
import Sync
import Testing
import Transport

@Suite("Limits of a relay", .timeLimit(.minutes(2)))
struct RelayLimitTests {
    @Test("a space that is too large is refused with a sentence, and the others are synced all the same")
    func bytesPerSpace() async throws {
        var harness = try RelayHarness()
        harness.limits.bytesPerSpace = 400_000
        try await harness.run { [harness] relay in
            let client = try harness.party("client")
            let large = try client.found()
            for page in 0..<5 { try client.say(String(repeating: "\(page)", count: 100_000), in: large) }
            let small = try client.found()
            try client.say("Short.", in: small)
            let statistics = try await client.sync(with: relay)
            #expect(statistics.refusedByPeer.keys.sorted() == [large])
            #expect(statistics.refusedByPeer[large]?.contains("more than the 400000 bytes") == true)
            let restored = try harness.party("restored", alsoOf: client)
            try await restored.sync(with: relay, proving: [client.person])
            #expect(try restored.tips(of: small) == client.tips(of: small))
        }
        #expect(harness.log.lines.contains { $0.contains("space refused") && $0.contains("400000 bytes") })
    }

    @Test("a device that keeps too many spaces is told so")
    func spacesPerDevice() async throws {
        var harness = try RelayHarness()
        harness.limits.spacesPerDevice = 3
        try await harness.run { [harness] relay in
            let client = try harness.party("client")
            for _ in 0..<4 { _ = try client.found() }
            let statistics = try await client.sync(with: relay)
            #expect(statistics.refusedByPeer.count == 1)
            #expect(statistics.refusedByPeer.values.first?.contains("already keeps 3 spaces") == true)
            let other = try harness.party("other")
            _ = try other.found()
            #expect(try await other.sync(with: relay).refusedByPeer.isEmpty)
        }
    }

    @Test("spaces that none of their members has sent are kept up to a number, and then refused with a sentence")
    func unvouchedSpaces() async throws {
        var harness = try RelayHarness()
        harness.limits.unvouchedSpaces = 3
        try await harness.run { [harness] relay in
            let client = try harness.party("client")
            let finder = try harness.party("finder")
            for _ in 0..<4 { try finder.copy(try client.found(), from: client) }
            let statistics = try await finder.sync(with: relay)
            #expect(statistics.refusedByPeer.count == 4)
            #expect(statistics.refusedByPeer.values.count { $0.contains("keeps no more such spaces") } == 1)
            #expect(try await client.sync(with: relay).refusedByPeer.isEmpty)
        }
    }

    @Test("what was refused is offered again in the next session")
    func offeredAgain() async throws {
        var harness = try RelayHarness()
        harness.limits.bytesPerSpace = 10_000
        let (client, space) = try await harness.run { [harness] relay in
            let client = try harness.party("client")
            let space = try client.found()
            try client.say(String(repeating: "x", count: 20_000), in: space)
            #expect(try await client.sync(with: relay).refusedByPeer.count == 1)
            return (client, space)
        }
        harness.limits.bytesPerSpace = 1_000_000
        try await harness.run { relay in
            let statistics = try await client.sync(with: relay)
            #expect(try statistics.changesSent == client.bodies(in: space).count)
            #expect(statistics.refusedByPeer.isEmpty)
        }
    }
}
