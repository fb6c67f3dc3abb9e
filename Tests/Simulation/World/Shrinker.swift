/// Finds few events of a failing plan with which it still fails.
package enum Shrinker {
    /// The smallest part found of the events with which the plan fails; nil if it does not fail with all of them.
    package static func shrink(_ plan: Plan, told: (Int) -> Void = { _ in }) async -> Set<Int>? {
        var kept = Array(plan.events.indices)
        guard await fails(plan, kept) else { return nil }
        var size = kept.count / 2
        while size > 0 {
            var start = 0
            while start < kept.count {
                let rest = Array(kept[..<start] + kept[min(start + size, kept.count)...])
                if await fails(plan, rest) { kept = rest } else { start += size }
            }
            told(kept.count)
            size /= 2
        }
        return Set(kept)
    }

    private static func fails(_ plan: Plan, _ events: [Int]) async -> Bool {
        await !Simulation(plan, only: Set(events)).failures.isEmpty
    }
}
