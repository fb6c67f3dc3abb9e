import Documents
import Ledger
import Support
import Testing

/// Local editing: drafts, positions, and texts that are edited outside.
struct TextDraftTests {
    private let device = DeviceID.numbered(1)

    private func moment(_ seq: UInt64) -> Moment {
        Moment(
            stamp: Stamp(lamport: seq + 1, device: device, seq: seq, change: .numbered(seq + 100)),
            past: VersionVector([LogID(device): seq]))
    }

    private func document(_ text: String) throws -> TextDocument {
        var document = TextDocument()
        try document.apply([.insert(left: nil, right: nil, text: text)], at: moment(0))
        return document
    }

    private func ref(_ index: UInt32) -> ElementRef { ElementRef(change: moment(0).stamp.change, index: index) }
    private func range(_ start: UInt32, _ count: UInt32) -> ElementRange {
        ElementRange(change: moment(0).stamp.change, start: start, count: count)
    }

    /// What each list of patches to "hello world" comes to.
    @Test("a draft gives the fewest operations")
    func fewest() throws {
        let document = try document("hello world")
        let cases: [([TextPatch], [TextOperation])] = [
            ([], []),
            ([TextPatch(3)], []),
            ([TextPatch(11, inserting: "!")], [.insert(left: ref(10), right: nil, text: "!")]),
            ([TextPatch(0, inserting: "b"), TextPatch(0, inserting: "a")], [.insert(left: nil, right: ref(0), text: "ab")]),
            (
                [
                    TextPatch(5, inserting: ","), TextPatch(6, inserting: "x"), TextPatch(6, deleting: 1),
                    TextPatch(6, inserting: "y"),
                ],
                [.insert(left: ref(4), right: ref(5), text: ",y")]
            ),
            ([TextPatch(5, inserting: "gone"), TextPatch(5, deleting: 4)], []),
            ([TextPatch(2, deleting: 1), TextPatch(1, deleting: 3)], [.delete([range(1, 4)])]),
            (
                [TextPatch(6, deleting: 5, inserting: "there"), TextPatch(0, deleting: 1, inserting: "H")],
                [
                    .insert(left: nil, right: ref(0), text: "H"), .insert(left: ref(5), right: ref(6), text: "there"),
                    .delete([range(0, 1), range(6, 5)]),
                ]
            ),
            (
                [TextPatch(0, deleting: 11, inserting: "é𝄞")],
                [.insert(left: nil, right: ref(0), text: "é𝄞"), .delete([range(0, 11)])]
            ),
        ]
        for (patches, operations) in cases { #expect(try document.operations(for: patches) == operations) }
    }

    @Test(
        "an edit that reaches past the end is refused and leaves the draft as it was",
        arguments: [
            TextPatch(-1), TextPatch(6), TextPatch(4, deleting: 2), TextPatch(0, deleting: -1), TextPatch(5, deleting: .max),
            TextPatch(.max, inserting: "x"), TextPatch(.min, deleting: .min),
        ])
    func bounds(patch: TextPatch) throws {
        var draft = TextDraft(try document("hello"))
        let error = #expect(throws: DocumentError.self) { try draft.apply(patch) }
        #expect(error?.code == .outOfBounds)
        #expect(draft.text == "hello")
        #expect(draft.operations().isEmpty)
    }

    @Test("a long text with thousands of edits stays equal to a plain array, and its positions and elements agree")
    func longText() throws {
        for seed in seeds(2) {
            var generator = SeededGenerator(seed: seed)
            var document = TextDocument()
            var expected: [Unicode.Scalar] = []
            for seq in 0..<400 as Range<UInt64> {
                var patches: [TextPatch] = []
                for _ in 0..<12 {
                    let position = generator.pick(0..<expected.count + 1)
                    let deleted = generator.chance(25) ? generator.pick(0..<min(30, expected.count - position) + 1) : 0
                    patches.append(TextPatch(position, deleting: deleted, inserting: generator.pick(["a", "bc", "d e f"])))
                    patches.last?.apply(to: &expected)
                }
                try document.apply(try document.operations(for: patches), at: moment(seq))
            }
            #expect(scalars(document.text) == expected, "seed \(seed)")
            let copy = try TextDocument(decoding: document.encoded)
            for document in [document, copy] {
                for _ in 0..<200 {
                    let start = generator.pick(0..<expected.count)
                    let end = generator.pick(start..<expected.count + 1)
                    #expect(scalars(document.text(in: start..<end)) == Array(expected[start..<end]), "seed \(seed)")
                    let elements = document.elements(in: start..<end).flatMap { $0.elements(of: .numbered(0)) }
                    #expect(elements.count == end - start, "seed \(seed)")
                    for (offset, element) in elements.enumerated().prefix(20) {
                        #expect(document.position(of: element) == start + offset, "seed \(seed)")
                    }
                }
            }
            #expect(document.position(of: ElementID(change: .numbered(1), index: 0)) == nil)
        }
    }

    /// Strokes as people make them: typing on, deleting backwards and forwards, and now and then going elsewhere.
    private func strokes(from start: Int, in length: Int, using generator: inout SeededGenerator) -> [TextPatch] {
        var (position, length) = (start, length)
        return (0..<generator.pick(1..<8)).compactMap { _ in
            switch generator.pick(0..<4) {
            case 0 where position > 0:
                (position, length) = (position - 1, length - 1)
                return TextPatch(position, deleting: 1)
            case 1 where position < length:
                let count = generator.pick(1..<min(4, length - position) + 1)
                length -= count
                return TextPatch(position, deleting: count)
            default:
                let text = generator.pick(["a", "é", "bcd"])
                position += text.unicodeScalars.count
                length += text.unicodeScalars.count
                return TextPatch(position - text.unicodeScalars.count, inserting: text)
            }
        }
    }

    private func areEqual(_ first: TextDocument, _ second: TextDocument) -> Bool { first.encoded == second.encoded }

    @Test("editing a text where it is does what applying the operations does, whatever others do in between")
    func editing() throws {
        for seed in seeds(4) {
            var generator = SeededGenerator(seed: seed)
            var (edited, plain, theirs) = (TextDocument(), TextDocument(), TextDocument())
            var (sent, seen): (UInt64, UInt64) = (0, 0)
            for seq in 0..<300 as Range<UInt64> {
                let moment = Moment(
                    stamp: Stamp(lamport: seq + 1, device: device, seq: seq, change: .numbered(seq)),
                    past: VersionVector([LogID(device): seq, LogID(.numbered(2)): sent]))
                for patch in strokes(from: generator.pick(0..<plain.scalarCount + 1), in: plain.scalarCount, using: &generator) {
                    try plain.apply(try plain.operations(for: [patch]), at: moment)
                    try edited.edit(patch, at: moment.stamp)
                }
                if seq % 10 == 0 { #expect(areEqual(edited, plain), "seed \(seed), change \(seq)") }
                if generator.chance(10) { edited = try TextDocument(decoding: edited.encoded) }
                // Somebody else edits the text as it was a while ago.
                if generator.chance(10) { (theirs, seen) = (plain, seq + 1) }
                guard generator.chance(30), theirs.scalarCount > 0 else { continue }
                let other = Moment(
                    stamp: Stamp(lamport: seq + 1, device: .numbered(2), seq: sent, change: .numbered(1_000 + sent)),
                    past: VersionVector([LogID(device): seen, LogID(.numbered(2)): sent]))
                sent += 1
                let patch = TextPatch(generator.pick(0..<theirs.scalarCount), deleting: 1, inserting: "xy")
                let operations = try theirs.operations(for: [patch])
                try theirs.apply(operations, at: other)
                try plain.apply(operations, at: other)
                try edited.apply(operations, at: other)
            }
            #expect(areEqual(edited, plain), "seed \(seed)")
            #expect(edited.text == plain.text, "seed \(seed)")
        }
    }

    @Test(
        "a text edited outside is taken over by patches",
        arguments: [
            ("", ""), ("", "new"), ("old", ""), ("same", "same"), ("one\ntwo\nthree\n", "one\n2\nthree\n"),
            ("a line without end", "a line without end\n"), ("The quick brown fox", "The slow brown dog"),
            ("e\u{301}", "\u{e9}"), ("aaaa", "aaa"), ("x\r\ny", "x\ny"), ("𝄞 clef", "𝄢 clef"),
        ])
    func difference(old: String, new: String) {
        var text = scalars(old)
        for patch in TextDifference.patches(from: old, to: new) { patch.apply(to: &text) }
        #expect(text == scalars(new))
    }

    @Test("patches touch only the words that changed")
    func smallDifference() {
        let old = "First line.\nThe qiuck brown fox jumps.\nA line.\nThe end.\n"
        let new = "First line.\nThe quick red fox jumps.\nA line.\nAnother.\nThe end.\n"
        #expect(
            TextDifference.patches(from: old, to: new) == [
                TextPatch(47, inserting: "Another.\n"), TextPatch(22, deleting: 5, inserting: "red"),
                TextPatch(17, deleting: 2, inserting: "ui"),
            ])
    }

    @Test("texts of thousands of words are compared in near linear time, alike or not")
    func longDifference() {
        for seed in seeds(3) {
            var generator = SeededGenerator(seed: seed)
            let words = (0..<20_000).map { _ in String(generator.pick(0..<3_000), radix: 36) }
            var edited = words
            for _ in 0..<200 { edited[generator.pick(0..<edited.count)] = "edited" }
            edited.removeSubrange(5_000..<5_100)
            edited.insert(contentsOf: words[100..<300], at: 9_000)
            let separator = generator.pick([" ", "\n"])
            let unlike = (0..<20_000).map { _ in String(generator.pick(0..<3_000), radix: 7) }
            for other in [edited, unlike, words.reversed()] {
                let (old, new) = (words.joined(separator: separator), other.joined(separator: separator))
                var text = scalars(old)
                let patches = TextDifference.patches(from: old, to: new)
                for patch in patches { patch.apply(to: &text) }
                #expect(text == scalars(new), "seed \(seed)")
                if other == edited { #expect(patches.count <= 250, "seed \(seed)") }
            }
        }
    }
}
