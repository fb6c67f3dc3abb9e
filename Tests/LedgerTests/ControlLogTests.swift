import Ledger
import LedgerSupport
import Support
import Testing

/// The rosters of the past, which a long line of control changes must not make laborious.
struct ControlLogTests {
    @Test("a roster is what its change's past comes to, however the log was filled", arguments: seeds(20))
    func pastRosters(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var contract = try MemorySpace.contract(using: &generator)
        try contract.settle(using: &generator)
        // Two that write at the same time, and now and then take what the other has.
        var sides = [contract.space, contract.space]
        let devices = [contract.desk, contract.bench]
        for _ in 0..<30 {
            let side = generator.pick(0..<2)
            let person = side == 0 ? contract.client : contract.freelancer
            let further = try person.device(using: &generator)
            try sides[side].write(by: devices[side], .addDevice(further.certificate), using: &generator)
            if generator.chance(30) { try sides[side].take(from: sides[1 - side]) }
        }
        try sides[0].take(from: sides[1])
        let entries = try sides[0].changes.map(\.value).filter { $0.header.audience == .control }.map { change in
            ControlEntry(
                placement: try #require(sides[0].placement(of: change.id)), claimedTime: change.header.claimedTime,
                operations: try Admission.controlOperations(of: change))
        }
        var log = ControlLog()
        for entry in entries {
            log.insert(entry)
            let past = entries.filter { $0.id == entry.id || entry.placement.hasSeen($0.placement) }
            let expected = Roster(folding: past.sorted { $0.placement.stamp < $1.placement.stamp })
            #expect(log.roster(at: entry.id) == expected, "seed \(seed)")
        }
        log.fold()
        #expect(log.claimed == ControlLog(entries).claimed && log.roster == log.claimed, "seed \(seed)")
    }
}
