import Canon
import Documents
import Ledger
import Support
import Testing

/// What a hostile peer may send: it is refused, and the document stays as it was.
struct TextRefusalTests {
    private static let writer = DeviceID.numbered(1)
    private static let other = DeviceID.numbered(2)
    private static let first = ChangeID.numbered(10)
    private static let second = ChangeID.numbered(20)
    private static let third = ChangeID.numbered(30)

    /// "hello" by the writer's first change, "XY" inserted by the other device's.
    private static func document() throws -> TextDocument {
        var document = TextDocument()
        try document.apply([.insert(left: nil, right: nil, text: "hello")], at: moment(first, writer, seq: 0))
        try document.apply(
            [.insert(left: ElementRef(change: first, index: 1), right: ElementRef(change: first, index: 2), text: "XY")],
            at: moment(second, other, seq: 0, seen: [writer: 1]))
        return document
    }

    private static func moment(
        _ change: ChangeID, _ device: DeviceID, seq: UInt64, seen: [DeviceID: UInt64] = [:]
    ) -> Moment {
        Moment(stamp: Stamp(lamport: 9, device: device, seq: seq, change: change), past: VersionVector(unforked: seen))
    }

    private static func insert(_ left: ElementRef?, _ right: ElementRef?, _ text: String = "z") -> TextOperation {
        .insert(left: left, right: right, text: text)
    }

    private static func ref(_ change: ChangeID?, _ index: UInt32) -> ElementRef { ElementRef(change: change, index: index) }

    private static func delete(_ change: ChangeID?, _ start: UInt32, _ count: UInt32) -> TextOperation {
        .delete([ElementRange(change: change, start: start, count: count)])
    }

    /// The author of each case has seen the first change and not the second.
    @Test(
        "an operation that names what its author cannot have seen, or does nothing, is refused",
        arguments: [
            ([insert(ref(third, 0), nil)], DocumentError.Code.unknownElement),
            ([insert(ref(first, 5), nil)], .unknownElement),
            ([insert(ref(first, .max), nil)], .unknownElement),
            ([insert(nil, ref(first, 5))], .unknownElement),
            ([insert(ref(nil, 0), nil)], .unknownElement),
            ([insert(ref(second, 0), nil)], .unknownElement),
            ([insert(nil, ref(second, 1))], .unknownElement),
            ([insert(nil, ref(first, 0)), insert(ref(nil, 1), nil)], .unknownElement),
            ([insert(nil, nil, "")], .emptyOperation),
            ([insert(nil, ref(first, 0)), .delete([])], .emptyOperation),
            ([delete(first, 0, 6)], .unknownElement),
            ([delete(first, 5, 1)], .unknownElement),
            ([delete(first, 1, .max)], .unknownElement),
            ([delete(first, .max, .max)], .unknownElement),
            ([delete(first, 0, 0)], .emptyOperation),
            ([delete(second, 0, 1)], .unknownElement),
            ([delete(nil, 0, 1)], .unknownElement),
            ([insert(nil, ref(first, 0), "ab"), delete(nil, 1, 2)], .unknownElement),
            ([delete(first, 0, 2), delete(third, 0, 1)], .unknownElement),
            ([insert(nil, nil)], .takenPlace),
            ([insert(nil, ref(first, 0)), delete(first, 0, 2), insert(ref(nil, 0), nil), insert(ref(nil, 0), nil)], .takenPlace),
            ([insert(nil, ref(first, 0)), insert(nil, ref(first, 0))], .takenPlace),
        ])
    func operations(operations: [TextOperation], code: DocumentError.Code) throws {
        var document = try Self.document()
        let before = document.encoded
        let moment = Self.moment(.numbered(40), Self.writer, seq: 1, seen: [Self.writer: 1])
        let error = #expect(throws: DocumentError.self) { try document.apply(operations, at: moment) }
        #expect(error?.code == code)
        #expect(document.encoded == before)
        try document.apply([Self.insert(nil, Self.ref(Self.first, 0), "after "), Self.delete(nil, 5, 1)], at: moment)
        #expect(document.text == "afterheXYllo")
    }

    @Test("elements of the change itself may be named by its operations, with or without its id")
    func ownElements() throws {
        var document = try Self.document()
        let change = ChangeID.numbered(40)
        let moment = Self.moment(change, Self.writer, seq: 1, seen: [Self.writer: 1])
        try document.apply(
            [
                Self.insert(Self.ref(Self.first, 4), nil, "abc"), Self.insert(Self.ref(nil, 0), Self.ref(nil, 1), "-"),
                Self.delete(change, 2, 1),
            ], at: moment)
        #expect(document.text == "heXYlloa-b")
        try document.apply([Self.insert(Self.ref(nil, 1), Self.ref(change, 2), "!")], at: moment)
        #expect(document.text == "heXYlloa-b!")
    }

