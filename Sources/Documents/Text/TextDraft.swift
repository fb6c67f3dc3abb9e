import Canon
import Ledger

/// Edits of a text that are to become one change.
///
/// It takes any number of patches, such as every keystroke of a session, and gives the fewest operations with their effect: one
/// insertion for each gap that received text, and one deletion. What is inserted and deleted again leaves no trace.
package struct TextDraft: Sendable {
    private let original: TextDocument
    private var edited: TextDocument
    /// Stands for the change that the edits are to become, which has no id before it is sealed.
    private static let change = Stamp(lamport: 0, device: DeviceID(.zero), seq: 0, change: ChangeID(.zero))

    package init(_ document: TextDocument) {
        original = document
        edited = document
    }

    package var scalarCount: Int { edited.scalarCount }

    /// The text as edited so far.
    package var text: String { edited.text }

    package mutating func apply(_ patch: TextPatch) throws(DocumentError) { try edited.edit(patch, at: Self.change) }
}

extension TextDraft {
    /// What the edits come to, for the document that the draft was made from.
    ///
    /// It ends the draft, so that the document can be changed next without being copied for the draft's sake.
    package consuming func operations() -> [TextOperation] {
        original.operations(for: replacements)
    }

    private var replacements: [Replacement] {
        let own = edited.sequence.changes.number(of: Self.change.change)
        var result: [Replacement] = []
        var start = 0
        var text = TextBuilder(capacity: 0)
        func end(at position: Int) {
            if position > start || !text.isEmpty { result.append(Replacement(range: start..<position, text: text.text)) }
            text = TextBuilder(capacity: 0)
        }
        for run in edited.sequence.runs where run.isVisible {
            if run.first.change == own {
                text.append(edited.contents[run.content..<run.content + run.length])
            } else {
                let position = original.sequence.visibleCount(before: run.first)
                end(at: position)
                start = position + run.length
            }
        }
        end(at: original.scalarCount)
        return result
    }
}

extension TextDocument {
    /// The operations of a change that makes these edits.
    package func operations(for patches: [TextPatch]) throws(DocumentError) -> [TextOperation] {
        // One patch, as each keystroke is where every keystroke counts, needs no draft.
        if patches.count == 1 {
            let patch = patches[0]
            try patch.check(length: scalarCount)
            return operations(for: [Replacement(range: patch.position..<patch.position + patch.deleted, text: patch.inserted)])
        }
        var draft = TextDraft(self)
        for patch in patches { try draft.apply(patch) }
        return draft.operations()
    }

    /// The operations that carry out replacements, which are in order and do not touch each other.
    fileprivate func operations(for replacements: [Replacement]) -> [TextOperation] {
        var operations: [TextOperation] = []
        var deleted: [ElementRange] = []
        for replacement in replacements {
            if !replacement.text.isEmpty {
                operations.append(insertion(of: replacement.text, at: replacement.range.lowerBound))
            }
            deleted += elements(in: replacement.range)
        }
        if !deleted.isEmpty { operations.append(.delete(deleted)) }
        return operations
    }

    /// The insertion of text before visible position `position`, next to the visible scalar on its left.
    private func insertion(of text: String, at position: Int) -> TextOperation {
        let left = position == 0 ? ElementKey.none : sequence.key(atVisible: position - 1)
        return .insert(left: sequence.ref(to: left), right: sequence.ref(to: sequence.key(after: left)), text: text)
    }
}

/// A stretch of the document that goes, and what comes in its place.
private struct Replacement {
    let range: Range<Int>
    let text: String
}

extension TextPatch {
    /// Checks that the patch fits a text of `length` scalars.
    func check(length: Int) throws(DocumentError) {
        guard (0...length).contains(position), (0...length - position).contains(deleted) else {
            throw DocumentError(.outOfBounds, position: position)
        }
    }
}
