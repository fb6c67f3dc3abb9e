import Canon
import Ledger
import Relay
import Store
import Support
import Sync
import Testing
import Transport

@Suite("Syncing through a relay", .timeLimit(.minutes(2)))
struct RelaySyncTests {
    @Test("what either party writes reaches the other")
    func bothWays() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (client, freelancer, space) = try await harness.contract(through: relay)
            try client.say("Can you start on Monday?", in: space)
            try freelancer.say("I am already at it.", in: space)
            try await client.sync(with: relay)
            try await freelancer.sync(with: relay)
            try await client.sync(with: relay)
            #expect(try Set(client.messages(in: space)) == ["Can you start on Monday?", "I am already at it."])
            #expect(try Set(freelancer.messages(in: space)) == Set(client.messages(in: space)))
            #expect(try client.tips(of: space) == freelancer.tips(of: space))
        }
    }

    @Test("a holder of an invite fetches the space and appends the join, and nobody else can")
    func invite() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let client = try harness.party("client")
            let freelancer = try harness.party("freelancer")
            let space = try client.found()
            let secret = try client.invite(to: space)
            try client.say("Welcome.", in: space)
            try await client.sync(with: relay)

            let without = try await freelancer.sync(with: relay)
            #expect(without.changesReceived == 0)
            let with = try await freelancer.sync(with: relay, proving: [try secret.signingKey()])
            #expect(with.changesReceived == 4)
            try freelancer.join(space, with: secret)
            #expect(try freelancer.messages(in: space) == ["Welcome."])

            let joined = try await freelancer.sync(with: relay)
            #expect(joined.refusedByPeer.isEmpty)
            try await client.sync(with: relay)
            let roster = try client.store.read { try client.store.view(of: space, $0).roster }
            #expect(roster.role(of: freelancer.device) == .freelancer)
        }
    }

    @Test("an invite whose time is over opens nothing")
    func expiredInvite() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let client = try harness.party("client")
            let late = try harness.party("late")
            let secret = try client.invite(to: try client.found(), expiry: now() - 1)
            try await client.sync(with: relay)
            let statistics = try await late.sync(with: relay, proving: [try secret.signingKey()])
            #expect(statistics.changesReceived == 0)
        }
    }

    @Test("a stranger gets nothing, is told of nothing, and its changes are refused")
    func stranger() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (client, _, space) = try await harness.contract(through: relay)
            let stranger = try harness.party("stranger")
            let frames = FrameRecorder()
            let statistics = try await stranger.sync(with: relay, tap: frames.tap)
            #expect(statistics.changesReceived == 0)
            #expect(frames.received.count > 0)
            #expect(!frames.received.contains { Search.contains(space.bytes, in: $0) })

            // Even with a copy of the whole space, as a thief may have it.
            try stranger.copy(space, from: client)
            try client.say("After the theft.", in: space)
            try await client.sync(with: relay)
            let refused = try await stranger.sync(with: relay)
            #expect(refused.refusedByPeer[space]?.hasPrefix("\(space) is not shared with \(stranger.device)") == true)
            #expect(refused.changesReceived == 0)
        }
    }

    @Test("a change that a stranger signs for a space is refused")
    func strangersChange() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (client, _, space) = try await harness.contract(through: relay)
            let stranger = try harness.party("stranger")
            let genesis = ChangeID(space.raw)
            let change = try Draft(
                space: space, parents: [genesis], membership: genesis, claimedTime: now(),
                operations: [ControlOperation.revokeInvite(genesis).operation]
            ).sealed(by: stranger.keys, salt: .zero).value
            let tip = Tip(device: stranger.device, seq: 0, id: change.id)
            let answers = try await stranger.exchange(
                with: relay, [.tips(space, [tip]), .changes(space, [change])],
                until: { if case .refused = $0 { true } else { false } })
            let isTold = answers.contains {
                if case .refused(space, let reason) = $0 { reason.contains("not a member") } else { false }
            }
            #expect(isTold)
            try await client.sync(with: relay)
            #expect(try !client.tips(of: space).contains(tip))
        }
    }

    @Test("a relay that lost its store is refilled by the next to sync, whoever it is", arguments: [true, false])
    func wipedRelay(isFirstClient: Bool) async throws {
        let harness = try RelayHarness()
        let (client, freelancer, space) = try await harness.run { relay in
            let contract = try await harness.contract(through: relay)
            try contract.client.say(String(repeating: "A long history. ", count: 1_000), in: contract.space)
            try await contract.client.sync(with: relay)
            try await contract.freelancer.sync(with: relay)
            return contract
        }
        try harness.directory.removeStore(RelayHarness.storeName)
        try await harness.run { relay in
            let (first, second) = isFirstClient ? (client, freelancer) : (freelancer, client)
            let all = try first.bodies(in: space).count
            let refill = try await first.sync(with: relay)
            #expect(refill.changesSent == all)
            #expect(refill.refusedByPeer.isEmpty)
            try first.say("The relay is back.", in: space)
            try await first.sync(with: relay)
            let caughtUp = try await second.sync(with: relay)
            #expect(caughtUp.changesReceived == 1)
            #expect(caughtUp.changesSent == 0)
            #expect(try second.messages(in: space).last == "The relay is back.")
        }
    }

    @Test("a member whose entry comes late in a long history refills a wiped relay too")
    func lateMember() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let client = try harness.party("client")
            let second = try harness.party("second", alsoOf: client)
            let space = try client.found()
            for page in 0..<4 { try client.say(String(repeating: "\(page)", count: 200_000), in: space) }
            try second.copy(space, from: client)
            try second.addThisDevice(to: space)
            let refill = try await second.sync(with: relay)
            #expect(refill.refusedByPeer.isEmpty)
            let caughtUp = try await client.sync(with: relay)
            #expect(caughtUp.changesReceived == 1)
            #expect(try client.tips(of: space) == second.tips(of: space))
        }
    }

    @Test("a second sync with nothing new is one round trip and transfers nothing")
    func nothingNew() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (client, freelancer, space) = try await harness.contract(through: relay)
            try client.say("News.", in: space)
            try await client.sync(with: relay)
            try await freelancer.sync(with: relay)
            for party in [client, freelancer] {
                let again = try await party.sync(with: relay)
                #expect(again.changesSent == 0 && again.changesReceived == 0 && again.changesKnown == 0)
                // None where the peer's word arrives before this side comes to wait for it.
                #expect(again.roundTrips <= 1)
                #expect(again.framesSent == 1 && again.framesReceived == 1)
            }
        }
    }

    @Test("nothing is sent that the other side has already")
    func noEcho() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (client, freelancer, space) = try await harness.contract(through: relay)
            for number in 0..<20 {
                let (writer, reader) = number.isMultiple(of: 2) ? (client, freelancer) : (freelancer, client)
                try writer.say("Number \(number).", in: space)
                let sent = try await writer.sync(with: relay)
                #expect(sent.changesSent == 1 && sent.changesKnown == 0)
                let received = try await reader.sync(with: relay)
                #expect(received.changesReceived == 1 && received.changesKnown == 0 && received.changesSent == 0)
            }
        }
    }

    @Test("a device that restarts from an empty store gets everything back from the relay by its person's key")
    func emptyClient() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (client, _, space) = try await harness.contract(through: relay)
            try client.say("Do not forget me.", in: space)
            try await client.sync(with: relay)
            let restored = try harness.party("restored", alsoOf: client)
            try await restored.sync(with: relay, proving: [client.person])
            #expect(try restored.tips(of: space) == client.tips(of: space))
            #expect(try restored.messages(in: space) == ["Do not forget me."])
        }
    }
}
