import Agreement
import Canon
import Ledger
import Support
import Testing

/// Acts and edits as they stand in a body.
struct CodingTests {
    /// Random acts and edits, each kind at least once.
    private struct Examples {
        var generator: SeededGenerator

        init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

        mutating func id<ID: Identifier>() -> ID { ID(.random(using: &generator)) }
        mutating func bytes32() -> Bytes32 { .random(using: &generator) }

        mutating func text(upTo limit: Int) -> String {
            String((0..<generator.pick(0..<limit)).map { _ in generator.pick(["a", "Z", " ", "\n", "é", "水", "👩‍🎨", "\0"]) })
        }

        mutating func files() -> [FileReference] {
            (0..<generator.pick(0..<4)).map { _ in
                FileReference(name: text(upTo: 9), size: generator.next() >> 1, blob: id(), key: bytes32())
            }
        }

        mutating func acts() -> [Act] {
            let milestone = generator.pick(0..<AgreementLimits.milestones + 1)
            let round = generator.pick(0..<1 << 20)
            return [
                .offer(.random(using: &generator), prose: bytes32()), .accept(offer: id(), termsHash: bytes32()),
                .decline(offer: id()), .withdraw(offer: id()),
                .submit(milestone: milestone, round: round, statement: bytes32()),
                .requestChanges(milestone: milestone, round: round, statement: bytes32()),
            ]
        }

        mutating func edits() -> [Edit] {
            let slot = Slot(containing: generator.next() >> 1)
            let entry = DiaryEntry(
                activity: generator.next() >> 32, isManual: generator.chance(50), memo: generator.chance(50) ? bytes32() : nil)
            return [
                .diary(slot, device: nil, entry), .diary(slot, device: id(), nil),
                .memo(slot, device: generator.chance(50) ? id() : nil, salt: bytes32(), text: text(upTo: 90)),
                .terms(payload: CBORWriter.encode { $0.array(0..<3) { $0.count($1) } }),
                .statement(Prose(salt: bytes32(), text: text(upTo: 90), files: files())),
                .message(text: text(upTo: 90), files: files()), .editMessage(id(), text: text(upTo: 90)),
                .file(FileReference(name: "a", size: 0, blob: id(), key: bytes32())), .name(text(upTo: 20)),
            ]
        }

        mutating func all() -> [Assertion] { acts().map(Assertion.act) + edits().map(Assertion.edit) }
    }

    @Test("each act and edit reads as it was written", arguments: seeds(30))
    func roundTrip(seed: UInt64) throws {
        var examples = Examples(seed: seed)
        for assertion in examples.all() {
            #expect(try Assertion(assertion.operation) == assertion, "seed \(seed): \(assertion)")
        }
    }

