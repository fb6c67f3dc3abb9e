import Agreement
import Testing

/// Long random histories of several devices that hear of one another late.
struct WalkTests {
    private static let acts = count("HANDSEL_MODEL_ACTS", standard: 60_000)
    private static let length = 120

    @Test("the rules hold on long walks, and every kind of act has its effect on some of them")
    func walks() {
        var tally = Tally()
        let first = count("HANDSEL_MODEL_SEED", standard: 1)
        var seed = first
        let worlds = [World.wide, .hourly, .direct, .escrow, .amended].compactMap(\.self)
        while tally.acts < Self.acts {
            let world = worlds[seed % worlds.count]
            var walk = Walk<ContractState>(
                seed.isMultiple(of: 2) ? world.reversed : world, seed: UInt64(seed), length: Self.length)
            do {
                try walk.run()
            } catch {
                Issue.record("seed \(seed), \(world.name): \(error)")
                return
            }
            tally.merge(walk.tally)
            seed += 1
        }
        print("\(tally.acts) acts on \(seed - first) walks from seed \(first):\n\(tally.lines.joined(separator: "\n"))")
        #expect(Self.kinds.subtracting(tally.valid.keys).isEmpty)
    }

    private static let kinds: Set<String> = [
        "offer", "accept", "decline", "withdraw", "pause", "resume", "end", "submit", "requestChanges", "fund", "release",
        "refund",
        "giveBack", "confirm", "ask", "withdrawAsk", "declineAsk", "dispute", "withdrawDispute", "answer", "propose",
        "acceptSplit",
        "rule", "invoice", "approve", "disputeSlots", "seen", "outage", "escalate", "delivered", "serve", "receipt funding",
        "receipt release", "receipt refund", "receipt reviewTimeout", "receipt askTimeout", "receipt excess", "receipt split",
        "receipt ruling", "receipt defaultShare", "receipt giveBack", "receipt invoice",
    ]
}
