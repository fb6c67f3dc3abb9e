/// A long sequence of runs, in which finding a visible place, inserting and comparing two places cost little at any length.
///
/// Runs lie in leaves and leaves in blocks, both of bounded size and with the number of their visible places at hand. Leaves
/// are numbered in the order in which they were made, so that a leaf's number stays valid for as long as the sequence exists.
struct ChunkedRuns: Sendable {
    struct Leaf: Sendable {
        var runs: [ElementRun]
        var visibleCount: Int
        /// The block that holds it.
        var block: Int
        /// The leaf after it, or nil at the end.
        var next: Int?
    }

    struct Block: Sendable {
        var leaves: [Int]
        var visibleCount: Int
    }

    /// A place in a run; also the gap before it, for which `offset` may equal the run's length and `run` the number of runs.
    struct Place: Equatable, Sendable {
        var leaf: Int
        var run: Int
        var offset: Int
    }

    private static let leafCapacity = 64
    private static let blockCapacity = 64
    private static let leafFilling = 48
    private static let blockFilling = 48

    private(set) var leaves = [Leaf(runs: [], visibleCount: 0, block: 0, next: nil)]
    private(set) var blocks = [Block(leaves: [0], visibleCount: 0)]
    private(set) var visibleCount = 0
    /// The leaf where a visible place was last sought to edit there, and how many visible places lie before it.
    private var latest: (leaf: Int, before: Int)?

    init() {}

    /// With room in each leaf and block, so that the next edits split none.
    init(_ runs: [ElementRun]) {
        guard !runs.isEmpty else { return }
        leaves = []
        blocks = []
        for start in stride(from: 0, to: runs.count, by: Self.leafFilling) {
            let part = runs[start...].prefix(Self.leafFilling)
            if leaves.count % Self.blockFilling == 0 { blocks.append(Block(leaves: [], visibleCount: 0)) }
            let count = part.reduce(0) { $0 + $1.visibleCount }
            blocks[blocks.count - 1].leaves.append(leaves.count)
            blocks[blocks.count - 1].visibleCount += count
            visibleCount += count
            leaves.append(Leaf(runs: Array(part), visibleCount: count, block: blocks.count - 1, next: leaves.count + 1))
        }
        leaves[leaves.count - 1].next = nil
    }

    /// The leaf of run number `run` of those that a sequence was made of.
    static func leaf(ofRun run: Int) -> Int { run / leafFilling }

    subscript(place: Place) -> ElementRun { leaves[place.leaf].runs[place.run] }

    /// The gap before everything; the first leaf is never replaced.
    var start: Place { Place(leaf: 0, run: 0, offset: 0) }

    /// The visible place number `position`, counted from 0; it has to exist.
    func place(atVisible position: Int) -> Place {
        if let latest, (0..<leaves[latest.leaf].visibleCount).contains(position - latest.before) {
            return place(ofVisible: position - latest.before, in: latest.leaf)
        }
        var rest = position
        var block = 0
        while rest >= blocks[block].visibleCount {
            rest -= blocks[block].visibleCount
            block += 1
        }
        var index = 0
        var leaf = blocks[block].leaves[0]
        while rest >= leaves[leaf].visibleCount {
            rest -= leaves[leaf].visibleCount
            index += 1
            leaf = blocks[block].leaves[index]
        }
        return place(ofVisible: rest, in: leaf)
    }

    /// As `place(atVisible:)`, and remembers where that was, since the next edit is mostly near.
    mutating func seek(visible position: Int) -> Place {
        let place = place(atVisible: position)
        if latest?.leaf != place.leaf {
            let run = leaves[place.leaf].runs[..<place.run].reduce(0) { $0 + $1.visibleCount }
            latest = (place.leaf, position - place.offset - run)
        }
        return place
    }

    /// The visible place number `position` of a leaf; the leaf has to have it.
    private func place(ofVisible position: Int, in leaf: Int) -> Place {
        var rest = position
        var run = 0
        while rest >= leaves[leaf].runs[run].visibleCount {
            rest -= leaves[leaf].runs[run].visibleCount
            run += 1
        }
        return Place(leaf: leaf, run: run, offset: rest)
    }

    /// The number of visible places before the run at `place`.
    func visibleCount(beforeRunAt place: Place) -> Int {
        let block = leaves[place.leaf].block
        var count = blocks[..<block].reduce(0) { $0 + $1.visibleCount }
        for leaf in blocks[block].leaves {
            if leaf == place.leaf { break }
            count += leaves[leaf].visibleCount
        }
        return leaves[place.leaf].runs[..<place.run].reduce(count) { $0 + $1.visibleCount }
    }

    /// Whether `first` comes before `second` in the sequence.
    func isOrdered(_ first: Place, before second: Place) -> Bool {
        if first.leaf == second.leaf { return (first.run, first.offset) < (second.run, second.offset) }
        let block = leaves[first.leaf].block
        if block != leaves[second.leaf].block { return block < leaves[second.leaf].block }
        return blocks[block].leaves.first { $0 == first.leaf || $0 == second.leaf } == first.leaf
    }

    /// The start of the first run at or after `place`'s run, looking into later leaves; nil at the end.
    func runStart(from place: Place) -> Place? {
        var place = place
        while place.run == leaves[place.leaf].runs.count {
            guard let next = leaves[place.leaf].next else { return nil }
            place = Place(leaf: next, run: 0, offset: 0)
        }
        return Place(leaf: place.leaf, run: place.run, offset: 0)
    }

    /// The start of the run after the one at `place`; nil at the end.
    func nextRun(after place: Place) -> Place? {
        runStart(from: Place(leaf: place.leaf, run: place.run + 1, offset: 0))
    }
}

