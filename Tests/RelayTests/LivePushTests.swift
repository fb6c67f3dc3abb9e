import Ledger
import Store
import Support
import Sync
import Testing
import Transport

@Suite("Live push", .timeLimit(.minutes(2)))
struct LivePushTests {
    @Test("while both stay connected, a change written on one side reaches the other, again and again")
    func push() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (client, freelancer, space) = try await harness.contract(through: relay)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for party in [client, freelancer] { group.addTask { try await party.sync(with: relay, mode: .live) } }
                for round in 0..<10 {
                    let (writer, reader) = round.isMultiple(of: 2) ? (client, freelancer) : (freelancer, client)
                    try writer.say("Round \(round)", in: space)
                    try await eventually { try reader.messages(in: space).last == "Round \(round)" }
                }
                group.cancelAll()
            }
            #expect(try client.tips(of: space) == freelancer.tips(of: space))
        }
    }

    @Test("more than one frame's worth of news is pushed whole")
    func manyAtOnce() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (client, freelancer, space) = try await harness.contract(through: relay)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for party in [client, freelancer] { group.addTask { try await party.sync(with: relay, mode: .live) } }
                try client.say("First.", in: space)
                try await eventually { try freelancer.messages(in: space) == ["First."] }
                let texts = (0..<12).map { "\($0)" + String(repeating: "x", count: 100_000) }
                try client.say(all: texts, in: space)
                try await eventually { try freelancer.messages(in: space).count == 13 }
                group.cancelAll()
            }
            #expect(try client.messages(in: space) == freelancer.messages(in: space))
        }
    }

    @Test("two sides that write at the same time come to the same")
    func bothWrite() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (client, freelancer, space) = try await harness.contract(through: relay)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for party in [client, freelancer] { group.addTask { try await party.sync(with: relay, mode: .live) } }
                try await withThrowingTaskGroup(of: Void.self) { writers in
                    for party in [client, freelancer] {
                        writers.addTask {
                            for number in 0..<50 {
                                try party.say("\(number)", in: space)
                                await Task.yield()
                            }
                        }
                    }
                    try await writers.waitForAll()
                }
                try await eventually {
                    try client.messages(in: space).count == 100 && freelancer.messages(in: space).count == 100
                }
                group.cancelAll()
            }
            #expect(try client.tips(of: space) == freelancer.tips(of: space))
        }
    }

    @Test("a space that is founded meanwhile reaches the person’s other devices, and nobody else")
    func newSpace() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (client, freelancer, _) = try await harness.contract(through: relay)
            let second = try harness.party("second", alsoOf: client)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await freelancer.sync(with: relay, mode: .live) }
                group.addTask { try await second.sync(with: relay, proving: [client.person], mode: .live) }
                group.addTask { try await client.sync(with: relay, mode: .live) }
                let other = try client.found()
                try await eventually { try !second.tips(of: other).isEmpty }
                #expect(try freelancer.tips(of: other).isEmpty)
                group.cancelAll()
            }
        }
    }
}
