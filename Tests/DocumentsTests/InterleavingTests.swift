import Documents
import Ledger
import Support
import Testing

/// What several authors type at the same place at the same time stays in one piece for each of them.
struct InterleavingTests {
    private enum Direction: CaseIterable {
        case forward
        case backward
    }

    /// Types `word` scalar by scalar, a change each, and returns the changes.
    private func type(
        _ word: String, _ direction: Direction, at position: Int, in document: TextDocument, by device: DeviceID,
        after base: VersionVector, _ generator: inout SeededGenerator
    ) throws -> [Change<[TextOperation]>] {
        var document = document
        var past = base
        var changes: [Change<[TextOperation]>] = []
        for (seq, scalar) in (direction == .forward ? scalars(word) : scalars(word).reversed()).enumerated() {
            let place = direction == .forward ? position + seq : position
            let operations = try document.operations(for: [TextPatch(place, inserting: String(scalar))])
            let stamp = Stamp(lamport: UInt64(seq) + 2, device: device, seq: UInt64(seq), change: .random(&generator))
            let change = Change(stamp: stamp, past: past, parents: [], operations: [operations])
            try document.apply(operations, at: change.moment())
            past.insert(stamp)
            changes.append(change)
        }
        return changes
    }

    /// Takes the next change of a random author until none is left.
    private func shuffled(
        _ authors: [[Change<[TextOperation]>]], _ generator: inout SeededGenerator
    ) -> [Change<[TextOperation]>] {
        var rest = authors.map { $0[...] }
        var result: [Change<[TextOperation]>] = []
        while true {
            let open = rest.indices.filter { !rest[$0].isEmpty }
            if open.isEmpty { return result }
            let author = generator.pick(open)
            result.append(rest[author].removeFirst())
        }
    }

    @Test("words typed forward or backward at the same place never mix", arguments: [(0, 0), (1, 2), (2, 4), (4, 4)])
    func words(position: Int, length: Int) throws {
        let words = ["ABCDE", "vwxyz", "12345"]
        for seed in seeds(100) {
            var generator = SeededGenerator(seed: seed)
            let editor = DeviceID.random(&generator)
            let base = Change<[TextOperation]>(
                stamp: Stamp(lamport: 1, device: editor, seq: 0, change: .random(&generator)), past: VersionVector(), parents: [],
                operations: length == 0 ? [] : [[.insert(left: nil, right: nil, text: String("....".prefix(length)))]])
            var start = TextDocument()
            for operations in base.operations { try start.apply(operations, at: base.moment()) }
            var authors: [[Change<[TextOperation]>]] = []
            for word in words {
                authors.append(
                    try type(
                        word, generator.pick(Direction.allCases), at: position, in: start, by: .random(&generator),
                        after: VersionVector([LogID(editor): 1]), &generator))
            }
            var texts: Set<String> = []
            for _ in 0..<4 {
                var document = start
                for change in shuffled(authors, &generator) {
                    for operations in change.operations { try document.apply(operations, at: change.moment()) }
                }
                texts.insert(document.text)
            }
            #expect(texts.count == 1, "seed \(seed)")
            let text = try #require(texts.first)
            #expect(text.count == length + 15)
            for word in words { #expect(text.contains(word), "seed \(seed): \(text)") }
        }
    }
}
