import Agreement
import Canon
import Documents
import Foundation
import Ledger
import Replica
import Store
import Support
import Testing

/// What two people do at random, each on their own replica.
private struct Worker {
    let replica: Replica
    let space: SpaceID
    let isFreelancer: Bool

    func act(using generator: inout SeededGenerator) throws {
        try replica.commit(in: space) { composer in
            switch Int.random(in: 0..<(isFreelancer ? 8 : 6), using: &generator) {
            case 0, 1: try composer.write([.edit(.message(text: "note \(generator.next())", files: []))])
            case 2: try reword(composer, using: &generator)
            case 3, 4: try editTerms(composer, using: &generator)
            case 5: try actOnMilestone(composer)
            case 6: try record(composer, using: &generator)
            default: try remove(composer, using: &generator)
            }
        }
    }

    private func reword(_ composer: Composer, using generator: inout SeededGenerator) throws {
        let own = try replica.identity().person
        let messages = try replica.messages(in: space).filter { $0.person == own.description }
        guard let message = messages.randomElement(using: &generator), let id = ChangeID(text: message.id) else { return }
        try composer.write([.edit(.editMessage(id, text: "again \(generator.next())"))])
    }

    /// Everyone types into the same few places, so that edits meet.
    private func editTerms(_ composer: Composer, using generator: inout SeededGenerator) throws {
        let count = try replica.termsText(of: space).unicodeScalars.count
        let position = min(count, Int.random(in: 0...4, using: &generator))
        let deleted = min(count - position, Int.random(in: 0...2, using: &generator))
        let operations = try composer.termsOperations(
            for: [TextPatch(position, deleting: deleted, inserting: "t\(generator.next() % 100) ")])
        try composer.write([.edit(.terms(payload: TextOperation.encoded(operations)))])
    }

    private func actOnMilestone(_ composer: Composer) throws {
        let prose = Prose(salt: composer.randomSalt(), text: "as agreed")
        guard let milestone = try composer.state().milestone(1) else { return }
        let act: Act =
            isFreelancer
            ? .submit(milestone: 1, round: milestone.round + 1, statement: prose.hash)
            : .requestChanges(milestone: 1, round: milestone.round, statement: prose.hash)
        guard try composer.state().reasonToRefuse(act, by: try composer.role()) == nil else { return }
        try composer.write([.edit(.statement(prose))])
        _ = try composer.sign(act)
    }

    private func record(_ composer: Composer, using generator: inout SeededGenerator) throws {
        let slot = Slot(number: 2_900_000 + generator.next() % 6)
        try composer.write([.edit(.memo(slot, device: nil, salt: composer.randomSalt(), text: "memo \(generator.next() % 9)"))])
        try composer.write([.edit(.diary(slot, device: nil, DiaryEntry(activity: 3, isManual: true, memo: nil)))])
    }

    private func remove(_ composer: Composer, using generator: inout SeededGenerator) throws {
        try composer.write([.edit(.diary(Slot(number: 2_900_000 + generator.next() % 6), device: nil, nil))])
    }
}

struct RandomWorkTests {
    @Test(
        "two people who work apart and sync now and then have the same contract, and rebuilding it changes nothing",
        arguments: seeds(6, base: 2_026))
    func convergence(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let pair = try Pair(prose: "One. Two. Three.")
        try pair.accept()
        for _ in 0..<3 {
            for (replica, isFreelancer) in [(pair.client, false), (pair.freelancer, true)] {
                let worker = Worker(replica: replica, space: pair.space, isFreelancer: isFreelancer)
                for _ in 0..<20 { try worker.act(using: &generator) }
            }
            try pair.sync()
        }
        let views = try pair.comparableViews()
        #expect(views[0] == views[1], "seed \(seed)")
        for replica in pair.both {
            let report = try replica.doctor()
            #expect(report.isHealthy, "seed \(seed): \(report.damaged)")
            #expect(report.rows > 0)
        }
    }

    @Test("contradicting acts made apart end the same on both sides, the losing one kept as void")
    func contradiction() throws {
        let pair = try Pair()
        try pair.accept()
        // Both hand in and send back from the same state, apart: the freelancer twice on what the client never saw.
        try pair.submit(round: 1)
        try pair.sync()
        try pair.client.commit(in: pair.space) { composer in
            _ = try composer.sign(.requestChanges(milestone: 1, round: 1, statement: composer.randomSalt()))
        }
        try pair.freelancer.commit(in: pair.space) { composer in
            // A hostile or careless device writes an act that its own rules would refuse.
            _ = try composer.write(.money, [Act.submit(milestone: 1, round: 2, statement: composer.randomSalt()).operation])
        }
        try pair.sync()
        let views = try pair.comparableViews()
        #expect(views[0] == views[1])
        let acts = try pair.client.contract(pair.space).acts
        #expect(acts.contains { $0.kind == "milestone.changes" && $0.void == nil })
    }
}
