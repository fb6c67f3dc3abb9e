import Canon
import GRDB
import Ledger
import Relay
import Store
import Sync
import Synchronization
import Testing
import Transport

@Suite("Receipts of a relay", .timeLimit(.minutes(2)))
struct ReceiptTests {
    @Test("one for each batch, valid, naming each change once")
    func named() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (client, _, space) = try await harness.contract(through: relay)
            client.receipts.withLock { $0 = [] }
            let said = try (0..<30).map { try client.say("\($0)", in: space) }
            let statistics = try await client.sync(with: relay)
            let receipts = client.receipts.withLock { $0 }
            #expect(statistics.receipts == receipts.count)
            #expect(receipts.map(\.changes) == [said])
            #expect(receipts.allSatisfy { $0.isValid && $0.relay == relay.device })
            let again = try await client.sync(with: relay)
            #expect(again.receipts == 0)
        }
    }

    @Test("another relay's signature, or other changes under the same one, do not pass")
    func forged() throws {
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        let relay = try SigningKey(seed: .random(using: &generator))
        let changes = [ChangeID(.random(using: &generator))]
        let receipt = try Receipt(by: relay, incarnation: .zero, time: 1, changes: changes)
        #expect(receipt.isValid)
        let encoded = CBORWriter.encode { receipt.write(to: &$0) }
        for index in encoded.indices where index > 4 {
            var damaged = encoded
            damaged[index] ^= 1
            var reader = CBORReader(damaged.span)
            let read = try? Receipt(from: &reader)
            #expect(read?.isValid != true, "byte \(index)")
        }
    }

    @Test("one leaves the relay only once a FULL commit has followed the changes that it names")
    func durable() async throws {
        var harness = try RelayHarness()
        let watcher = DurabilityWatcher()
        harness.tap = watcher.tap
        try await harness.run { [harness] relay in
            let (client, _, space) = try await harness.contract(through: relay)
            try watcher.watch(harness.storePath)
            for number in 0..<10 {
                try client.say("\(number)", in: space)
                try await client.sync(with: relay)
            }
        }
        #expect(watcher.outcomes == Array(repeating: true, count: 10))
    }
}

/// Looks into a relay's file at the moment at which a receipt is sent.
private final class DurabilityWatcher: Sendable {
    private let database = Mutex<DatabaseQueue?>(nil)
    private let seen = Mutex<[Bool]>([])

    var outcomes: [Bool] { seen.withLock { $0 } }

    func watch(_ path: String) throws {
        let queue = try DatabaseQueue(path: path)
        database.withLock { $0 = queue }
    }

    var tap: FrameTap {
        { direction, bytes in
            guard direction == .sent, case .receipt(let receipt)? = try? Frame(decoding: bytes),
                let database = self.database.withLock({ $0 })
            else { return }
            let isDurable = try? database.read { db in
                let durable = try Int64.fetchOne(db, sql: "SELECT arrival FROM durable") ?? 0
                return try receipt.changes.allSatisfy { change in
                    let arrival = try Int64.fetchOne(db, sql: "SELECT arrival FROM change WHERE id = ?", arguments: [change.data])
                    return arrival.map { $0 <= durable } ?? false
                }
            }
            self.seen.withLock { $0.append(isDurable ?? false) }
        }
    }
}
