import Documents
import Ledger
import Support
import Testing

/// Histories of writes to a few keys, and what registers, maps, sets and counters have to make of them.
///
/// The oracles know every operation and who had seen which, from a search of the graph, and nothing of stamps' version vectors.
struct ValueTests {
    struct Write: Equatable {
        let key: Int
        /// Nil removes.
        let value: Int?
    }

    /// An operation of a history: its change and its place in it.
    private struct Site: Hashable {
        let change: Int
        let ordinal: Int
    }

    private struct Scene {
        let history: History<Write>
        let pasts: [Set<Int>]

        init(_ generator: inout SeededGenerator) throws {
            let (history, _) = try History<Write>.random(
                &generator, devices: generator.pick(2..<5), count: generator.pick(1..<25), merging: generator.pick(0..<60),
                from: (),
                write: { _, _, generator in
                    (0..<generator.pick(1..<4)).map { _ in
                        Write(key: generator.pick(0..<3), value: generator.chance(30) ? nil : generator.pick(0..<1_000))
                    }
                },
                apply: { _, _ in })
            self.history = history
            pasts = history.pasts
        }

        func sees(_ later: Site, _ earlier: Site) -> Bool {
            later.change == earlier.change ? earlier.ordinal < later.ordinal : pasts[later.change].contains(earlier.change)
        }

        func write(_ site: Site) -> Write { history.changes[site.change].operations[site.ordinal] }
        func stamp(_ site: Site) -> Stamp { history.changes[site.change].stamp.operation(site.ordinal) }

        /// The operations on `key`.
        func sites(_ key: Int) -> [Site] {
            history.changes.indices.flatMap { change in
                history.changes[change].operations.indices.map { Site(change: change, ordinal: $0) }
            }
            .filter { write($0).key == key }
        }

        /// Calls `body` for each operation, the changes in the order given.
        func replay(_ order: [Int], _ body: (Write, Moment) -> Void) {
            for change in order {
                for (ordinal, write) in history.changes[change].operations.enumerated() {
                    body(write, history.changes[change].moment(ordinal))
                }
            }
        }
    }

    /// Runs `check` with many scenes and orders of delivery.
    private func forEachScene(_ check: (Scene, [Int], Comment) throws -> Void) throws {
        for seed in seeds(400) {
            var generator = SeededGenerator(seed: seed)
            let scene = try Scene(&generator)
            for order in scene.history.orders(&generator) { try check(scene, order, "seed \(seed), order \(order)") }
        }
    }

    @Test("a register keeps the writes that no other write had seen, and the greatest stamp wins")
    func registers() throws {
        try forEachScene { scene, order, comment in
            var register = Register<Write>()
            scene.replay(order) { register.write($0, at: $1) }
            let all = (0..<3).flatMap(scene.sites)
            let maximal = all.filter { site in !all.contains { scene.sees($0, site) } }
            #expect(Set(register.entries.map(\.stamp)) == Set(maximal.map(scene.stamp)), comment)
            #expect(register.winner?.stamp == all.map(scene.stamp).max(), comment)
            #expect(register.value == all.max { scene.stamp($0) < scene.stamp($1) }.map(scene.write), comment)
            #expect(register.losers.map(\.stamp) == maximal.map(scene.stamp).sorted().dropLast(), comment)
        }
    }

    @Test("a map's keys are registers, in which a removal is a write")
    func maps() throws {
        try forEachScene { scene, order, comment in
            var map = DocumentMap<Int, Int>()
            scene.replay(order) { map.write($0.value, for: $0.key, at: $1) }
            var expected: [Int: Int] = [:]
            for key in 0..<3 {
                let winner = scene.sites(key).max { scene.stamp($0) < scene.stamp($1) }
                expected[key] = winner.flatMap { scene.write($0).value }
                #expect(map[key] == expected[key], comment)
            }
            #expect(Set(map.keys) == Set(expected.keys), comment)
        }
    }

    @Test("an element is in a set if some addition of it was seen by no removal")
    func sets() throws {
        try forEachScene { scene, order, comment in
            var set = ObservedRemoveSet<Int>()
            scene.replay(order) { write, moment in
                if write.value == nil { set.remove(write.key, at: moment) } else { set.add(write.key, at: moment) }
            }
            let expected = (0..<3).filter { key in
                let sites = scene.sites(key)
                let removals = sites.filter { scene.write($0).value == nil }
                return sites.contains { site in
                    scene.write(site).value != nil && !removals.contains { scene.sees($0, site) }
                }
            }
            #expect(Set(set.elements) == Set(expected), comment)
            for key in expected {
                let sites = scene.sites(key)
                let kept = sites.filter { site in
                    scene.write(site).value != nil && !sites.contains { scene.sees($0, site) }
                }
                #expect(set.presences[key]?.additions == kept.map(scene.stamp).sorted(), comment)
            }
        }
    }

    @Test("registers, maps and sets are the same in every order of delivery, with everything they keep")
    func convergence() throws {
        try forEachScene { scene, order, comment in
            func states(_ order: [Int]) -> (DocumentMap<Int, Int>, ObservedRemoveSet<Int>) {
                var map = DocumentMap<Int, Int>()
                var set = ObservedRemoveSet<Int>()
                scene.replay(order) { write, moment in
                    map.write(write.value, for: write.key, at: moment)
                    if write.value == nil { set.remove(write.key, at: moment) } else { set.add(write.key, at: moment) }
                }
                return (map, set)
            }
            #expect(states(order) == states(Array(scene.history.changes.indices)), comment)
        }
    }

    @Test("a counter is the exact sum in every order, and reads as the nearest 64-bit number")
    func counters() {
        let increments: [Int64] = [.max, .max, 5, -7, .min, .max, -1]
        for seed in seeds(50) {
            var generator = SeededGenerator(seed: seed)
            var counter = Counter()
            for increment in increments.shuffled(using: &generator) { counter.add(increment) }
            #expect(counter.sum == increments.reduce(0) { $0 + Int128($1) }, "seed \(seed)")
            #expect(counter.value == .max)
        }
        #expect(Counter(sum: Int128(Int64.min) - 1).value == .min)
        #expect(Counter(sum: -3).value == -3)
    }
}
