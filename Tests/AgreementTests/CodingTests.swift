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

        mutating func amount() -> Int64 { Int64(truncatingIfNeeded: generator.next()) }
        mutating func time() -> UInt64 { generator.next() % (AgreementLimits.time + 1) }
        mutating func split() -> Split { Split(released: amount(), refunded: amount()) }

        mutating func slots() -> SlotRanges {
            let first = generator.next() >> 40
            return SlotRanges((0..<generator.pick(1..<90)).map { Slot(number: first + UInt64($0 * generator.pick(1..<3))) })
        }

        mutating func acts() throws -> [Act] {
            let milestone = generator.pick(0..<AgreementLimits.milestones + 1)
            let round = generator.pick(0..<1 << 20)
            let keys = (0..<generator.pick(0..<4)).map { _ in ChangeKey(change: id(), key: bytes32()) }
            let week = Week(number: generator.next() >> 46)
            let receipt = try Receipt(
                by: SigningKey(seed: bytes32()), incarnation: bytes32(), time: time(), changes: [id(), id()])
            return [
                .offer(.random(using: &generator), prose: bytes32()), .accept(offer: id(), termsHash: bytes32()),
                .decline(offer: id()), .withdraw(offer: id()), .pause, .resume, .end,
                .submit(milestone: milestone, round: round, statement: bytes32()),
                .requestChanges(milestone: milestone, round: round, statement: bytes32()),
                .fund(milestone: milestone, total: amount()), .release(milestone: milestone, total: amount()),
                .refund(milestone: milestone, total: amount()), .giveBack(milestone: milestone, total: amount()),
                .confirm(milestone: milestone, total: amount()),
                .ask(milestone: milestone, total: amount(), statement: bytes32()), .withdrawAsk(milestone: milestone),
                .declineAsk(milestone: milestone, statement: bytes32()), .dispute(milestone: milestone, statement: bytes32()),
                .withdrawDispute(milestone: milestone), .answer(milestone: milestone, statement: bytes32(), keys: keys),
                .propose(milestone: milestone, split(), statement: bytes32()), .acceptSplit(proposal: id(), milestone: milestone),
                .rule(milestone: milestone, split(), statement: bytes32()),
                .invoice(Invoice(week: week, slots: slots(), entries: bytes32(), amount: amount())), .approve(invoice: id()),
                .disputeSlots(invoice: id(), slots(), statement: bytes32()), .seen(time: time(), [id(), id()]),
                .outage(from: time(), to: time()), .escalate(milestone: milestone, time: time()), .delivered(receipt),
                .serve(name: text(upTo: 20)),
            ] + receipts(milestone)
        }

        /// A receipt on each basis.
        private mutating func receipts(_ milestone: Int) -> [Act] {
            let bases: [EscrowReceipt.Basis] = [
                .funding, .release, .reviewTimeout, .refund, .askTimeout, .excess, .split(id()), .ruling(id()), .defaultShare,
                .giveBack, .invoice(id()),
            ]
            return bases.map { basis in
                let totals = Totals(funded: amount(), released: amount(), refunded: amount(), returned: amount())
                let reference = generator.chance(50) ? bytes32() : nil
                return .receipt(
                    EscrowReceipt(milestone: milestone, totals: totals, time: time(), basis: basis, reference: reference))
            }
        }

        mutating func accountActs() throws -> [AccountAct] {
            let euro = try Contract.euro()
            let method = PayoutMethod(
                name: text(upTo: 9), kind: generator.pick([.bank, .paypal, .other]), destination: text(upTo: 30),
                bic: generator.chance(50) ? text(upTo: 9) : nil, holder: text(upTo: 20))
            return [
                .method(method), .request(amount: amount(), currency: euro, method: text(upTo: 9)), .withdrawRequest(id()),
                .scheduled(amount: amount(), currency: euro, time: time()),
                .credit(contract: id(), milestone: 3, total: amount(), currency: euro, time: time()),
                .sent(request: id(), time: time()), .settled(request: id(), time: time(), reference: bytes32()),
                .failed(request: id(), time: time(), reason: text(upTo: 20)), .seen(time: time(), [id(), id()]),
            ] + PayoutSchedule.allCases.map { .schedule($0, method: text(upTo: 9)) }
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
                .hearing(Prose(salt: bytes32(), text: text(upTo: 90), files: files())),
                .message(text: text(upTo: 90), files: files()), .editMessage(id(), text: text(upTo: 90)),
                .file(FileReference(name: "a", size: 0, blob: id(), key: bytes32())), .name(text(upTo: 20)),
            ]
        }

        mutating func all() throws -> [Assertion] {
            try acts().map(Assertion.act) + edits().map(Assertion.edit) + accountActs().map(Assertion.account)
        }
    }

    @Test("each act and edit reads as it was written", arguments: seeds(30))
    func roundTrip(seed: UInt64) throws {
        var examples = Examples(seed: seed)
        for assertion in try examples.all() {
            #expect(try Assertion(assertion.operation) == assertion, "seed \(seed): \(assertion)")
        }
    }

    @Test("acts, the diary, names and what is said in a hearing are for money's readers, prose is for the parties alone")
    func audiences() throws {
        var examples = Examples(seed: 1)
        for act in try examples.acts() { #expect(Assertion.act(act).audience == .money, "\(act)") }
        for edit in examples.edits() {
            let isMoney =
                switch edit {
                case .diary, .hearing, .name: true
                default: false
                }
            #expect(Assertion.edit(edit).audience == (isMoney ? .money : .parties), "\(edit)")
        }
    }

    @Test("a kind of another version is not read, whatever it carries")
    func unknownKinds() throws {
        for kind in ["", "contract.offer2", "Contract.offer", "milestone.pay", "account.loan", "dispute", "escrow"] {
            #expect(try Assertion(Operation(kind)) == nil)
            #expect(try Assertion(Operation(kind, payload: [0xff])) == nil)
        }
    }

    @Test("damaged payloads are refused, or are another assertion in its one form", arguments: seeds(10))
    func damage(seed: UInt64) throws {
        var examples = Examples(seed: seed)
        var refused = 0
        for assertion in try examples.all() {
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
        let operations = try examples.all().map(\.operation)
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
        for operation in try examples.all().map(\.operation) {
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
            .fund(milestone: AgreementLimits.milestones + 1, total: 1), .escalate(milestone: 1, time: AgreementLimits.time + 1),
            .seen(time: AgreementLimits.time + 1, []), .outage(from: 0, to: AgreementLimits.time + 1),
            .seen(time: 0, [ChangeID](repeating: ChangeID(.zero), count: AgreementLimits.seen + 1)),
            .answer(
                milestone: 1, statement: .zero,
                keys: [ChangeKey](
                    repeating: ChangeKey(change: ChangeID(.zero), key: .zero), count: AgreementLimits.disclosures + 1)),
            .serve(name: long(LedgerLimits.name)),
            .invoice(
                Invoice(
                    week: Week(number: 1), slots: SlotRanges((0...UInt64(AgreementLimits.invoiceSlots)).map(Slot.init(number:))),
                    entries: .zero, amount: 1)),
        ]
        for act in beyond { #expect(throws: CanonError.self, "\(act)") { try Assertion(act.operation) } }
    }

    @Test("slots have one form: ranges that rise and do not touch")
    func slotForms() throws {
        let forms: [([(UInt64, UInt64)], [UInt64]?)] = [
            ([], []), ([(5, 2)], [5, 6]), ([(5, 1), (7, 1)], [5, 7]), ([(5, 0)], nil), ([(5, 1), (6, 1)], nil),
            ([(7, 1), (5, 1)], nil),
            ([(5, 2), (6, 1)], nil), ([(.max, 1)], nil), ([(5, .max)], nil), ([(AgreementLimits.time, 1)], nil),
        ]
        for (ranges, numbers) in forms {
            let bytes = CBORWriter.encode { writer in
                writer.array(ranges) { writer, range in
                    writer.array(2)
                    writer.unsigned(range.0)
                    writer.unsigned(range.1)
                }
            }
            var reader = CBORReader(bytes.span)
            #expect((try? SlotRanges(from: &reader))?.slots.map(\.number) == numbers, "\(ranges)")
        }
    }

    @Test("a receipt's basis names a change exactly where it rests on one")
    func bases() throws {
        for kind in UInt64(0)...12 {
            for change in [nil, ChangeID(.filled(1))] {
                let operation = Operation("escrow.receipt") {
                    $0.array(5)
                    $0.count(1)
                    $0.array([0, 0, 0, 0]) { $0.integer($1) }
                    $0.unsigned(0)
                    $0.array(2)
                    $0.unsigned(kind)
                    $0.optional(change) { $0.identifier($1) }
                    $0.optional(nil as Bytes32?) { $0.bytes32($1) }
                }
                let isSound = kind < 11 && (change != nil) == [6, 7, 10].contains(kind)
                #expect(((try? Assertion(operation)) != nil) == isSound, "\(kind)")
            }
        }
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
            : .hourly(
                rate: Int64(generator.pick(1..<100_000)), weeklyHours: UInt64(generator.pick(1..<169)),
                depositWeeks: UInt64(generator.pick(1..<53)))
        var deadlines = Deadlines.standard
        if generator.chance(50) { deadlines.review = UInt64(generator.pick(0..<1_000)) }
        return Terms(
            title: "Title \(generator.pick(0..<1_000))",
            currency: generator.pick(["EUR", "USD", "JPY"].compactMap(Currency.init(code:))),
            pricing: pricing, deadlines: deadlines,
            relays: (0..<generator.pick(0..<3)).map { _ in DeviceID(.random(using: &generator)) },
            agent: generator.chance(50) ? PersonID(.random(using: &generator)) : nil,
            mediator: generator.chance(50) ? PersonID(.random(using: &generator)) : nil,
            defaultShare: UInt64(generator.pick(0..<101)))
    }
}
