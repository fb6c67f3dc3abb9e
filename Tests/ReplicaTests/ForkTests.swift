import Agreement
import Ledger
import Replica
import Store
import Sync
import Testing

/// Two replicas with one device's key that both go on.
struct ForkTests {
    private func say(_ text: String, _ replica: Replica, in space: SpaceID) throws {
        _ = try replica.commit(in: space) { try $0.write([.edit(.message(text: text, files: []))]) }
    }

    @Test(
        "both branches are kept by all, what the other side had acknowledged counts, and the device signs nothing more",
        arguments: [false, true])
    func fork(isCopyFirst: Bool) throws {
        let original = try Pair()
        try original.accept()
        let copy = try original.withCopiedClient()
        let space = original.space
        let (first, second) = isCopyFirst ? (copy, original) : (original, copy)
        for word in ["first", "first again"] { try say(word, first.client, in: space) }
        for word in ["second", "second again", "second for the third time"] { try say(word, second.client, in: space) }
        try first.sync()
        try say("answer", original.freelancer, in: space)
        try say("too late", first.client, in: space)
        try second.sync()
        for _ in 0..<2 { for pair in [first, second] { try pair.sync() } }

        for replica in [first.client, second.client, original.freelancer] {
            #expect(try replica.messages(in: space).map(\.text) == ["first", "first again", "answer"])
            #expect(try replica.tips(of: space).count { $0.device == original.client.device } == 2)
            let fork = try #require(try replica.contract(space).forks.first)
            #expect(fork.by == "client" && fork.changes.count == 2)
            let report = try replica.doctor()
            #expect(report.isHealthy, "\(report)")
        }
        #expect(try Set(first.comparableViews() + second.comparableViews()).count == 1)
        for pair in [first, second] {
            #expect(throws: ReplicaError(.refused, "")) { try say("no more", pair.client, in: space) }
        }
        try say("and on", original.freelancer, in: space)
        let again = try second.sync()
        #expect(again.freelancer.changesSent == 1 && again.client.changesSent == 0)
    }

    @Test("an act that the other side acted upon stands, though its device forks afterwards")
    func acts() throws {
        let original = try Pair()
        try original.accept()
        let copy = try original.withCopiedClient()
        try original.freelancer.commit(in: original.space) { composer in
            let prose = Prose(salt: composer.randomSalt(), text: "done")
            try composer.write([.edit(.statement(prose))])
            _ = try composer.sign(.submit(milestone: 1, round: 1, statement: prose.hash))
        }
        try original.sync()
        try original.client.commit(in: original.space) { _ = try $0.sign(.release(milestone: 1, total: 50_000)) }
        try original.sync()
        try original.freelancer.commit(in: original.space) { _ = try $0.sign(.confirm(milestone: 1, total: 50_000)) }
        // The client would take it back.
        try copy.client.commit(in: copy.space) { _ = try $0.sign(.end) }
        for _ in 0..<2 { for pair in [copy, original] { try pair.sync() } }
        for replica in [original.client, copy.client, original.freelancer] {
            let contract = try replica.contract(original.space)
            #expect(contract.status == "active" && contract.milestones.first?.status == "done")
        }
        #expect(try Set(original.comparableViews() + copy.comparableViews()).count == 1)
    }
}
