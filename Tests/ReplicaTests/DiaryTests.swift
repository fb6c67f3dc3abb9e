import Agreement
import GRDB
import Ledger
import Replica
import Store
import Support
import Testing

@Suite("The diary")
struct DiaryTests {
    /// Slots side by side and far apart, in several commits, over what earlier ones wrote.
    @Test("keeps of each slot what was written to it last, however slots lie", arguments: seeds(6))
    func lastWrites(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let pair = try Pair()
        let slots = (0..<60).map { _ in 2_900_000 + UInt64(generator.pick([40, 400, 40_000]) * generator.pick(0..<40) / 20) }
        var expected: [UInt64: UInt64?] = [:]
        for _ in 0..<5 {
            _ = try pair.freelancer.commit(in: pair.space) { composer in
                for _ in 0..<30 {
                    let slot = generator.pick(slots)
                    let activity: UInt64? = generator.chance(20) ? nil : UInt64(generator.pick(0..<900))
                    let entry = activity.map { DiaryEntry(activity: $0, isManual: false, memo: nil) }
                    try composer.write([.edit(.diary(Slot(number: slot), device: nil, entry))])
                    expected[slot] = .some(activity)
                }
            }
        }
        _ = try pair.sync()
        for replica in pair.both {
            let rows = try Self.entries(in: replica)
            // One write a slot is left, since one device wrote them all and had seen those before.
            #expect(rows.count == expected.count && Dictionary(rows) { first, _ in first } == expected, "seed \(seed)")
        }
    }

    @Test("keeps what two devices wrote to a slot without knowing of each other, until one that knows both writes to it")
    func concurrentWrites() throws {
        let devices = try Pair().withSecondDevice()
        let owner = devices.freelancer.device
        let slots = (0..<20).map { 2_900_000 + 3 * UInt64($0) }
        func write(_ activity: UInt64, by replica: Replica) throws {
            _ = try replica.commit(in: devices.space) { composer in
                let entry = DiaryEntry(activity: activity, isManual: false, memo: nil)
                try composer.write(slots.map { .edit(.diary(Slot(number: $0), device: owner, entry)) })
            }
        }
        for activity in [UInt64(1), 2] {
            try write(activity, by: devices.client)
            try write(10 * activity, by: devices.freelancer)
        }
        _ = try devices.sync()
        for replica in devices.both {
            let entries = Dictionary(grouping: try Self.entries(in: replica), by: \.slot).mapValues { Set($0.map(\.activity)) }
            #expect(entries == Dictionary(uniqueKeysWithValues: slots.map { ($0, [2, 20]) }))
            try Self.checkOrder(in: replica)
        }
        try write(3, by: devices.client)
        _ = try devices.sync()
        for replica in devices.both {
            let entries = try Self.entries(in: replica)
            #expect(entries.count == slots.count && entries.allSatisfy { $0.activity == 3 })
        }
    }

    /// Of writes at the same Lamport time the one of the greater device is shown.
    private static func checkOrder(in replica: Replica) throws {
        let (writes, shown) = try replica.store.read { db in
            let writes = try Row.fetchAll(
                db, sql: "SELECT lamport, log.device, activity FROM diary_entry JOIN log ON log.number = diary_entry.log")
            return (writes, try Int64.fetchSet(db, sql: "SELECT activity FROM diary_row"))
        }
        let last = try writes.max {
            try ($0["lamport"] as Int64, $0.identifier("device", as: DeviceID.self))
                < ($1["lamport"] as Int64, $1.identifier("device", as: DeviceID.self))
        }
        #expect(Set(writes.map { $0["lamport"] as Int64 }).count == 1)
        #expect(shown == [last?["activity"]])
    }

    private static func entries(in replica: Replica) throws -> [(slot: UInt64, activity: UInt64?)] {
        try replica.store.read { db in
            try Row.fetchAll(db, sql: "SELECT slot, activity FROM diary_entry").map { row in
                (UInt64(row["slot"] as Int64), (row["activity"] as Int64?).map { UInt64($0) })
            }
        }
    }
}