extension ChunkedRuns: Sequence {
    struct Iterator: IteratorProtocol {
        fileprivate let leaves: [Leaf]
        fileprivate var leaf: Int
        fileprivate var run = 0

        mutating func next() -> ElementRun? {
            while run == leaves[leaf].runs.count {
                guard let next = leaves[leaf].next else { return nil }
                (leaf, run) = (next, 0)
            }
            defer { run += 1 }
            return leaves[leaf].runs[run]
        }
    }

    func makeIterator() -> Iterator { Iterator(leaves: leaves, leaf: 0) }
}

extension ChunkedRuns {
    /// Changes a run in place, keeping the cached counts right.
    mutating func update(_ place: Place, _ body: (inout ElementRun) -> Void) {
        let before = leaves[place.leaf].runs[place.run].visibleCount
        body(&leaves[place.leaf].runs[place.run])
        count(leaves[place.leaf].runs[place.run].visibleCount - before, in: place.leaf)
    }

    /// Changes the first or last `length` places of a run and gives them to the run before or after, if that can absorb them.
    ///
    /// Says whether it did. Deleting backwards or forwards, scalar by scalar, does little else.
    mutating func pass(_ length: Int, at place: Place, change: (inout ElementRun) -> Void) -> Bool {
        let run = leaves[place.leaf].runs[place.run]
        let isTail = place.offset > 0
        let neighbour = isTail ? place.run + 1 : place.run - 1
        guard length < run.length, !isTail || place.offset + length == run.length,
            leaves[place.leaf].runs.indices.contains(neighbour)
        else { return false }
        let taker = leaves[place.leaf].runs[neighbour]
        var head = run
        var tail = head.split(at: isTail ? place.offset : length)
        var grown: ElementRun
        if isTail {
            change(&tail)
            grown = tail
            guard grown.absorb(taker) else { return false }
        } else {
            change(&head)
            grown = taker
            guard grown.absorb(head) else { return false }
        }
        let rest = isTail ? head : tail
        leaves[place.leaf].runs[neighbour] = grown
        leaves[place.leaf].runs[place.run] = rest
        count(grown.visibleCount + rest.visibleCount - taker.visibleCount - run.visibleCount, in: place.leaf)
        return true
    }

    /// Cuts a run in two, of which the second becomes the next run.
    ///
    /// Returns the leaf that took over half of a full leaf, if any.
    mutating func cut(at place: Place) -> Int? {
        let tail = leaves[place.leaf].runs[place.run].split(at: place.offset)
        leaves[place.leaf].runs.insert(tail, at: place.run + 1)
        return splitIfFull(place.leaf)
    }

    /// Inserts a run into a gap.
    ///
    /// Returns the leaf that took over half of a full leaf, if any.
    mutating func insert(_ run: ElementRun, at gap: Place) -> Int? {
        var index = gap.run
        if gap.offset > 0 {
            index += 1
            if gap.offset < leaves[gap.leaf].runs[gap.run].length {
                let tail = leaves[gap.leaf].runs[gap.run].split(at: gap.offset)
                leaves[gap.leaf].runs.insert(tail, at: index)
            }
        }
        leaves[gap.leaf].runs.insert(run, at: index)
        count(run.visibleCount, in: gap.leaf)
        return splitIfFull(gap.leaf)
    }

    /// Lets the run at `place` absorb the next one of its leaf, if there is one and they can be one.
    mutating func joinNextRun(at place: Place) {
        guard place.run >= 0, place.run + 1 < leaves[place.leaf].runs.count else { return }
        if leaves[place.leaf].runs[place.run].absorb(leaves[place.leaf].runs[place.run + 1]) {
            leaves[place.leaf].runs.remove(at: place.run + 1)
        }
    }

    private mutating func count(_ difference: Int, in leaf: Int) {
        if latest?.leaf != leaf { latest = nil }
        leaves[leaf].visibleCount += difference
        blocks[leaves[leaf].block].visibleCount += difference
        visibleCount += difference
    }

    private mutating func splitIfFull(_ leaf: Int) -> Int? {
        guard leaves[leaf].runs.count > Self.leafCapacity else { return nil }
        let tail = Array(leaves[leaf].runs[(Self.leafCapacity / 2)...])
        leaves[leaf].runs.removeSubrange((Self.leafCapacity / 2)...)
        let moved = tail.reduce(0) { $0 + $1.visibleCount }
        let block = leaves[leaf].block
        let new = leaves.count
        leaves.append(Leaf(runs: tail, visibleCount: moved, block: block, next: leaves[leaf].next))
        leaves[leaf].visibleCount -= moved
        leaves[leaf].next = new
        let index = blocks[block].leaves.firstIndex(of: leaf).map { $0 + 1 } ?? blocks[block].leaves.endIndex
        blocks[block].leaves.insert(new, at: index)
        splitBlockIfFull(block)
        return new
    }

    private mutating func splitBlockIfFull(_ block: Int) {
        guard blocks[block].leaves.count > Self.blockCapacity else { return }
        let tail = Array(blocks[block].leaves[(Self.blockCapacity / 2)...])
        blocks[block].leaves.removeSubrange((Self.blockCapacity / 2)...)
        let moved = tail.reduce(0) { $0 + leaves[$1].visibleCount }
        blocks[block].visibleCount -= moved
        blocks.insert(Block(leaves: tail, visibleCount: moved), at: block + 1)
        for later in (block + 1)..<blocks.count {
            for leaf in blocks[later].leaves { leaves[leaf].block = later }
        }
    }
}
