import Ledger

// Where a new run goes is found by looking only at what lies behind its left origin P.
//
// A left child has the left origin of its parent; a right child has its parent as left origin. So the elements whose chain of
// left origins leads to P are exactly the right subtree of P in the tree, and they lie together behind P. The left origin of an
// element behind P tells whether it hangs on P, or deeper, or no longer in the subtree. YjsMod (Joseph Gentle) rests on the
// same; here the side of each element is kept as well, so that the scan follows the tree even if origins are dishonest.

extension ElementSequence {
    /// Inserts consecutive new elements of the change at `moment`, whose contents are stored from `content` on.
    ///
    /// Refuses elements that belong behind a sibling which their author had seen. An honest author puts nothing there, and so no
    /// author can pile up siblings, which would make every scan long.
    mutating func insert(
        _ count: UInt32, left: ElementKey, right: ElementKey, at moment: Moment, content: Int, isVisible: Bool
    ) throws(DocumentError) -> ElementKey {
        let number = number(of: moment.stamp)
        let run = ElementRun(
            first: ElementKey(change: number, index: changes[number].count), count: count, left: left, right: right,
            side: side(left: left, right: right), isVisible: isVisible, content: content)
        add(run, at: try gap(for: run, at: moment))
        return run.first
    }

    /// Inserts consecutive new elements behind what is visible before `position`, for a change that has seen the whole sequence.
    ///
    /// Nothing is looked for: between two neighbours nobody's elements compete.
    mutating func insert(_ count: UInt32, atVisible position: Int, by stamp: Stamp, content: Int) {
        let number = number(of: stamp)
        var gap = runs.start
        if position > 0 {
            gap = runs.seek(visible: position - 1)
            gap.offset += 1
        }
        let left = gap.offset == 0 ? ElementKey.none : runs[gap].first.advanced(by: gap.offset - 1)
        let next = elementPlace(behind: gap).map(origins)
        let run = ElementRun(
            first: ElementKey(change: number, index: changes[number].count), count: count, left: left,
            right: next?.key ?? .none, side: next?.left == left ? .left : .right, isVisible: true, content: content)
        add(run, at: gap)
    }

    private mutating func add(_ run: ElementRun, at gap: Runs.Place) {
        changes.extend(run.first.change, by: run.count)
        insert(run, at: gap)
        if run.side == .left { runs.update(place(of: run.right)) { $0.hasLeftChildren = true } }
    }

    private mutating func number(of stamp: Stamp) -> Int32 {
        changes.number(of: stamp.change) ?? changes.add(stamp.change, device: stamp.device, seq: stamp.seq)
    }

    /// Takes back the elements of a change from `index` on, which nothing else names yet.
    mutating func removeElements(of change: ChangeID, from index: UInt32) {
        guard let number = changes.number(of: change) else { return }
        var kept: [ElementRun] = []
        for var run in runs {
            if run.first.change == number {
                if run.first.index >= index { continue }
                if run.first.index + run.count > index { _ = run.split(at: Int(index - run.first.index)) }
            }
            kept.append(run)
        }
        changes.truncate(number, to: index)
        replaceRuns(with: kept, byIndex: kept.indices.sorted { kept[$0].first.position < kept[$1].first.position })
    }

    /// Stores the elements, all of them numbered already, anew; `order` has the numbers of the runs by change and index.
    mutating func replaceRuns(with list: [ElementRun], byIndex order: [Int]) {
        runs = Runs(list)
        changes.forgetLeaves()
        for run in order { changes.append(list[run].first, in: Runs.leaf(ofRun: run)) }
    }

    private mutating func insert(_ run: ElementRun, at gap: Runs.Place) {
        changes.assign(run.first, count: run.count, to: gap.leaf)
        if gap.offset > 0, gap.offset == runs[gap].length {
            var isAbsorbed = false
            runs.update(gap) { isAbsorbed = $0.absorb(run) }
            if isAbsorbed { return }
        }
        noteMoves(to: runs.insert(run, at: gap))
    }

    /// Notes where the elements of a new leaf are, which came out of a full one.
    mutating func noteMoves(to leaf: Int?) {
        guard let leaf else { return }
        for run in runs.leaves[leaf].runs { changes.assign(run.first, count: run.count, to: leaf) }
    }