    @Test("a change that is not in force leaves hidden elements that others may build on")
    func anchors() throws {
        var document = try Self.document()
        let moment = Self.moment(Self.third, Self.writer, seq: 1, seen: [Self.writer: 1])
        try document.apply(
            [Self.insert(Self.ref(Self.first, 4), nil, "unseen"), Self.delete(Self.first, 0, 2)], at: moment, asAnchors: true)
        #expect(document.text == "heXYllo")
        try document.apply(
            [Self.insert(Self.ref(Self.third, 5), nil, "!")],
            at: Self.moment(.numbered(50), Self.other, seq: 1, seen: [Self.writer: 2, Self.other: 1]))
        #expect(document.text == "heXYllo!")
        #expect(try TextDocument(decoding: document.encoded).text == "heXYllo!")
    }

    /// An edit with everything in it.
    private static let edit: [TextOperation] = [
        insert(ref(first, 0), ref(first, 1), "aé𝄞"), insert(ref(nil, 2), ref(nil, 2), "b"),
        .delete([
            ElementRange(change: first, start: 1, count: 3), ElementRange(change: nil, start: 0, count: 2),
            ElementRange(change: second, start: 0, count: 2),
        ]),
        insert(ref(second, 0), ref(second, 1), "c"),
    ]

    @Test("an edit comes back from its payload as it was")
    func roundTrip() throws {
        #expect(try TextOperation.decode(TextOperation.encoded(Self.edit)) == Self.edit)
        #expect(try TextOperation.decode(TextOperation.encoded([])) == [])
        for seed in seeds(200) {
            var generator = SeededGenerator(seed: seed)
            var changes: [ChangeID?] = [nil]
            for _ in 0..<generator.pick(1..<5) { changes.append(.random(&generator)) }
            let refs = changes.map { Self.ref($0, UInt32(generator.pick(0..<70_000))) as ElementRef? } + [nil]
            let edit = (0..<generator.pick(0..<6)).map { _ in
                generator.chance(50)
                    ? Self.insert(generator.pick(refs), generator.pick(refs), generator.pick(["a", "ä", "long text"]))
                    : TextOperation.delete(
                        (0..<generator.pick(1..<5)).map { _ in
                            ElementRange(
                                change: generator.pick(changes), start: UInt32(generator.pick(0..<99)),
                                count: UInt32(generator.pick(0..<99)))
                        })
            }
            #expect(try TextOperation.decode(TextOperation.encoded(edit)) == edit, "seed \(seed)")
        }
    }

    /// Every prefix of `bytes`, and `bytes` with each byte changed in several ways.
    private func damaged(_ bytes: [UInt8]) -> (prefixes: [[UInt8]], changed: [[UInt8]]) {
        let changed = bytes.indices.flatMap { index in
            [1, 2, 4, 8, 16, 32, 64, 128, 255].map { (mask: UInt8) in
                var copy = bytes
                copy[index] ^= mask
                return copy
            }
        }
        return (bytes.indices.map { Array(bytes[..<$0]) }, changed)
    }

    @Test("a damaged payload is refused or is another edit, and applying it throws or leaves a sound document")
    func damagedPayloads() throws {
        let bytes = TextOperation.encoded(Self.edit)
        let cases = damaged(bytes)
        for prefix in cases.prefixes {
            #expect(throws: CanonError.self) { try TextOperation.decode(prefix) }
        }
        var refused = 0
        let start = try Self.document()
        for payload in cases.changed {
            var document = start
            do {
                let edit = try TextOperation.decode(payload)
                #expect(TextOperation.encoded(edit) == payload)
                try document.apply(
                    edit, at: Self.moment(Self.third, Self.writer, seq: 1, seen: [Self.writer: 1, Self.other: 1]))
                #expect(try TextDocument(decoding: document.encoded).text == document.text)
            } catch {
                refused += 1
                #expect(error is CanonError || error is DocumentError)
                #expect(document.encoded == start.encoded)
            }
        }
        #expect(refused > cases.changed.count / 2)
    }

    @Test("a damaged stored document is refused, or is another document that works")
    func damagedDocuments() throws {
        var document = try Self.document()
        let moment = Self.moment(Self.third, Self.writer, seq: 1, seen: [Self.writer: 1, Self.other: 1])
        try document.apply(Self.edit, at: moment)
        let cases = damaged(document.encoded)
        for prefix in cases.prefixes {
            #expect(throws: CanonError.self) { try TextDocument(decoding: prefix) }
        }
        var accepted = 0
        for bytes in cases.changed {
            guard var copy = try? TextDocument(decoding: bytes) else { continue }
            accepted += 1
            #expect(copy.encoded == bytes)
            let length = copy.scalarCount
            let operations = try copy.operations(for: [TextPatch(length / 2, deleting: length / 4, inserting: "new")])
            try? copy.apply(
                operations, at: Self.moment(.numbered(90), Self.writer, seq: 7, seen: [Self.writer: 7, Self.other: 7]))
            #expect(try TextDocument(decoding: copy.encoded).text == copy.text)
        }
        #expect(accepted > 0 && accepted < cases.changed.count)
    }
}
