import Ledger

/// The order of the elements of a text or list that several replicas edit: a list form of the FugueMax tree.
///
/// Weidner and Kleppmann, "The Art of the Fugue" (2023), define a tree whose in-order traversal is the sequence. An element
/// names its origins: what its author saw to its left and right. If the right origin was itself inserted after the same left
/// origin, the element is a left child of its right origin, else a right child of its left origin. Left children of one
/// parent are ordered by id; right children by their right origins, the farthest first, then by id. Both are fixed by the
/// operations alone, so any origins, even dishonest ones, give the same order on every replica.
///
/// The tree is not stored. Elements are kept in order, with origins, as `ElementSequence+Integrate` explains.
struct ElementSequence: Sendable {
    typealias Runs = ChunkedRuns

    var runs = Runs()
    var changes = ChangeTable()
}

extension ElementSequence {
    var visibleCount: Int { runs.visibleCount }

    /// The number of elements, hidden ones included.
    var count: Int { changes.entries.reduce(0) { $0 + Int($1.count) } }

    /// The elements in order, hidden ones included.
    var ids: [ElementID] {
        var ids: [ElementID] = []
        for run in runs {
            for offset in 0..<run.length { ids.append(id(of: run.first.advanced(by: offset))) }
        }
        return ids
    }

    func place(of key: ElementKey) -> Runs.Place {
        let leaf = changes.leaf(of: key)
        var run = 0
        while !runs.leaves[leaf].runs[run].contains(key) { run += 1 }
        return Runs.Place(leaf: leaf, run: run, offset: Int(key.index - runs.leaves[leaf].runs[run].first.index))
    }

    /// The element at visible position `position`, which has to exist.
    func key(atVisible position: Int) -> ElementKey {
        let place = runs.place(atVisible: position)
        return runs[place].first.advanced(by: place.offset)
    }

    /// The element after `key`, visible or not; after `.none` the first one.
    func key(after key: ElementKey) -> ElementKey {
        elementPlace(behind: gap(after: key)).map { runs[$0].first.advanced(by: $0.offset) } ?? .none
    }

    func id(of key: ElementKey) -> ElementID { ElementID(change: changes[key.change].id, index: key.index) }

    func ref(to key: ElementKey) -> ElementRef? { key == .none ? nil : ElementRef(id(of: key)) }

    /// The element `id` if it is in the sequence.
    func key(of id: ElementID) -> ElementKey? {
        guard let number = changes.number(of: id.change), id.index < changes[number].count else { return nil }
        return ElementKey(change: number, index: id.index)
    }

    func isVisible(_ key: ElementKey) -> Bool { runs[place(of: key)].isVisible }

    /// Where the content of an element is.
    func content(of key: ElementKey) -> Int {
        let place = place(of: key)
        return runs[place].content + place.offset
    }

    /// The number of visible elements before an element.
    func visibleCount(before key: ElementKey) -> Int {
        let place = place(of: key)
        return runs.visibleCount(beforeRunAt: place) + (runs[place].isVisible ? place.offset : 0)
    }

    /// The runs, or parts of them, that show at the visible positions of `range`.
    func visibleRuns(in range: Range<Int>) -> [ElementRun] {
        guard !range.isEmpty else { return [] }
        var result: [ElementRun] = []
        var rest = range.count
        var place: Runs.Place? = runs.place(atVisible: range.lowerBound)
        while rest > 0, let current = place {
            var run = runs[current]
            if run.isVisible {
                if current.offset > 0 { run = run.split(at: current.offset) }
                if run.length > rest { _ = run.split(at: rest) }
                rest -= run.length
                result.append(run)
            }
            place = runs.nextRun(after: current)
        }
        return result
    }
}

extension ElementSequence {
    /// The element that an operation names.
    ///
    /// Only what the author had seen may be named: else a replica that has more would accept what another refuses.
    func key(of ref: ElementRef, at moment: Moment) throws(DocumentError) -> ElementKey {
        guard let number = changes.number(of: ref.change ?? moment.stamp.change), ref.index < changes[number].count,
            changes[number].isSeen(at: moment)
        else { throw DocumentError(.unknownElement, element: ref) }
        return ElementKey(change: number, index: ref.index)
    }

    /// The origin that an operation names; without a name, the start or end of the sequence.
    func origin(_ ref: ElementRef?, at moment: Moment) throws(DocumentError) -> ElementKey {
        guard let ref else { return .none }
        return try key(of: ref, at: moment)
    }

    /// Checks that `key(of:at:)` will find an element once the moment's change has inserted `ownCount` elements.
    func check(_ ref: ElementRef, at moment: Moment, ownCount: UInt32) throws(DocumentError) {
        guard ref.change == nil || ref.change == moment.stamp.change else {
            _ = try key(of: ref, at: moment)
            return
        }
        guard ref.index < ownCount else { throw DocumentError(.unknownElement, element: ref) }
    }

    /// How many elements the change has inserted so far.
    func count(of change: ChangeID) -> UInt32 { changes.number(of: change).map { changes[$0].count } ?? 0 }
}