    /// The side on which an element with these origins hangs.
    func side(left: ElementKey, right: ElementKey) -> ElementRun.Side {
        right != .none && origins(at: place(of: right)).left == left ? .left : .right
    }
}

/// What the scan needs to know of an element.
private struct Origins {
    let key: ElementKey
    let left: ElementKey
    let right: ElementKey
    let side: ElementRun.Side
}

/// How a new run lies to an element that has the same left origin.
private enum Relation {
    case before
    case after
    /// The element has the same parent, and is on the same side of it.
    case afterSibling
    /// Like the parent, still to come, in whose left subtree the element lies.
    case likeParent
}

extension ElementSequence {
    /// The gap behind an element; behind `.none` the one before everything.
    func gap(after key: ElementKey) -> Runs.Place {
        guard key != .none else { return runs.start }
        var place = place(of: key)
        place.offset += 1
        return place
    }

    /// The element behind a gap; nil at the end.
    func elementPlace(behind gap: Runs.Place) -> Runs.Place? {
        if gap.offset == 0 { return runs.runStart(from: gap) }
        return gap.offset < runs[gap].length ? gap : runs.nextRun(after: gap)
    }

    private func origins(at place: Runs.Place) -> Origins {
        let run = runs[place]
        if place.offset == 0 { return Origins(key: run.first, left: run.left, right: run.right, side: run.side) }
        let key = run.first.advanced(by: place.offset)
        return Origins(key: key, left: key.advanced(by: -1), right: run.right, side: .right)
    }

    /// The gap where the tree has the new run.
    private func gap(for run: ElementRun, at moment: Moment) throws(DocumentError) -> Runs.Place {
        if run.side == .left {
            let parent = place(of: run.right)
            if parent.offset > 0 || !runs[parent].hasLeftChildren { return parent }
        }
        let gap = gap(after: run.left)
        guard let first = elementPlace(behind: gap), origins(at: first).key != run.right else { return gap }
        var place = first
        // The start of what lies before a sibling, and goes behind the new run if the sibling does.
        var subtree: Runs.Place?
        while true {
            let element = origins(at: place)
            // Staying in the original gap lets the run before it absorb the new one.
            let here = place == first ? gap : place
            if element.left == run.left {
                switch relation(of: run, to: element) {
                case .before: return subtree ?? here
                case .afterSibling where changes[element.key.change].isSeen(at: moment):
                    throw DocumentError(.takenPlace, element: ref(to: element.key))
                case .after, .afterSibling: subtree = nil
                case .likeParent: subtree = subtree ?? here
                }
            } else if isLeftOrigin(element.left, before: run.left) {
                return here
            }
            // What remains of the run hangs on the element just seen.
            guard let next = runs.nextRun(after: place) else {
                return Runs.Place(leaf: place.leaf, run: place.run, offset: runs[place].length)
            }
            place = next
        }
    }

    private func relation(of run: ElementRun, to element: Origins) -> Relation {
        if element.side == run.side, element.right == run.right {
            return changes.isOrdered(run.first, before: element.key) ? .before : .afterSibling
        }
        switch (run.side, element.side) {
        case (.right, .right): return isRightOrigin(element.right, before: run.right) ? .before : .afterSibling
        case (.right, .left): return .likeParent
        case (.left, .right): return element.key == run.right ? .before : .after
        case (.left, .left):
            if element.key == run.right { return .before }
            return isRightOrigin(element.right, before: run.right) ? .likeParent : .after
        }
    }

    /// The order of two different left origins, for which no element means the start.
    private func isLeftOrigin(_ first: ElementKey, before second: ElementKey) -> Bool {
        if first == .none || second == .none { return first == .none }
        return runs.isOrdered(place(of: first), before: place(of: second))
    }

    /// The order of two different right origins, for which no element means the end.
    private func isRightOrigin(_ first: ElementKey, before second: ElementKey) -> Bool {
        if first == .none || second == .none { return second == .none }
        return runs.isOrdered(place(of: first), before: place(of: second))
    }
}
