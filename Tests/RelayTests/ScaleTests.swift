import Ledger
import Relay
import Store
import Sync
import Testing
import Transport

@Suite("Many changes through a relay", .timeLimit(.minutes(5)))
struct ScaleTests {
    @Test("10,000 changes go up and down in frames of bounded size, and a second sync sends none again")
    func tenThousand() async throws {
        let count = 10_000
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (client, freelancer, space) = try await harness.contract(through: relay)
            let clock = ContinuousClock()
            let written = try clock.measure { try client.say(all: (0..<count).map { "message number \($0)" }, in: space) }
            let frames = FrameRecorder()
            let start = clock.now
            let up = try await client.sync(with: relay, tap: frames.tap)
            let middle = clock.now
            let down = try await freelancer.sync(with: relay, tap: frames.tap)
            print("measured: \(count) changes written in \(written), up \(middle - start), down \(clock.now - middle)")
            #expect(up.changesSent == count && down.changesReceived == count)
            #expect(up.changesKnown == 0 && down.changesKnown == 0)
            let largest = frames.all.map(\.count).max() ?? 0
            #expect(largest <= SyncLimits.fullFrame + 16 * 1_024)
            #expect(try client.tips(of: space) == freelancer.tips(of: space))
            let again = try await client.sync(with: relay)
            // A relay that is cut off before it reads the last word of a session compares the spaces once more.
            #expect((1...2).contains(again.roundTrips) && again.changesSent == 0)
        }
    }
}
