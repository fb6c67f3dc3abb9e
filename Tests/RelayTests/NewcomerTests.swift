import Canon
import Ledger
import Relay
import Store
import Support
import Sync
import Testing
import Transport

/// Whom a stolen founding device lets in while another of its person's removes it.
@Suite("Newcomers let in by a stolen device", .timeLimit(.minutes(2)))
struct NewcomerTests {
    @Test("a relay hands them nothing, unless the other party had acknowledged that they were in", arguments: [false, true])
    func withheld(isAcknowledged: Bool) async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (desk, freelancer, space) = try await harness.contract(through: relay)
            try desk.write(.control, [try accepting(desk.joins(in: space)[0])], in: space)
            let phone = try harness.party("phone", alsoOf: desk)
            try desk.write(.control, [ControlOperation.addDevice(phone.certificate).operation], in: space)
            try await desk.sync(with: relay)
            let agent = try harness.party("agent")
            let secret = try desk.invite(to: space, as: .agent)
            try await desk.sync(with: relay)
            try await agent.sync(with: relay, proving: [try secret.signingKey()])
            try agent.join(space, with: secret)
            try await agent.sync(with: relay, proving: [try secret.signingKey()])
            for party in [freelancer, phone, desk] { try await party.sync(with: relay) }
            try freelancer.write(.control, [try accepting(freelancer.joins(in: space)[1])], in: space)
            try await freelancer.sync(with: relay)
            try await desk.sync(with: relay)
            // What an applicant may fetch ends with the invite; what a member may, does not.
            let accomplice = try harness.party("accomplice", alsoOf: desk)
            try desk.write(.control, [ControlOperation.addDevice(accomplice.certificate).operation], in: space)
            try desk.write(.control, [try accepting(desk.joins(in: space)[1])], in: space)
            try await desk.sync(with: relay)
            if isAcknowledged {
                try await freelancer.sync(with: relay)
                try freelancer.say("Welcome, both.", in: space)
            }
            try phone.write(.control, [ControlOperation.removeDevice(desk.device).operation], in: space)
            for party in [phone, freelancer] { try await party.sync(with: relay) }
            try phone.say("Between us.", in: space)
            for party in [phone, freelancer] { try await party.sync(with: relay) }

            let received = try await accomplice.sync(with: relay).changesReceived
            #expect((received > 0) == isAcknowledged, "\(received)")
            #expect(try await agent.sync(with: relay).changesReceived > 0, "whom the other party agreed to waits, and fetches")
            let roster = try freelancer.store.read { try freelancer.store.view(of: space, $0).roster }
            #expect((roster.person(in: .agent) != nil) == isAcknowledged)
            #expect((roster.person(of: accomplice.device) != nil) == isAcknowledged)
            // Another replica hands out by the same rule.
            let readers = roster.readers
            #expect((readers[accomplice.device.raw] != nil) == isAcknowledged)
            #expect(readers[desk.device.raw] == nil && readers[phone.device.raw] != nil)
        }
    }

    private func accepting(_ join: ChangeID) throws -> Operation { ControlOperation.accept(join: join).operation }
}

extension Party {
    fileprivate func joins(in space: SpaceID) throws -> [ChangeID] {
        try store.read { try store.view(of: space, $0).roster.joins.map(\.id) }
    }
}
