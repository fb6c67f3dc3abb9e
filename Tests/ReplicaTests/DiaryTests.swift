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
            let rows = try replica.store.read { db in
                try Row.fetchAll(db, sql: "SELECT slot, activity FROM diary_entry").map { row -> (UInt64, UInt64?) in
                    (UInt64(row["slot"] as Int64), (row["activity"] as Int64?).map { UInt64($0) })
                }
            }
            // One write a slot is left, since one device wrote them all and had seen those before.
            #expect(rows.count == expected.count && Dictionary(rows) { first, _ in first } == expected, "seed \(seed)")
        }
    }
}
