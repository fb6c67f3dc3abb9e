package import Ledger

/// A text that several replicas edit at once, and which is the same wherever the same edits arrived.
///
/// Its elements are Unicode scalars, so that everything has a position that no version of the Unicode tables can move. What two
/// authors type at the same place never interleaves, forward or backward (see `ElementSequence`). Deleted scalars stay as
/// hidden elements, since edits still to come may name them.
package struct TextDocument: Sendable {
    private(set) var sequence: ElementSequence
    /// The scalars of the elements, in the order of their arrival; a run says where its own begin.
    private(set) var contents: [Unicode.Scalar]

    package init() { self.init(sequence: ElementSequence(), contents: []) }

    init(sequence: ElementSequence, contents: [Unicode.Scalar]) {
        self.sequence = sequence
        self.contents = contents
    }

    /// The length of the visible text.
    package var scalarCount: Int { sequence.visibleCount }

    /// The visible text.
    package var text: String {
        var builder = TextBuilder(capacity: scalarCount)
        for run in sequence.runs where run.isVisible {
            builder.append(contents[run.content..<run.content + run.length])
        }
        return builder.text
    }

    /// A part of the visible text; `range` has to lie in it.
    package func text(in range: Range<Int>) -> String {
        var builder = TextBuilder(capacity: range.count)
        for run in sequence.visibleRuns(in: range) { builder.append(contents[run.content..<run.content + run.length]) }
        return builder.text
    }

    /// The elements that show at the visible positions of `range`, in order; `range` has to lie in the text.
    package func elements(in range: Range<Int>) -> [ElementRange] {
        var ranges: [ElementRange] = []
        for run in sequence.visibleRuns(in: range) {
            let id = sequence.id(of: run.first)
            if let last = ranges.last, last.change == id.change, last.start + last.count == id.index {
                ranges[ranges.count - 1] = ElementRange(change: id.change, start: last.start, count: last.count + run.count)
            } else {
                ranges.append(ElementRange(change: id.change, start: id.index, count: run.count))
            }
        }
        return ranges
    }

    /// The visible position of an element, or, if it is hidden, of what follows it; nil if there is no such element.
    package func position(of element: ElementID) -> Int? {
        sequence.key(of: element).map(sequence.visibleCount(before:))
    }
}

extension TextDocument {
    /// Applies the operations of one change, or refuses them all.
    ///
    /// With `asAnchors` the text they insert stays hidden and what they delete stays. That is for a change that is known but not
    /// in force, whose elements changes in force may name.
    package mutating func apply(
        _ operations: [TextOperation], at moment: Moment, asAnchors: Bool = false
    ) throws(DocumentError) {
        try check(operations, at: moment)
        let elements = sequence.count(of: moment.stamp.change)
        do {
            for case .insert(let left, let right, let text) in operations {
                try insert(text, left: left, right: right, at: moment, isVisible: !asAnchors)
            }
        } catch {
            sequence.removeElements(of: moment.stamp.change, from: elements)
            throw error
        }
        if asAnchors { return }
        // After the insertions, since only they can still be refused.
        for case .delete(let ranges) in operations { try delete(ranges, at: moment) }
    }

    /// Edits the text as people see it, as part of the change at `stamp`, which has seen everything that is in the document.
    ///
    /// It does what applying `operations(for:)` would do, faster.
    package mutating func edit(_ patch: TextPatch, at stamp: Stamp) throws(DocumentError) {
        try patch.check(length: scalarCount)
        let start = contents.count
        contents.append(contentsOf: patch.inserted.unicodeScalars)
        let count = contents.count - start
        guard count <= DocumentLimits.elements - Int(sequence.count(of: stamp.change)) else {
            contents.removeSubrange(start...)
            throw DocumentError(.tooManyElements)
        }
        sequence.hide(patch.deleted, atVisible: patch.position)
        if count > 0 { sequence.insert(UInt32(count), atVisible: patch.position, by: stamp, content: start) }
    }

    private func check(_ operations: [TextOperation], at moment: Moment) throws(DocumentError) {
        var ownCount = sequence.count(of: moment.stamp.change)
        for operation in operations {
            switch operation {
            case .insert(let left, let right, let text):
                if let left { try sequence.check(left, at: moment, ownCount: ownCount) }
                if let right { try sequence.check(right, at: moment, ownCount: ownCount) }
                let count = text.unicodeScalars.count
                guard count > 0 else { throw DocumentError(.emptyOperation) }
                guard count <= DocumentLimits.elements - Int(ownCount) else { throw DocumentError(.tooManyElements) }
                ownCount += UInt32(count)
            case .delete(let ranges):
                if ranges.isEmpty { throw DocumentError(.emptyOperation) }
                for range in ranges { try check(range, at: moment, ownCount: ownCount) }
            }
        }
    }

    private func check(_ range: ElementRange, at moment: Moment, ownCount: UInt32) throws(DocumentError) {
        guard range.count > 0 else { throw DocumentError(.emptyOperation) }
        let (last, overflow) = range.start.addingReportingOverflow(range.count - 1)
        if overflow { throw DocumentError(.unknownElement, element: ElementRef(change: range.change, index: .max)) }
        try sequence.check(ElementRef(change: range.change, index: last), at: moment, ownCount: ownCount)
    }

    private mutating func insert(
        _ text: String, left: ElementRef?, right: ElementRef?, at moment: Moment, isVisible: Bool
    ) throws(DocumentError) {
        let left = try sequence.origin(left, at: moment)
        let right = try sequence.origin(right, at: moment)
        let start = contents.count
        contents.append(contentsOf: text.unicodeScalars)
        _ = try sequence.insert(
            UInt32(contents.count - start), left: left, right: right, at: moment, content: start, isVisible: isVisible)
    }

    private mutating func delete(_ ranges: [ElementRange], at moment: Moment) throws(DocumentError) {
        for range in ranges {
            let first = try sequence.key(of: ElementRef(change: range.change, index: range.start), at: moment)
            sequence.setVisible(false, from: first, count: Int(range.count))
        }
    }
}

/// Collects scalars as UTF-8, which is several times as fast as appending them to a string.
struct TextBuilder {
    private var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func append(_ scalars: ArraySlice<Unicode.Scalar>) {
        bytes.append(addingCapacity: 4 * scalars.count) { output in
            for scalar in scalars {
                if scalar.isASCII {
                    output.append(UInt8(truncatingIfNeeded: scalar.value))
                } else {
                    for byte in scalar.utf8 { output.append(byte) }
                }
            }
        }
    }

    var isEmpty: Bool { bytes.isEmpty }
    var text: String { String(decoding: bytes, as: UTF8.self) }
}
