import Agreement
import Canon
import Ledger
import Support
import Testing

/// Random acts of both sides, as they may arrive in any order.
struct ContractFoldTests {
    private struct Entry {
        let stamp: Stamp
        let role: Role
        let act: Act
    }

    /// Acts that mostly refer to one another, so that many of them have an effect.
    private static func history(seed: UInt64) throws -> [Entry] {
        var generator = SeededGenerator(seed: seed)
        let script = try ContractScript()
        let sides = [(Role.client, DeviceID(.random(using: &generator))), (.freelancer, DeviceID(.random(using: &generator)))]
        var entries: [Entry] = []
        var offers: [ChangeID] = [ChangeID(.zero)]
        for index in 0..<60 {
            var (role, device) = generator.pick(sides)
            let change = ChangeID(.random(using: &generator))
            let offer = generator.chance(80) ? offers[offers.count - 1] : generator.pick(offers)
            let act: Act
            // Negotiations come first, then mostly work.
            switch generator.pick(index < 20 ? 0..<6 : 4..<16) {
            case 0, 1:
                act = .offer(script.terms, prose: .zero)
                offers.append(change)
            case 2: act = .decline(offer: offer)
            case 3: act = .withdraw(offer: offer)
            case 4: act = .accept(offer: offer, termsHash: generator.chance(50) ? script.hash : .zero)
            case 5...10:
                if generator.chance(80) { (role, device) = sides[1] }
                act = .submit(milestone: generator.pick(1..<4), round: generator.pick(1..<4), statement: change.raw)
            default:
                if generator.chance(80) { (role, device) = sides[0] }
                act = .requestChanges(milestone: generator.pick(1..<3), round: generator.pick(1..<4), statement: change.raw)
            }
            // Concurrent acts share a place in the count.
            let lamport = UInt64(index + 3 - generator.pick(0..<3))
            entries.append(
                Entry(stamp: Stamp(lamport: lamport, device: device, seq: UInt64(index), change: change), role: role, act: act))
        }
        return entries
    }

    private static func fold(_ entries: [Entry]) -> (state: ContractState, reasons: [String?]) {
        var state = ContractState()
        let reasons = entries.sorted { $0.stamp < $1.stamp }.map { state.apply($0.act, change: $0.stamp.change, by: $0.role) }
        return (state, reasons)
    }

    @Test("what a contract comes to does not depend on the order in which its acts arrived", arguments: seeds(40))
    func orders(seed: UInt64) throws {
        let entries = try Self.history(seed: seed)
        let (state, reasons) = Self.fold(entries)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5 {
            let (other, others) = Self.fold(entries.shuffled(using: &generator))
            #expect(other == state && others == reasons, "seed \(seed)")
        }
    }

    @Test("at every step one offer at most waits or stands, and what was accepted stays", arguments: seeds(40))
    func invariants(seed: UInt64) throws {
        var state = ContractState()
        var effective = 0
        for entry in try Self.history(seed: seed).sorted(by: { $0.stamp < $1.stamp }) {
            let before = state
            let predicted = state.reasonToRefuse(entry.act, by: entry.role)
            let reason = state.apply(entry.act, change: entry.stamp.change, by: entry.role)
            #expect(reason == predicted, "seed \(seed): the guard before signing is the one that folds")
            #expect((reason == nil) == (state != before), "seed \(seed): \(entry.act)")
            effective += reason == nil ? 1 : 0
            let standing = state.offers.filter { $0.outcome == .pending || $0.outcome == .accepted }
            #expect(standing.count <= 1 && standing.first.map { $0.id == state.current?.id } ?? true, "seed \(seed)")
            if case .active(let offer) = before.phase { #expect(state.phase == .active(offer), "seed \(seed)") }
            for (old, new) in zip(before.milestones, state.milestones) {
                #expect(new.round >= old.round && new.round <= old.round + 1, "seed \(seed)")
                #expect(new.statements.starts(with: old.statements), "seed \(seed)")
            }
        }
        #expect(effective > 0, "seed \(seed) shows nothing")
    }

    @Test("the histories reach every state of a contract and of a milestone")
    func coverage() throws {
        let states = try seeds(60).map { Self.fold(try Self.history(seed: $0)).state }
        let works = states.flatMap(\.milestones).map(\.work)
        #expect(Set(states.map(\.status)).isSuperset(of: ["active", "declined", "withdrawn", "countered"]))
        #expect(works.contains(.open) && works.contains(.submitted(round: 1)) && works.contains(.changes(round: 1)))
        #expect(works.contains(.submitted(round: 2)))
    }
}
