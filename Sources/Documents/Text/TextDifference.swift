/// What turns one text into another, for texts edited outside, such as a file.
///
/// It compares lines, then the words of lines that differ. Inside a word only what the two spellings begin and end with is kept:
/// matching scattered letters of different words would tear apart what others write there.
package enum TextDifference {
    /// The patches that turn `old` into `new`, the last place first, so that each position is one in `old`.
    package static func patches(from old: String, to new: String) -> [TextPatch] {
        let old = Array(old.unicodeScalars)
        let new = Array(new.unicodeScalars)
        let whole = Hunk(old: old.indices, new: new.indices)
        let hunks = whole.refined(old, new, by: lines).flatMap { $0.refined(old, new, by: words) }
        return hunks.map { $0.trimmed(old, new) }.reversed().map { hunk in
            var inserted = TextBuilder(capacity: hunk.new.count)
            inserted.append(new[hunk.new])
            return TextPatch(hunk.old.lowerBound, deleting: hunk.old.count, inserting: inserted.text)
        }
    }

    /// Each line with the line feed at its end.
    private static func lines(_ scalars: ArraySlice<Unicode.Scalar>) -> [Range<Int>] {
        pieces(scalars) { before, _ in before == "\n" }
    }

    /// Each word, each stretch of space, and every other scalar by itself.
    private static func words(_ scalars: ArraySlice<Unicode.Scalar>) -> [Range<Int>] {
        pieces(scalars) { before, after in
            let kind = Kind(before)
            return kind == .other || kind != Kind(after)
        }
    }

    private enum Kind {
        case word
        case space
        case other

        init(_ scalar: Unicode.Scalar) {
            let properties = scalar.properties
            self = properties.isWhitespace ? .space : properties.isAlphabetic || properties.numericType != nil ? .word : .other
        }
    }

    private static func pieces(
        _ scalars: ArraySlice<Unicode.Scalar>, _ isBoundary: (Unicode.Scalar, Unicode.Scalar) -> Bool
    ) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var start = scalars.startIndex
        for index in scalars.indices.dropFirst() where isBoundary(scalars[index - 1], scalars[index]) {
            result.append(start..<index)
            start = index
        }
        if start < scalars.endIndex { result.append(start..<scalars.endIndex) }
        return result
    }
}

extension Hunk {
    typealias Pieces = (ArraySlice<Unicode.Scalar>) -> [Range<Int>]

    /// The parts of this hunk that differ when the texts are compared piece by piece.
    fileprivate func refined(_ oldText: [Unicode.Scalar], _ newText: [Unicode.Scalar], by pieces: Pieces) -> [Hunk] {
        let oldPieces = pieces(oldText[old])
        let newPieces = pieces(newText[new])
        var numbers: [ArraySlice<Unicode.Scalar>: Int] = [:]
        func number(_ piece: ArraySlice<Unicode.Scalar>) -> Int {
            if let number = numbers[piece] { return number }
            let number = numbers.count
            numbers[piece] = number
            return number
        }
        let hunks = Alignment.hunks(oldPieces.map { number(oldText[$0]) }, newPieces.map { number(newText[$0]) })
        return hunks.map { hunk in
            Hunk(old: span(hunk.old, of: oldPieces, end: old.upperBound), new: span(hunk.new, of: newPieces, end: new.upperBound))
        }
    }

    /// The scalars of some consecutive pieces.
    private func span(_ range: Range<Int>, of pieces: [Range<Int>], end: Int) -> Range<Int> {
        let start = range.lowerBound < pieces.count ? pieces[range.lowerBound].lowerBound : end
        return start..<(range.isEmpty ? start : pieces[range.upperBound - 1].upperBound)
    }

    /// Without the scalars that both sides begin and end with.
    func trimmed<Item: Equatable>(_ oldItems: [Item], _ newItems: [Item]) -> Hunk {
        var hunk = self
        while let first = hunk.old.first, let other = hunk.new.first, oldItems[first] == newItems[other] {
            hunk = Hunk(old: first + 1..<hunk.old.upperBound, new: other + 1..<hunk.new.upperBound)
        }
        while let last = hunk.old.last, let other = hunk.new.last, oldItems[last] == newItems[other] {
            hunk = Hunk(old: hunk.old.lowerBound..<last, new: hunk.new.lowerBound..<other)
        }
        return hunk
    }
}
