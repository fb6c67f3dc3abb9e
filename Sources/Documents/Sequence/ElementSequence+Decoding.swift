import Canon
import Ledger

extension ElementSequence {
    /// Reads what `encode` writes.
    ///
    /// Contents are numbered in order, those of hidden elements only `withHidden`. What is checked is that the sequence can
    /// work: each element of each change is there once, and origins exist. Whether the bytes are canonical is for the owner to
    /// check, by encoding again.
    @_lifetime(reader: copy reader)
    init(decoding reader: inout CBORReader, withHidden: Bool) throws(CanonError) {
        try reader.array(of: 3)
        var devices: [DeviceID] = []
        for _ in 0..<(try reader.array(limit: reader.source.count)) { devices.append(try reader.identifier()) }
        for _ in 0..<(try reader.array(limit: reader.source.count)) {
            let start = reader.offset
            try reader.array(of: 3)
            let id: ChangeID = try reader.identifier()
            let device = try reader.count(upTo: max(0, devices.count - 1))
            guard changes.number(of: id) == nil, device < devices.count else { throw CanonError(.unexpectedValue, at: start) }
            _ = changes.add(id, device: devices[device], seq: try reader.unsigned())
        }
        let start = reader.offset
        let runs = try Self.runs(from: &reader, changes: changes.entries.count, withHidden: withHidden)
        guard number(elementsOf: runs), originsExist(in: runs) else { throw CanonError(.unexpectedValue, at: start) }
        replaceRuns(with: runs)
        findSides()
    }

    @_lifetime(reader: copy reader)
    private static func runs(
        from reader: inout CBORReader, changes: Int, withHidden: Bool
    ) throws(CanonError) -> [ElementRun] {
        let end = try reader.array(limit: reader.source.count)
        var read = 0
        var runs: [ElementRun] = []
        var content = 0
        while read < end {
            let start = reader.offset
            let flags = try reader.unsigned(upTo: 17)
            guard let left = OriginForm(rawValue: flags / 2 % 3), let right = OriginForm(rawValue: flags / 6) else {
                throw CanonError(.unexpectedValue, at: start)
            }
            let first = try reader.elementKey(changes)
            let count = try reader.elementIndex()
            read += 4 + (left == .explicit ? 2 : 0) + (right == .explicit ? 2 : 0)
            guard count > 0, read <= end else { throw CanonError(.unexpectedValue, at: start) }
            let run = ElementRun(
                first: first, count: count,
                left: try reader.origin(left, before: runs.last?.last ?? .none, changes),
                right: try reader.origin(right, before: runs.last?.right ?? .none, changes),
                side: .right, isVisible: flags % 2 == 1, content: content)
            content += withHidden ? run.length : run.visibleCount
            runs.append(run)
        }
        return runs
    }

    /// Counts the elements of each change; false unless each change has some, numbered without gap or repetition.
    private mutating func number(elementsOf runs: [ElementRun]) -> Bool {
        for run in runs.sorted(by: { ($0.first.change, $0.first.index) < ($1.first.change, $1.first.index) }) {
            let counted = changes[run.first.change].count
            guard run.first.index == counted, run.count <= UInt32.max - counted else { return false }
            changes.extend(run.first.change, by: run.count)
        }
        return changes.entries.allSatisfy { $0.count > 0 }
    }

    private func originsExist(in runs: [ElementRun]) -> Bool {
        runs.allSatisfy { run in
            [run.left, run.right].allSatisfy { $0 == .none || $0.index < changes[$0.change].count }
        }
    }

    private mutating func findSides() {
        for leaf in runs.leaves.indices {
            for run in runs.leaves[leaf].runs.indices {
                let place = Runs.Place(leaf: leaf, run: run, offset: 0)
                let side = side(left: runs[place].left, right: runs[place].right)
                runs.update(place) { $0.side = side }
                if side == .left { runs.update(self.place(of: runs[place].right)) { $0.hasLeftChildren = true } }
            }
        }
    }
}

extension CBORReader {
    @_lifetime(self: copy self)
    fileprivate mutating func elementKey(_ changes: Int) throws(CanonError) -> ElementKey {
        let start = offset
        let change = try count(upTo: changes)
        guard change < changes else { throw CanonError(.outOfRange, at: start) }
        return ElementKey(change: Int32(change), index: try elementIndex())
    }

    @_lifetime(self: copy self)
    fileprivate mutating func origin(_ form: OriginForm, before: ElementKey, _ changes: Int) throws(CanonError) -> ElementKey {
        switch form {
        case .none: .none
        case .asBefore: before
        case .explicit: try elementKey(changes)
        }
    }
}
