import Ledger

/// Edits of a text that are to become one change.
///
/// It takes any number of patches, such as every keystroke of a session, and gives the fewest operations with their effect: one
/// insertion for each gap that received text, and one deletion. What is inserted and deleted again leaves no trace.
package struct TextDraft: Sendable {
    private let document: TextDocument
    private var pieces = ChunkedRuns<DraftPiece>()
    /// Everything inserted so far, in the order in which it came.
    private var inserted: [Unicode.Scalar] = []

    package init(_ document: TextDocument) {
        self.document = document
        if document.scalarCount > 0 {
            pieces.append(DraftPiece(source: .document, start: 0, length: document.scalarCount))
        }
    }

    package var scalarCount: Int { pieces.visibleCount }

    /// The text as edited so far.
    package var text: String {
        let original = Array(document.text.unicodeScalars)
        var builder = TextBuilder(capacity: scalarCount)
        for piece in pieces {
            builder.append((piece.source == .document ? original : inserted)[piece.start..<piece.end])
        }
        return builder.text
    }

    package mutating func apply(_ patch: TextPatch) throws(DocumentError) {
        try patch.check(length: scalarCount)
        delete(patch.deleted, at: patch.position)
        insert(patch.inserted, at: patch.position)
    }

    private mutating func delete(_ count: Int, at position: Int) {
        var rest = count
        while rest > 0 {
            var place = pieces.place(atVisible: position)
            if place.offset > 0 {
                _ = pieces.cut(at: place)
                place = pieces.place(atVisible: position)
            }
            if pieces[place].length > rest {
                place.offset = rest
                _ = pieces.cut(at: place)
                place = pieces.place(atVisible: position)
            }
            rest -= pieces[place].length
            pieces.removeRun(at: place)
        }
    }

    private mutating func insert(_ text: String, at position: Int) {
        let start = inserted.count
        inserted.append(contentsOf: text.unicodeScalars)
        guard inserted.count > start else { return }
        let piece = DraftPiece(source: .draft, start: start, length: inserted.count - start)
        guard position > 0 else {
            _ = pieces.insert(piece, at: pieces.start)
            return
        }
        var gap = pieces.place(atVisible: position - 1)
        gap.offset += 1
        var isAbsorbed = false
        if gap.offset == pieces[gap].length { pieces.update(gap) { isAbsorbed = $0.absorb(piece) } }
        if !isAbsorbed { _ = pieces.insert(piece, at: gap) }
    }
}

extension TextDraft {
    /// What the edits come to, for the document that the draft was made from.
    ///
    /// It ends the draft, so that the document can be changed next without being copied for the draft's sake.
    package consuming func operations() -> [TextOperation] {
        document.operations(for: replacements)
    }

    private var replacements: [Replacement] {
        var result: [Replacement] = []
        var start = 0
        var text = TextBuilder(capacity: 0)
        func end(at position: Int) {
            if position > start || !text.isEmpty { result.append(Replacement(range: start..<position, text: text.text)) }
            text = TextBuilder(capacity: 0)
        }
        for piece in pieces {
            switch piece.source {
            case .draft: text.append(inserted[piece.start..<piece.end])
            case .document:
                end(at: piece.start)
                start = piece.end
            }
        }
        end(at: document.scalarCount)
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
    fileprivate func check(length: Int) throws(DocumentError) {
        guard (0...length).contains(position), (0...length - position).contains(deleted) else {
            throw DocumentError(.outOfBounds, position: position)
        }
    }
}

/// A stretch of the text being edited: some of the document's, or some that was inserted.
private struct DraftPiece: ChunkedRun {
    enum Source: Sendable {
        case document
        case draft
    }

    let source: Source
    let start: Int
    var length: Int

    var visibleCount: Int { length }
    var end: Int { start + length }

    mutating func split(at offset: Int) -> DraftPiece {
        let tail = DraftPiece(source: source, start: start + offset, length: length - offset)
        length = offset
        return tail
    }

    mutating func absorb(_ next: DraftPiece) -> Bool {
        guard next.source == source, next.start == end else { return false }
        length += next.length
        return true
    }
}
