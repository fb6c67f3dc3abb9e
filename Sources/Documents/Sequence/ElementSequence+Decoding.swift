import Canon
import Ledger

extension ElementSequence {
    /// Reads what `encode` writes, and nothing else.
    ///
    /// Contents are numbered in order, those of hidden elements only `withHidden`.
    @_lifetime(reader: copy reader)
    init(decoding reader: inout CBORReader, withHidden: Bool) throws(CanonError) {
        let start = reader.offset
        try reader.array(of: 3)
        var devices: [DeviceID] = []
        for _ in 0..<(try reader.array(limit: reader.source.count)) { devices.append(try reader.identifier()) }
        var named = 0
        for _ in 0..<(try reader.array(limit: reader.source.count)) {
            let start = reader.offset
            try reader.array(of: 3)
            let id: ChangeID = try reader.identifier()
            let device = try reader.count(upTo: max(0, devices.count - 1))
            guard changes.number(of: id) == nil, device < devices.count, device <= named else {
                throw CanonError(.unexpectedValue, at: start)
            }
            named = max(named, device + 1)
            _ = changes.add(id, device: devices[device], seq: try reader.unsigned())
        }
        var body = try RunReader(&reader, changes: changes.entries.count, withHidden: withHidden)
        guard named == devices.count, Set(devices).count == devices.count, body.number(in: &changes), body.findSides(changes)
        else {
            throw CanonError(.unexpectedValue, at: start)
        }
        replaceRuns(with: body.runs, byIndex: body.order)
    }
}

/// Reads runs in order, and finds out what is not written.
private struct RunReader {
    private(set) var runs: [ElementRun] = []
    /// The numbers of the runs in the order of their changes and elements.
    private(set) var order: [Int] = []
    /// The runs that go on with no other.
    private var heads: [(position: UInt64, run: Int)] = []
    /// For each run the one that goes on with it, or -1.
    private var followers: [Int] = []
    private var open = OpenEnds()
    private let changes: Int
    /// The runs that would go on with another if they were not left children.
    private var leftChildren: [Int] = []
    /// How many changes have appeared.
    private var known = 0

    @_lifetime(reader: copy reader)
    init(_ reader: inout CBORReader, changes: Int, withHidden: Bool) throws(CanonError) {
        self.changes = changes
        let items = try reader.array(limit: reader.source.count)
        // No run takes fewer items, and each item takes a byte.
        let most = min(items, reader.source.count) / 3
        runs.reserveCapacity(most)
        followers.reserveCapacity(most)
        var read = 0
        var content = 0
        while read < items {
            let start = reader.offset
            let form = try reader.unsigned()
            var run: ElementRun
            if form < 2 {
                run = try continuation(from: &reader)
                read += 3
            } else {
                guard let forms = OriginForms(rawValue: (form - 2) / 2) else { throw CanonError(.unexpectedValue, at: start) }
                run = try head(forms, from: &reader)
                read += 4 + (forms.left == .explicit ? 2 : 0) + (forms.right == .explicit ? 2 : 0)
                guard OriginForms(of: run, after: runs.last) == forms else { throw CanonError(.unexpectedValue, at: start) }
                if open.cuts(before: run) != nil { leftChildren.append(runs.count) }
            }
            run.isVisible = form % 2 == 1
            run.content = content
            guard run.count > 0, run.count <= UInt32.max - run.first.index, read <= items,
                runs.last.map({ $0.isContinued(by: run) }) != true
            else { throw CanonError(.unexpectedValue, at: start) }
            content += withHidden ? run.length : run.visibleCount
            open.append(run, number: runs.count)
            followers.append(-1)
            runs.append(run)
        }
        guard known == changes else { throw CanonError(.unexpectedValue, at: reader.offset) }
    }

    @_lifetime(reader: copy reader)
    private mutating func continuation(from reader: inout CBORReader) throws(CanonError) -> ElementRun {
        let start = reader.offset
        guard let end = open.take(try reader.count()), end.right != end.next else { throw CanonError(.outOfRange, at: start) }
        followers[end.run] = runs.count
        return ElementRun(
            first: end.next, count: try reader.elementIndex(), left: end.next.advanced(by: -1), right: end.right, side: .right,
            isVisible: false, content: 0)
    }

