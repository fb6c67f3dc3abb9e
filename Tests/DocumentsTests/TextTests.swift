import Documents
import Ledger
import Support
import Testing

/// Texts edited by several replicas, against the tree of the paper.
struct TextTests {
    /// A history in which honest authors draft patches; checks each author's own view on the way.
    private func honest(_ generator: inout SeededGenerator, _ comment: Comment) throws -> History<TextStep> {
        let habits = (0..<4).map { _ in generator.pick(Habit.allCases) }
        return try History<TextStep>.random(
            &generator, devices: generator.pick(1..<5), count: generator.pick(1..<22), merging: generator.pick(0..<60),
            from: TextReplica(),
            write: { replica, moment, generator in
                let patches = patches(replica.document.text, habit: generator.pick(habits), &generator)
                var expected = scalars(replica.text)
                for patch in patches { patch.apply(to: &expected) }
                var draft = TextDraft(replica.document)
                for patch in patches { try draft.apply(patch) }
                #expect(scalars(draft.text) == expected, comment)
                let operations = draft.operations()
                let messages = replica.tree.messages(for: operations, of: moment.stamp.change) { $0.message }
                var after = replica.document
                try after.apply(operations, at: moment)
                #expect(scalars(after.text) == expected, comment)
                return [TextStep(operations: operations, messages: messages)]
            },
            apply: { replica, change in
                for step in change.operations { try replica.apply(step, of: change.stamp.change, at: change.moment()) }
                #expect(scalars(replica.document.text) == scalars(replica.text), comment)
            }
        ).history
    }

    /// A history whose authors name any elements that they have seen, without regard to where they are.
    private func dishonest(_ generator: inout SeededGenerator) throws -> History<TextStep> {
        try History<TextStep>.random(
            &generator, devices: generator.pick(1..<5), count: generator.pick(1..<30), merging: generator.pick(0..<60),
            from: TextReplica(),
            write: { replica, moment, generator in
                let known = replica.tree.order.map { ElementRef($0) as ElementRef? } + [nil]
                var tree = replica.tree
                var step = TextStep(operations: [], messages: [])
                for _ in 0..<generator.pick(1..<3) {
                    let operation = TextOperation.insert(
                        left: generator.pick(known), right: generator.pick(known), text: generator.pick(["x", "yz"]))
                    let messages = tree.messages(
                        for: [operation], of: moment.stamp.change, from: step.messages.count
                    ) { $0.messageForAnyOrigins }
                    step = TextStep(
                        operations: step.operations + [operation], messages: step.messages + messages,
                        isRefused: step.isRefused || tree.isBehindSibling(messages[0]))
                    for message in messages { tree.receive(message) }
                }
                return [step]
            },
            apply: { replica, change in
                for step in change.operations { try replica.apply(step, of: change.stamp.change, at: change.moment()) }
            }
        ).history
    }

    /// Delivers a history in several orders, storing and loading the document on the way, and compares text, order of elements and stored bytes.
    private func check(_ history: History<TextStep>, _ generator: inout SeededGenerator, _ comment: Comment) throws {
        var oracle = TextReplica()
        for change in history.changes {
            for step in change.operations {
                oracle.tree.receive(step, of: change.stamp.change, values: &oracle.values, deleted: &oracle.deleted)
            }
        }
        let visible = oracle.tree.order.filter { !oracle.deleted.contains($0) }
        var encodings: Set<[UInt8]> = []
        for order in history.orders(&generator) {
            var document = TextDocument()
            let stop = generator.pick(order)
            for change in order.map({ history.changes[$0] }) {
                if change.stamp == history.changes[stop].stamp { document = try TextDocument(decoding: document.encoded) }
                for step in change.operations { try document.receive(step, at: change.moment()) }
            }
            #expect(scalars(document.text) == scalars(oracle.text), comment)
            let elements = document.elements(in: 0..<document.scalarCount).flatMap { range in
                range.change.map { range.elements(of: $0) } ?? []
            }
            #expect(elements == visible, comment)
            encodings.insert(document.encoded)
        }
        #expect(encodings.count == 1, comment)
    }

    @Test("every order of delivery gives the text of the paper's tree, and the same bytes")
    func honestHistories() throws {
        for seed in seeds(1_000) {
            var generator = SeededGenerator(seed: seed)
            let history = try honest(&generator, "seed \(seed)")
            try check(history, &generator, "seed \(seed)")
        }
    }

    @Test("edits with origins that no honest author would name are refused by all, or give the same text in every order")
    func dishonestHistories() throws {
        for seed in seeds(800, base: 1_000_000) {
            var generator = SeededGenerator(seed: seed)
            let history = try dishonest(&generator)
            try check(history, &generator, "seed \(seed)")
        }
    }
}
