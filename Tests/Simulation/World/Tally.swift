/// How often things happened, by name.
package struct Tally: Sendable {
    package private(set) var counts: [String: Int] = [:]

    package init() {}

    package subscript(_ name: String) -> Int { counts[name] ?? 0 }

    package mutating func add(_ name: String, _ count: Int = 1) { counts[name, default: 0] += count }

    package mutating func add(_ other: Tally) { counts.merge(other.counts) { $0 + $1 } }

    /// One line a name.
    package var lines: [String] { counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" } }
}