    @_lifetime(reader: copy reader)
    private mutating func head(_ forms: OriginForms, from reader: inout CBORReader) throws(CanonError) -> ElementRun {
        let before = runs.last
        let change = try change(from: &reader)
        let expected = OriginForms.expectedIndex(in: change, after: before)
        let first = ElementKey(change: change, index: try reader.index(Int64(expected)))
        let count = try reader.elementIndex()
        let leftOrigin: ElementKey =
            switch forms.left {
            case .before: before?.last ?? .none
            case .start: .none
            case .explicit: try origin(behind: first, from: &reader)
            }
        let rightOrigin: ElementKey =
            switch forms.right {
            case .afterLeft: leftOrigin.advanced(by: 1)
            case .asBefore: before?.right ?? .none
            case .end: .none
            case .explicit: try origin(behind: first, from: &reader)
            }
        heads.append((first.position, runs.count))
        return ElementRun(
            first: first, count: count, left: leftOrigin, right: rightOrigin, side: .right, isVisible: false, content: 0)
    }

    @_lifetime(reader: copy reader)
    private mutating func change(from reader: inout CBORReader) throws(CanonError) -> Int32 {
        let start = reader.offset
        let back = try reader.count(upTo: known)
        if back == 0 { known += 1 }
        let number = back == 0 ? known - 1 : known - back
        guard number < changes else { throw CanonError(.outOfRange, at: start) }
        return Int32(number)
    }

    @_lifetime(reader: copy reader)
    private mutating func origin(behind first: ElementKey, from reader: inout CBORReader) throws(CanonError) -> ElementKey {
        let change = try change(from: &reader)
        let start = reader.offset
        let (index, overflow) = Int64(first.index).subtractingReportingOverflow(try reader.integer())
        guard !overflow, let index = UInt32(exactly: index) else { throw CanonError(.outOfRange, at: start) }
        return ElementKey(change: change, index: index)
    }
}

extension RunReader {
    /// Counts the elements of each change; false unless each has some, numbered without gap or repetition.
    mutating func number(in changes: inout ChangeTable) -> Bool {
        order.reserveCapacity(runs.count)
        for head in heads.sorted(by: { $0.position < $1.position }) {
            guard runs[head.run].first.index == changes[runs[head.run].first.change].count else { return false }
            var run = head.run
            while run >= 0 {
                changes.extend(runs[run].first.change, by: runs[run].count)
                order.append(run)
                run = followers[run]
            }
        }
        return changes.entries.allSatisfy { $0.count > 0 }
    }

    /// Finds out on which side each run hangs; false if an origin does not exist, or if a run goes on with another or not although
    /// its side is against that.
    mutating func findSides(_ changes: ChangeTable) -> Bool {
        for (_, run) in heads {
            let (left, right) = (runs[run].left, runs[run].right)
            guard left == .none || changes.has(left), right == .none || changes.has(right) else { return false }
            if left != .none, isRightOrigin(runs[run].first, behind: left, near: run) { return false }
            if right == .none { continue }
            let parent = self.run(of: right, near: run)
            let isFirst = runs[parent].first == right
            guard (isFirst ? runs[parent].left : right.advanced(by: -1)) == left else { continue }
            runs[run].side = .left
            runs[parent].hasLeftChildren = true
        }
        return leftChildren.allSatisfy { runs[$0].side == .left }
    }

    /// Whether what was taken to go on behind `left` has `key` as its right origin.
    private func isRightOrigin(_ key: ElementKey, behind left: ElementKey, near run: Int) -> Bool {
        let number = run > 0 && runs[run - 1].last == left ? run - 1 : self.run(of: left)
        return runs[number].right == key && (left != runs[number].last || followers[number] >= 0)
    }

    /// The run with an element, which exists.
    private func run(of key: ElementKey, near run: Int) -> Int {
        // Mostly it goes on with the one just before.
        if run > 0, followers[run - 1] >= 0, runs[followers[run - 1]].first == key { return followers[run - 1] }
        return self.run(of: key)
    }

    private func run(of key: ElementKey) -> Int {
        var (low, high) = (0, order.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if runs[order[middle]].first.position <= key.position { low = middle } else { high = middle }
        }
        return order[low]
    }
}

extension CBORReader {
    /// An index, written as its distance from `expected`.
    @_lifetime(self: copy self)
    fileprivate mutating func index(_ expected: Int64) throws(CanonError) -> UInt32 {
        let start = offset
        let (index, overflow) = expected.addingReportingOverflow(try integer())
        guard !overflow, let index = UInt32(exactly: index) else { throw CanonError(.outOfRange, at: start) }
        return index
    }
}
