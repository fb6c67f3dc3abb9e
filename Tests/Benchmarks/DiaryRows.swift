import Agreement
import Foundation
import GRDB
import Ledger
import LedgerSupport
import Replica
import Store
import Support

/// A freelancer's diary: what a slot takes on the disk, and what it takes when two devices have edited the same slots.
struct DiaryRows {
    /// How many slots are written, and half as many edits by each of the devices that merge.
    var slots = 10_000
    private static let editsInChange = 10
    private var edits: Int { slots / 2 }
    private static let runs = 5

    func figures() throws -> [Figure] {
        let merge = try (0..<Self.runs).map { _ in try mergeSeconds(of: 1_000) }.median
        return [
            Figure("diary: bytes a slot on the disk, a change each", try bytesOfSlot(), .bytes, wanted: "at most 900"),
            Figure(
                "diary: 2 × 5,000 edits of 1,000 slots merged both ways", 1_000 * merge, .milliseconds,
                wanted: "at most 94, goal 60"),
        ]
    }

    func bytesOfSlot() throws -> Double {
        let world = try World()
        let freelancer = try world.member("freelancer", of: world.person())
        let space = try world.contract(of: world.member("client", of: world.person()), with: freelancer)
        let before = try size(of: freelancer.replica)
        for first in stride(from: 0, to: slots, by: 100) {
            try freelancer.replica.commit(in: space) { composer in
                for slot in first..<first + 100 {
                    let entry = DiaryEntry(activity: UInt64(slot % 900), isManual: false, memo: nil)
                    try composer.write([.edit(.diary(Slot(number: 2_900_000 + UInt64(slot)), device: nil, entry))])
                }
            }
        }
        return Double(try size(of: freelancer.replica) - before) / Double(slots)
    }

    /// The pages in use, in bytes.
    private func size(of replica: Replica) throws -> Int {
        try replica.store.read { db in
            let numbers = try ["page_count", "freelist_count", "page_size"].map { try Int.fetchOne(db, sql: "PRAGMA \($0)") ?? 0 }
            return (numbers[0] - numbers[1]) * numbers[2]
        }
    }

    /// The seconds of a merge of edits of as many slots as both devices share.
    func mergeSeconds(of sharedSlots: Int) throws -> Double {
        let world = try World()
        let person = try world.person()
        let first = try world.member("first", of: person)
        let second = try world.member("second", of: person, certifiedBy: first)
        let space = try world.contract(of: world.member("client", of: world.person()), with: first)
        try world.add(second, to: space, by: first)
        try world.sync(second, with: first)
        for (seed, member) in [first, second].enumerated() {
            var generator = SeededGenerator(seed: UInt64(seed))
            try member.replica.commit(in: space) { composer in
                for _ in 0..<edits / Self.editsInChange {
                    let edits = (0..<Self.editsInChange).map { _ in
                        let slot = Slot(number: 2_900_000 + UInt64(generator.pick(0..<sharedSlots)))
                        let entry = DiaryEntry(activity: UInt64(generator.pick(0..<900)), isManual: false, memo: nil)
                        return Assertion.edit(.diary(slot, device: first.device.id, entry))
                    }
                    try composer.write(edits)
                }
            }
        }
        let start = ContinuousClock.now
        try world.sync(first, with: second)
        let seconds = start.duration(to: .now).seconds
        let rows = try [first, second].map { member in
            try member.replica.store.read { db in
                try Row.fetchAll(db, sql: "SELECT * FROM diary_row ORDER BY slot").map(\.description)
            }
        }
        guard rows[0] == rows[1], !rows[0].isEmpty else { throw Failure(description: "The two diaries differ.") }
        return seconds
    }
}
