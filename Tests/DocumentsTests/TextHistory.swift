import Documents
import Ledger
import Support
import Testing

/// What a change of a simulated text history carries: its operations, and the same in the words of the paper.
struct TextStep {
    let operations: [TextOperation]
    let messages: [FugueTree.Message]
    /// Whether every replica has to refuse it, which then has no messages.
    var isRefused = false
}

/// A replica in three forms: the document, the oracle, and what its author should see.
struct TextReplica {
    var document = TextDocument()
    var tree = FugueTree()
    var values: [ElementID: Unicode.Scalar] = [:]
    var deleted: Set<ElementID> = []

    /// The visible text according to the oracle.
    var text: String {
        String(String.UnicodeScalarView(tree.order.filter { !deleted.contains($0) }.compactMap { values[$0] }))
    }

    mutating func apply(_ step: TextStep, of change: ChangeID, at moment: Moment) throws {
        try document.receive(step, at: moment)
        tree.receive(step, of: change, values: &values, deleted: &deleted)
    }
}

extension TextDocument {
    /// Applies a step, or sees it refused and the document unchanged.
    mutating func receive(_ step: TextStep, at moment: Moment) throws {
        guard step.isRefused else { return try apply(step.operations, at: moment) }
        let before = encoded
        let error = #expect(throws: DocumentError.self) { try apply(step.operations, at: moment) }
        #expect(error?.code == .takenPlace)
        #expect(encoded == before)
    }
}

extension FugueTree {
    /// Carries out a step, element by element.
    mutating func receive(
        _ step: TextStep, of change: ChangeID, values: inout [ElementID: Unicode.Scalar], deleted: inout Set<ElementID>
    ) {
        if step.isRefused { return }
        for message in step.messages { receive(message) }
        var scalars: [Unicode.Scalar] = []
        for operation in step.operations {
            switch operation {
            case .insert(_, _, let text): scalars += Array(text.unicodeScalars)
            case .delete(let ranges): deleted.formUnion(ranges.flatMap { $0.elements(of: change) })
            }
        }
        for (message, scalar) in zip(step.messages, scalars) { values[message.id] = scalar }
    }

    /// The messages of a change's insertions, from its author's tree.
    ///
    /// Each scalar goes between the one before and the right origin.
    func messages(
        for operations: [TextOperation], of change: ChangeID, from first: Int = 0,
        rule: (FugueTree) -> (ElementID, ElementID?, ElementID?) -> Message
    ) -> [Message] {
        var tree = self
        var messages: [Message] = []
        for case .insert(let left, let right, let text) in operations {
            var left = left?.id(in: change)
            for _ in text.unicodeScalars {
                let id = ElementID(change: change, index: UInt32(first + messages.count))
                let message = rule(tree)(id, left, right?.id(in: change))
                tree.receive(message)
                messages.append(message)
                left = id
            }
        }
        return messages
    }
}

extension ElementRef {
    func id(in change: ChangeID) -> ElementID { ElementID(change: self.change ?? change, index: index) }
}

extension ElementRange {
    func elements(of change: ChangeID) -> [ElementID] {
        (start..<start + count).map { ElementID(change: self.change ?? change, index: $0) }
    }
}

/// How an author moves on from one patch to the next.
enum Habit: CaseIterable {
    case forward
    case backward
    case anywhere
    case middle
}

/// A few patches as someone might make them, often where others do too.
func patches(_ text: String, habit: Habit, _ generator: inout SeededGenerator) -> [TextPatch] {
    var length = text.unicodeScalars.count
    var position = habit == .anywhere ? generator.pick(0..<length + 1) : length / 2
    var result: [TextPatch] = []
    for _ in 0..<generator.pick(1..<5) {
        let deleted = generator.chance(35) ? generator.pick(0..<min(4, length - position) + 1) : 0
        let inserted = generator.chance(80) || deleted == 0 ? word(&generator) : ""
        result.append(TextPatch(position, deleting: deleted, inserting: inserted))
        length += inserted.unicodeScalars.count - deleted
        switch habit {
        case .forward: position += inserted.unicodeScalars.count
        case .backward: break
        case .anywhere: position = generator.pick(0..<length + 1)
        case .middle: position = length / 2
        }
    }
    return result
}

/// A few scalars, some of them outside ASCII and some outside the basic plane.
private func word(_ generator: inout SeededGenerator) -> String {
    var scalars = String.UnicodeScalarView()
    for _ in 0..<generator.pick(1..<4) { scalars.append(generator.pick(Array("abcdefghij \u{301}é𝄞".unicodeScalars))) }
    return String(scalars)
}

extension TextPatch {
    /// The patch carried out on a plain array.
    func apply(to scalars: inout [Unicode.Scalar]) {
        scalars.replaceSubrange(position..<position + deleted, with: Array(inserted.unicodeScalars))
    }
}

func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }
