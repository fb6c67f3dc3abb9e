import Agreement
import Canon
import Foundation
import Ledger
import Replica
import Store
import Testing

/// What a member with a program of their own may send, and what becomes of it.
struct HostileTests {
    @Test("a member's control change that cannot be read is held back, and the space goes on")
    func unreadableControl() throws {
        let pair = try Pair()
        try pair.accept()
        try pair.freelancer.commit(in: pair.space) { composer in
            let epoch = try #require(composer.view.roster.epochs.first)
            let sound = ControlOperation.share(epoch: epoch, keys: [:]).operation
            _ = try composer.write(.control, [sound, Operation("member.accept", on: epoch, payload: [0x61, 0x78])])
            _ = try composer.write([.edit(.message(text: "still here", files: []))])
        }
        try pair.sync()
        #expect(try pair.client.messages(in: pair.space).map(\.text) == ["still here"])
        #expect(try pair.client.heldBack(in: pair.space).count == 1)
        #expect(try pair.client.doctor().isHealthy)
    }

    @Test("a change sends one message; a second one in it is held back")
    func twoMessages() throws {
        let pair = try Pair()
        try pair.freelancer.commit(in: pair.space) { composer in
            _ = try composer.write([.edit(.message(text: "one", files: [])), .edit(.message(text: "two", files: []))])
        }
        try pair.sync()
        for replica in pair.both {
            #expect(try replica.messages(in: pair.space).map(\.text) == ["one"])
            #expect(try replica.heldBack(in: pair.space).map(\.kind) == ["message.send"])
        }
    }

    @Test("nobody rewords another's message, nor one they have not seen")
    func foreignEdit() throws {
        let pair = try Pair()
        let message = try pair.client.commit(in: pair.space) { composer in
            try #require(try composer.write([.edit(.message(text: "mine", files: []))]))
        }
        try pair.freelancer.commit(in: pair.space) { composer in
            _ = try composer.write([.edit(.editMessage(message, text: "forged before it arrived"))])
        }
        try pair.sync()
        try pair.freelancer.commit(in: pair.space) { composer in
            _ = try composer.write([.edit(.editMessage(message, text: "forged"))])
        }
        try pair.sync()
        for replica in pair.both {
            #expect(try replica.messages(in: pair.space).map(\.text) == ["mine"])
            #expect(try replica.heldBack(in: pair.space).count == 2)
        }
    }

    @Test("what belongs to one audience has no effect in another")
    func wrongAudience() throws {
        let pair = try Pair()
        try pair.freelancer.commit(in: pair.space) { composer in
            _ = try composer.write(.money, [Edit.message(text: "seen by the agent", files: []).operation])
        }
        try pair.sync()
        #expect(try pair.client.messages(in: pair.space).isEmpty)
        #expect(try pair.client.heldBack(in: pair.space).map(\.kind) == ["message.send"])
    }

    @Test("an operation that this version does not know is kept and passed on, with the whole change it stands in")
    func unknownKind() throws {
        let pair = try Pair()
        try pair.freelancer.commit(in: pair.space) { composer in
            _ = try composer.write(
                .parties, [Edit.message(text: "known", files: []).operation, Operation("poll.open", payload: [0x80])])
        }
        try pair.sync()
        #expect(try pair.client.messages(in: pair.space).isEmpty)
        #expect(try pair.client.heldBack(in: pair.space).count == 1)
        #expect(try pair.client.tips(of: pair.space) == pair.freelancer.tips(of: pair.space))
    }

    @Test("a member who is given another key than the rest keeps the right one")
    func poisonedShare() throws {
        let pair = try Pair()
        try pair.accept()
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        try pair.freelancer.commit(in: pair.space) { composer in
            let epoch = composer.view.roster.epochs[0]
            let context = SealContext(label: SealContext.share, space: pair.space, audience: .money, epoch: epoch)
            let wrong = try HPKESealing().seal(
                .random(using: &generator), to: pair.client.identity().certificate.sealingKeys, in: context)
            try composer.write(.share(epoch: epoch, keys: [.money: wrong]))
        }
        try pair.sync()
        _ = try pair.client.doctor()
        try pair.submit(round: 1)
        try pair.sync()
        let views = try pair.comparableViews()
        #expect(views[0] == views[1])
        #expect(try pair.views()[0].milestones[0].status == "submitted")
    }

    @Test("keys made without the other party hide nothing from it: nothing is sealed with them")
    func partialRotation() throws {
        let pair = try Pair()
        try pair.accept()
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        try pair.client.commit(in: pair.space) { composer in
            let roster = composer.view.roster
            var keys: [Audience: [SealedKey]] = [:]
            var digests: [Audience: Bytes32] = [:]
            for audience in Audience.sealed {
                let key = Bytes32.random(using: &generator)
                digests[audience] = Derivation.epochKeyDigest(key)
                let context = SealContext(
                    label: SealContext.rotation, space: pair.space, audience: audience, epoch: roster.epochs.last)
                keys[audience] = try HPKESealing().seal(
                    key, to: pair.client.identity().certificate.sealingKeys, in: context)
            }
            try composer.write(.rotate(predecessor: roster.epochs.last, keys: keys, digests: digests))
            try composer.fold()
            try composer.write([.edit(.message(text: "Still for both.", files: []))])
        }
        try pair.sync()
        let views = try pair.comparableViews()
        #expect(views[0] == views[1])
        #expect(try pair.views()[1].messages.map(\.text) == ["Still for both."])
        #expect(try pair.client.roster(of: pair.space).epochs.count == 1)
    }
}
