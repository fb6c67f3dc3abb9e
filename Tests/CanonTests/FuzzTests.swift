import Canon
import Support
import Testing

/// The fast reader beside the slow oracle, over random bytes and random damage.
struct FuzzTests {
    /// Expects both to say the same of `bytes`, and returns what they say.
    @discardableResult
    private func check(_ bytes: [UInt8], seed: UInt64) -> Bool {
        let error = refusal(of: bytes)
        #expect((error == nil) == Value.isCanonical(bytes), "seed \(seed): \(hex(bytes)), \(error.map { "\($0)" } ?? "accepted")")
        if let error { #expect(0...bytes.count ~= error.offset, "seed \(seed): \(hex(bytes))") }
        return error == nil
    }

    @Test("of random bytes, exactly the canonical ones are accepted", arguments: seeds(20))
    func randomBytes(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<1_000 { accepted += check(generator.bytes(generator.pick(0..<12)), seed: seed) ? 1 : 0 }
        #expect(accepted > 0, "seed \(seed) shows only one side")
    }

    @Test("a random value is accepted as the oracle writes it", arguments: seeds(20))
    func randomValues(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let value = Value.random(depth: 4, &generator)
            #expect(refusal(of: value.encoded) == nil, "seed \(seed): \(value)")
        }
    }

    @Test("of damaged values, exactly those that are canonical again are accepted", arguments: seeds(20))
    func damagedValues(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var refused = 0
        for _ in 0..<300 {
            var bytes = Value.random(depth: 4, &generator).encoded
            for _ in 0..<generator.pick(1..<3) { damage(&bytes, &generator) }
            refused += check(bytes, seed: seed) ? 0 : 1
        }
        #expect(refused > 0, "seed \(seed) shows only one side")
    }

    @Test("a value in a wider form than it needs is refused", arguments: seeds(10))
    func widenedHeads(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let width = generator.pick([1, 2, 4, 8])
            let argument = generator.next() >> UInt64(generator.pick(0..<64))
            guard width == 8 || argument >> UInt64(8 * width) == 0 else { continue }
            let number = Value.head(generator.pick([0, 1]), argument, width: width)
            check(generator.chance(50) ? number : [0x82] + number + number, seed: seed)
        }
    }

    private func damage(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        let place = generator.pick(bytes.indices)
        switch generator.pick(0..<4) {
        case 0: bytes[place] ^= 1 << UInt8(generator.pick(0..<8))
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: place)
        default: bytes.swapAt(place, generator.pick(bytes.indices))
        }
    }
}

extension Value {
    /// A value with at most `depth` arrays and maps inside one another.
    fileprivate static func random(depth: Int, _ generator: inout SeededGenerator) -> Value {
        switch generator.pick(0..<(depth > 0 ? 8 : 6)) {
        case 0: .unsigned(generator.next() >> UInt64(generator.pick(0..<64)))
        case 1: .negative(generator.next() >> UInt64(generator.pick(0..<64)))
        case 2: .bytes(generator.bytes(generator.pick(0..<30)))
        case 3: .text(String((0..<generator.pick(0..<9)).map { _ in generator.pick(["a", "z", "ü", "水", "𐅑", "\0"]) }))
        case 4: .boolean(generator.chance(50))
        case 5: .null
        case 6: .array((0..<generator.pick(0..<5)).map { _ in random(depth: depth - 1, &generator) })
        default: randomMap(depth: depth - 1, &generator)
        }
    }

    private static func randomMap(depth: Int, _ generator: inout SeededGenerator) -> Value {
        var entries: [[UInt8]: Entry] = [:]
        for _ in 0..<generator.pick(0..<5) {
            let key = random(depth: depth, &generator)
            entries[key.encoded] = Entry(key: key, value: random(depth: depth, &generator))
        }
        return .map(Array(entries.values))
    }
}
