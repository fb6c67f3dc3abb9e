/// An element by the number that its change has in this sequence, which takes a fifth of the room of its id.
struct ElementKey: Hashable, Sendable {
    var change: Int32
    var index: UInt32

    /// No element: as a left origin the start of the sequence, as a right origin its end.
    static let none = ElementKey(change: -1, index: 0)

    /// Orders elements by change and index.
    var position: UInt64 { UInt64(UInt32(bitPattern: change)) << 32 | UInt64(index) }

    func advanced(by count: Int) -> ElementKey {
        ElementKey(change: change, index: UInt32(truncatingIfNeeded: Int(index) + count))
    }
}

/// Consecutive elements of one change that were inserted one after another and still lie side by side.
///
/// Each element but the first has the one before it as its left origin; all share one right origin.
struct ElementRun: Sendable {
    /// On which side of its parent an element hangs in the Fugue tree.
    enum Side: Sendable {
        /// A left child of its right origin.
        case left
        /// A right child of its left origin.
        case right
    }

    var first: ElementKey
    var count: UInt32
    /// The left origin of the first element.
    var left: ElementKey
    var right: ElementKey
    /// The side of the first element; the others are right children of the one before.
    var side: Side
    /// Whether the first element has left children; the others have none, as a left child lies right before its parent.
    var hasLeftChildren = false
    var isVisible: Bool
    /// Where the contents of the elements begin in the store of whoever owns the sequence.
    var content: Int

    var length: Int { Int(count) }
    /// All of its elements, or none.
    var visibleCount: Int { isVisible ? length : 0 }
    var last: ElementKey { first.advanced(by: length - 1) }

    func contains(_ key: ElementKey) -> Bool {
        key.change == first.change && key.index >= first.index && key.index - first.index < count
    }

    /// Keeps the first `offset` elements and returns the others.
    mutating func split(at offset: Int) -> ElementRun {
        let tail = ElementRun(
            first: first.advanced(by: offset), count: count - UInt32(offset), left: first.advanced(by: offset - 1),
            right: right, side: .right, isVisible: isVisible, content: content + offset)
        count = UInt32(offset)
        return tail
    }

    /// Whether `next`, lying right after this run, could be part of it, wherever its contents are.
    func isContinued(by next: ElementRun) -> Bool {
        next.first.change == first.change && next.first.index == first.index + count && next.left == last
            && next.right == right && next.side == .right && next.isVisible == isVisible
    }

    /// Takes in the run that comes next, if the two can be one; says whether it did.
    mutating func absorb(_ next: ElementRun) -> Bool {
        guard next.content == content + length, isContinued(by: next) else { return false }
        count += next.count
        return true
    }
}