    @Test("acts and the diary are for money's readers, prose is for the parties alone")
    func audiences() {
        var examples = Examples(seed: 1)
        for act in examples.acts() { #expect(Assertion.act(act).audience == .money, "\(act)") }
        for edit in examples.edits() {
            let isDiary = if case .diary = edit { true } else { false }
            #expect(Assertion.edit(edit).audience == (isDiary ? .money : .parties), "\(edit)")
        }
    }

    @Test("a kind of another version is not read, whatever it carries")
    func unknownKinds() throws {
        for kind in ["", "contract.offer2", "Contract.offer", "milestone.fund"] {
            #expect(try Assertion(Operation(kind)) == nil)
            #expect(try Assertion(Operation(kind, payload: [0xff])) == nil)
        }
    }

    @Test("damaged payloads are refused, or are another assertion in its one form", arguments: seeds(10))
    func damage(seed: UInt64) {
        var examples = Examples(seed: seed)
        var refused = 0
        for assertion in examples.all() {
            let operation = assertion.operation
            for _ in 0..<200 {
                var payload = operation.payload
                switch examples.generator.pick(0..<4) {
                case 0: payload[examples.generator.pick(payload.indices)] ^= 1 << UInt8(examples.generator.pick(0..<8))
                case 1: payload.removeLast(examples.generator.pick(1..<payload.count + 1))
                case 2:
                    payload.insert(
                        UInt8(truncatingIfNeeded: examples.generator.next()), at: examples.generator.pick(payload.indices))
                default: payload = examples.generator.bytes(examples.generator.pick(0..<40))
                }
                let damaged = Operation(operation.kind, on: operation.document, payload: payload)
                do {
                    #expect(try Assertion(damaged)?.operation == damaged, "seed \(seed): \(operation.kind) \(hex(payload))")
                } catch { refused += 1 }
            }
        }
        #expect(refused > 1_000, "seed \(seed) damages too little")
    }

    @Test("a payload of one kind is not read as another, unless both have one form")
    func swappedKinds() throws {
        var examples = Examples(seed: 2)
        let operations = examples.all().map(\.operation)
        for first in operations {
            for second in operations where first.kind != second.kind {
                let swapped = Operation(first.kind, on: first.document, payload: second.payload)
                if let read = try? Assertion(swapped) { #expect(read.operation == swapped) }
            }
        }
    }

    @Test("a document is named exactly where the kind needs one")
    func documents() throws {
        var examples = Examples(seed: 3)
        for operation in examples.all().map(\.operation) {
            let other: ChangeID? = operation.document == nil ? examples.id() : nil
            #expect(throws: CanonError.self, "\(operation.kind)") {
                try Assertion(Operation(operation.kind, on: other, payload: operation.payload))
            }
        }
    }

    @Test("what is longer than its limit is refused")
    func limits() throws {
        let long = { (limit: Int) in String(repeating: "x", count: limit + 1) }
        let file = FileReference(name: long(AgreementLimits.fileName), size: 0, blob: BlobID(.zero), key: .zero)
        let small = FileReference(name: "", size: 0, blob: BlobID(.zero), key: .zero)
        let tooLong: [Edit] = [
            .memo(Slot(number: 0), device: nil, salt: .zero, text: long(AgreementLimits.memo)),
            .statement(Prose(salt: .zero, text: long(AgreementLimits.prose))),
            .message(text: long(AgreementLimits.message), files: []),
            .editMessage(ChangeID(.zero), text: long(AgreementLimits.message)),
            .message(text: "", files: [FileReference](repeating: small, count: AgreementLimits.files + 1)), .file(file),
            .name(long(LedgerLimits.name)), .diary(Slot(number: .max >> 1), device: nil, nil),
            .diary(Slot(number: 0), device: nil, DiaryEntry(activity: 1 << 33, isManual: false, memo: nil)),
        ]
        for edit in tooLong { #expect(throws: CanonError.self, "\(edit.operation.kind)") { try Assertion(edit.operation) } }
        let beyond: [Act] = [
            .submit(milestone: AgreementLimits.milestones + 1, round: 1, statement: .zero),
            .requestChanges(milestone: 1, round: 1 << 20 + 1, statement: .zero),
        ]
        for act in beyond { #expect(throws: CanonError.self, "\(act)") { try Assertion(act.operation) } }
    }

    @Test("a statement's hash covers its salt, text and files")
    func statements() {
        var examples = Examples(seed: 4)
        let file = FileReference(name: "a", size: 1, blob: examples.id(), key: examples.bytes32())
        let salt = examples.bytes32()
        let hashes = [
            Prose(salt: salt, text: "text"), Prose(salt: examples.bytes32(), text: "text"),
            Prose(salt: salt, text: "texts"),
            Prose(salt: salt, text: "text", files: [file]), Prose(salt: salt, text: "text", files: [file, file]),
        ].map(\.hash)
        #expect(Set(hashes).count == hashes.count)
        #expect(hashes[0] == Prose(salt: salt, text: "text").hash)
    }

    @Test("slots are ten minutes of UTC")
    func slots() {
        let cases: [(UInt64, UInt64)] = [(0, 0), (599_999, 0), (600_000, 1), (1_700_000_000_000, 2_833_333)]
        for (time, number) in cases {
            #expect(Slot(containing: time).number == number)
            #expect(Slot(containing: Slot(number: number).start).number == number)
        }
        #expect(Slot(number: 1) < Slot(number: 2))
    }
}

extension Terms {
    /// Terms that can be offered.
    static func random(using generator: inout SeededGenerator) -> Terms {
        let days = [Day(text: "2026-12-15"), Day(text: "2028-02-29"), nil]
        let pricing: Pricing =
            generator.chance(50)
            ? .fixed(
                (1...generator.pick(1..<6)).map { number in
                    MilestoneTerms(
                        number: number, title: "Part \(number)", amount: Int64(generator.pick(1..<1_000_000)),
                        due: generator.pick(days))
                })
            : .hourly(rate: Int64(generator.pick(1..<100_000)), weeklyHours: UInt64(generator.pick(1..<169)))
        var deadlines = Deadlines.standard
        if generator.chance(50) { deadlines.review = UInt64(generator.pick(0..<1_000)) }
        return Terms(
            title: "Title \(generator.pick(0..<1_000))",
            currency: generator.pick(["EUR", "USD", "JPY"].compactMap(Currency.init(code:))),
            pricing: pricing, deadlines: deadlines,
            relays: (0..<generator.pick(0..<3)).map { _ in DeviceID(.random(using: &generator)) })
    }
}
