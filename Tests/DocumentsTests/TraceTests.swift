import Documents
import Foundation
import Ledger
import Support
import Testing

struct TraceTests {
    /// A replica of one of the two authors.
    private struct Replica {
        var document = TextDocument()
        /// The transactions it has, as ranges would be too clever for.
        var known: Set<Int> = []
        var past = VersionVector()
    }

    @Test(
        "two authors' recorded session ends in the recorded text on both replicas, byte for byte the same",
        .enabled(
            if: FileManager.default.fileExists(atPath: RecordedSession.ofTwo.path), "the recordings are not beside the project"))
    func session() throws {
        let trace = try RecordedSession(packed: RecordedSession.ofTwo)
        var replicas = [Replica(), Replica()]
        var changes: [Change<TextOperation>] = []
        var made: [UInt64] = [0, 0]
        func deliver(_ wanted: [Int], to agent: Int) throws {
            var missing: [Int] = []
            var work = wanted
            while let next = work.popLast() {
                guard replicas[agent].known.insert(next).inserted else { continue }
                missing.append(next)
                work += changes[next].parents
            }
            for index in missing.sorted() {
                let change = changes[index]
                try replicas[agent].document.apply(change.operations, at: change.moment())
                replicas[agent].past.insert(change.stamp)
            }
        }
        for (index, transaction) in trace.txns.enumerated() {
            let agent = transaction.agent
            try deliver(transaction.parents, to: agent)
            let operations = try replicas[agent].document.operations(for: transaction.patches.map(TextPatch.init))
            changes.append(
                Change(
                    stamp: Stamp(
                        lamport: UInt64(index), device: .numbered(UInt64(agent)), seq: made[agent],
                        change: .numbered(UInt64(agent) << 32 | made[agent])),
                    past: replicas[agent].past, parents: transaction.parents, operations: operations))
            made[agent] += 1
            try deliver([index], to: agent)
        }
        for agent in replicas.indices {
            try deliver([trace.txns.count - 1], to: agent)
            #expect(replicas[agent].document.text == trace.endContent)
        }
        let encoded = replicas[0].document.encoded
        #expect(encoded == replicas[1].document.encoded)
        #expect(try TextDocument(decoding: encoded).encoded == encoded)
    }
}

extension TextPatch {
    fileprivate init(_ recorded: RecordedSession.Patch) {
        self.init(recorded.position, deleting: recorded.deleted, inserting: recorded.inserted)
    }
}
