import Agreement
import GRDB
import Ledger
import Replica
import Support
import Testing

@testable import Store

@Suite("What is remembered of a space")
struct SpaceMemoTests {
    /// What a transaction finds of a space.
    private struct Found: Equatable {
        let number: Int64?
        let numbers: [LogID: Int64]
        let tips: [Stamp]
        let heads: [Stamp]
        let controlCount: Int
        let epochs: [ChangeID]
        let devices: Set<DeviceID>
        let standing: Standing

        static func now(_ space: SpaceID, in replica: Replica) throws -> Found {
            try replica.store.write { db in
                let view = try replica.store.view(of: space, db)
                return Found(
                    number: view.number, numbers: view.numbers, tips: try view.allTips(), heads: try view.heads(),
                    controlCount: view.controlCount, epochs: view.roster.epochs, devices: view.roster.devices,
                    standing: view.control.standing)
            }
        }
    }

    private struct GivenUp: Error {}

    @Test("is what somebody finds who remembers nothing, whatever was rolled back and whoever wrote", arguments: seeds(4))
    func remembered(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let pair = try Pair()
        try pair.accept()
        let path = pair.client.store.database.path
        func another() throws -> Replica { try Replica(path: path, keys: pair.client.keys, clock: pair.client.store.clock) }
        let beside = try another()
        var spaces = [pair.space]
        for step in 0..<150 {
            let space = generator.pick(spaces)
            let writer = generator.chance(70) ? pair.client : beside
            func write(_ composer: Composer) throws {
                if generator.chance(20) { try composer.rotate() }
                try composer.write([.edit(.message(text: "\(step)", files: []))])
            }
            switch generator.pick(0..<5) {
            case 0, 1: try writer.commit(in: space, write)
            case 2:
                #expect(throws: GivenUp.self) {
                    try writer.commit(in: space) { composer in
                        try write(composer)
                        throw GivenUp()
                    }
                }
            case 3:
                if spaces.count < 3 {
                    spaces.append(try writer.createSpace(.contract, as: .client) { try $0.write([.edit(.name("Bob"))]) })
                }
            default:
                _ = try pair.freelancer.commit(in: pair.space) { try $0.write([.edit(.message(text: "\(step)", files: []))]) }
                try pair.sync()
            }
            // Not each time, for who looks also remembers.
            guard generator.chance(30) else { continue }
            let fresh = try another()
            for space in spaces {
                let expected = try Found.now(space, in: fresh)
                for replica in [pair.client, beside] {
                    let found = try Found.now(space, in: replica)
                    #expect(found == expected, "seed \(seed), step \(step)")
                }
            }
        }
        for space in spaces { #expect(try pair.client.messages(in: space) == beside.messages(in: space)) }
        let report = try pair.client.doctor()
        #expect(report.isHealthy, "seed \(seed): \(report)")
    }
}
