/// A repeatable source of random bits: xoshiro256**, its state filled by SplitMix64 from one seed.
///
/// A test that fails names its seed, and the same seed gives the same run again.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    package init(seed: UInt64) {
        var filler = SplitMix64(state: seed)
        state = (filler.next(), filler.next(), filler.next(), filler.next())
    }

    package mutating func next() -> UInt64 {
        let result = Self.rotate(state.1 &* 5, by: 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = Self.rotate(state.3, by: 45)
        return result
    }

    private static func rotate(_ value: UInt64, by count: UInt64) -> UInt64 { value << count | value >> (64 - count) }
}

/// Turns one seed into many well-mixed words, so that neighbouring seeds give unrelated states.
private struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

extension SeededGenerator {
    /// A number of `range`, each equally likely.
    package mutating func pick(_ range: Range<Int>) -> Int { Int.random(in: range, using: &self) }

    /// One of `choices`, each equally likely; there has to be one.
    package mutating func pick<Choices: RandomAccessCollection>(_ choices: Choices) -> Choices.Element {
        choices[choices.index(choices.startIndex, offsetBy: pick(0..<choices.count))]
    }

    /// True in about `percent` of a hundred calls.
    package mutating func chance(_ percent: Int) -> Bool { pick(0..<100) < percent }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}

/// Consecutive seeds, for the cases of a test that runs once a seed.
package func seeds(_ count: Int, base: UInt64 = 1) -> [UInt64] { (0..<UInt64(count)).map { base &+ $0 } }
