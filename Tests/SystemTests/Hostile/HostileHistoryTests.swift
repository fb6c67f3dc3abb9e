import Foundation
import Ledger
import Support
import Sync
import Testing
import Transport

/// What a stranger may do with changes that somebody else has signed.
@Suite("A stranger misuses what others signed", .enabled(if: SQLite.isInstalled), .timeLimit(.minutes(10)))
struct HostileHistoryTests {
    @Test("what is replayed, put elsewhere or kept back gets nobody anywhere")
    func misplaced() async throws {
        var generator = SeededGenerator(seed: 9)
        try await BesiegedRelay.with { besieged in
            let siege = besieged.siege
            let bundle = try await besieged.scene.find(bundleOf: besieged.scene.ada, "--space", Scene.contract)
            let space = try #require(bundle.spaceIDs.last)
            let changes = bundle.changes(of: space).map(\.value)
            let own = try Member.founding(using: &generator)
            let stranger = try own.attacker(against: besieged.address)
            let spaces = try await besieged.number("SELECT count(*) FROM space")
            let tip = Tip(device: own.keys.device, seq: 0, id: try #require(own.genesis.first).id)

            try await siege.withstands("a replay of what somebody found") { others in
                let reason = Attacker.refusal(in: try await stranger.push(changes, to: space))
                #expect(reason?.contains("is not shared with") == true, "\(reason ?? "taken")")
                try await others()
            }
            try await siege.withstands("a graft into another space") { others in
                let graft = [Frame.tips(own.space, [tip]), .changes(own.space, own.genesis + changes)]
                let reason = Attacker.refusal(in: try await stranger.tell(graft))
                #expect(reason?.contains("holds a change of another") == true, "\(reason ?? "taken")")
                try await others()
            }
            try await siege.withstands("a change of one's own in the space of others") { others in
                var pen = Pen(own.keys, after: try #require(changes.first), seed: 1)
                let reason = Attacker.refusal(in: try await stranger.push([try pen.write()], to: space))
                #expect(reason?.contains("not a member") == true, "\(reason ?? "taken")")
                try await others()
            }
            try await siege.withstands("changes that are announced and kept back") { others in
                try await stranger.flood(with: [.tips(space, [tip]), .tips(own.space, [tip])], while: others)
            }
            #expect(try await besieged.number("SELECT count(*) FROM space") == spaces)
        }
    }
}
