import Agreement
import Foundation
import Ledger
import LedgerSupport
import Replica
import Store
import Support

/// What each row costs at a thousand of its things, and at up to a million.
struct GrowthRows {
    let session: RecordedSession
    let handsel: String
    /// The most of anything.
    let most: Int

    private static let written = 1_000

    /// One row of the plot: seconds by how many things there are.
    struct Series: Encodable {
        let name: String
        var points: [Point] = []

        struct Point: Encodable {
            let count: Int
            let seconds: Double
        }
    }

    private var sizes: [Int] { [1_000, 10_000, 100_000, 1_000_000].filter { $0 <= most } }

    func series() async throws -> [Series] {
        let text = TextRows(session)
        return [
            try await series("typing n edits") { [try text.seconds(typing: $0)] },
            try await series("comparing n spaces") { [try SpaceRows(spaces: $0).seconds()] },
            try await series("merging n edits of 1,000 slots") { [try DiaryRows(slots: $0).mergeSeconds(of: 1_000)] },
            try await series("merging n edits of n/10 slots") { [try DiaryRows(slots: $0).mergeSeconds(of: $0 / 10)] },
            try await series("first sync of n changes", "the same rows in plain SQLite") {
                try await SyncRows(changes: $0).seconds()
            },
            try await series("1,000 messages beside n others") { [try writing(beside: $0)] },
            try await series("contract list beside n changes") {
                [try await HomeRows(handsel: handsel, contracts: 100, changes: $0).listSeconds()]
            },
        ].flatMap(\.self)
    }

    /// What is measured together, each by the name of its row.
    private func series(_ names: String..., of measure: (Int) async throws -> [Double]) async throws -> [Series] {
        var series = names.map { Series(name: $0) }
        for count in sizes {
            for (index, seconds) in try await measure(count).enumerated() {
                series[index].points.append(Series.Point(count: count, seconds: seconds))
                print("\(names[index]), n = \(count): \(String(format: "%.3g", seconds)) s")
            }
        }
        return series
    }

    /// The seconds of some messages, a commit each, in a contract that has many already.
    private func writing(beside count: Int) throws -> Double {
        let world = try World()
        let writer = try world.member("writer", of: world.person())
        let space = try writer.replica.createSpace(.contract, as: .client)
        var work = Work(seed: 1, from: 0)
        try work.write(count, to: space, by: writer)
        let start = ContinuousClock.now
        for _ in 0..<Self.written {
            _ = try writer.replica.commit(in: space) { composer in
                try composer.write([.edit(.message(text: work.words(30), files: []))])
            }
        }
        return start.duration(to: .now).seconds
    }
}
