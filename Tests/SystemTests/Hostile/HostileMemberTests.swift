import Canon
import Foundation
import Ledger
import LedgerSupport
import Support
import Sync
import Testing
import Transport

/// What a device may do to a relay in a space of its own, in which all that it signs is in order.
@Suite("A member attacks a relay", .enabled(if: SQLite.isInstalled), .timeLimit(.minutes(10)))
struct HostileMemberTests {
    @Test("a history made to be laborious, or two of them, costs nobody else their turn")
    func histories() async throws {
        var generator = SeededGenerator(seed: 3)
        try await BesiegedRelay.with { besieged in
            for (history, member) in try LaboriousHistory.all(by: Member.founding, using: &generator) {
                let attacker = try member.attacker(against: besieged.address)
                try await besieged.siege.withstands(history.name) { others in
                    async let pushing: [Frame] = attacker.push(history.changes, to: member.space)
                    try await others()
                    let reason = Attacker.refusal(in: try await pushing)
                    #expect(reason?.contains(history.refusal) ?? history.refusal.isEmpty, "\(history.name): \(reason ?? "taken")")
                }
                let isWhole = try await besieged.changes(of: member.space) == history.changes.count
                #expect(isWhole == history.refusal.isEmpty, "\(history.name)")
            }
        }
    }

    @Test("what is asked of one's own spaces does not pile up")
    func questions() async throws {
        var generator = SeededGenerator(seed: 4)
        try await BesiegedRelay.with { besieged in
            let siege = besieged.siege
            let device = try LedgerSupport.Person(using: &generator).device(using: &generator)
            let library = try Member.founding(at: device, using: &generator)
            let attacker = try library.attacker(against: besieged.address)
            var pen = library.pen(using: &generator)
            let page = Operation("page", payload: CBORWriter.encode { $0.bytes([UInt8](repeating: 7, count: 700_000)) })
            try await attacker.push(library.genesis + (0..<12).map { _ in try pen.write([page]) }, to: library.space)
            #expect(try await besieged.changes(of: library.space) == 13)
            let all = Frame.tips(library.space, [])
            try await siege.withstands("a reader that never reads") { try await attacker.flood(with: [all], while: $0) }
            try await siege.withstands("one who fetches everything again and again") { others in
                try await attacker.swarm(8, while: others) { connection in
                    for frame in [Attacker.greeting, all] { try await connection.send(frame.encoded) }
                    for try await bytes in connection.frames {
                        if case .complete = try Frame(decoding: bytes) { try await connection.send(all.encoded) }
                    }
                }
            }
            let tips = (0..<SyncLimits.tips).map { _ in
                Tip(device: device.id, seq: 1_000, id: ChangeID(.random(using: &generator)))
            }.sorted()
            let owned = try (0..<60).map { _ in try Member.founding(at: device, using: &generator) }
            for member in owned { try await attacker.push(member.genesis, to: member.space) }
            try await siege.withstands("many tips of many spaces") { others in
                try await attacker.flood(8, with: owned.map { .tips($0.space, tips) }, while: others)
            }
        }
    }

    @Test("spaces that nobody of them brings are not kept without end")
    func spaces() async throws {
        var generator = SeededGenerator(seed: 5)
        try await BesiegedRelay.with { besieged in
            let stranger = try Attacker.stranger(to: besieged.address, using: &generator)
            let foreign = try (0..<600).map { _ in try Member.founding(using: &generator) }
            let before = try await besieged.number("SELECT count(*) FROM space")
            try await besieged.siege.withstands("spaces that belong to others") { others in
                let frames = foreign.flatMap { member in
                    let tip = Tip(device: member.keys.device, seq: 0, id: member.genesis[0].id)
                    return [Frame.tips(member.space, [tip]), .changes(member.space, member.genesis)]
                }
                async let pushing = stranger.tell(frames)
                try await others()
                _ = try await pushing
            }
            let after = try await besieged.number("SELECT count(*) FROM space")
            #expect(after - before == 256)
        }
    }
}
