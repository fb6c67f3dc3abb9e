import Canon
import Ledger
import Support

/// One change of a simulated history, with the operations that it carries.
struct Change<Operation> {
    let stamp: Stamp
    let past: VersionVector
    /// The places in the history of the heads that its author had seen.
    let parents: [Int]
    let operations: [Operation]

    func moment(_ ordinal: Int = 0) -> Moment { Moment(stamp: stamp.operation(ordinal), past: past) }
}

/// Changes that several replicas made, each having seen some of the others'; every change comes after those it had seen.
struct History<Operation> {
    private(set) var changes: [Change<Operation>] = []

    /// All that a change had seen, found by searching the graph of parents, without any version vector.
    func ancestors(of change: Int) -> Set<Int> {
        var found: Set<Int> = []
        var work = changes[change].parents
        while let next = work.popLast() {
            if found.insert(next).inserted { work += changes[next].parents }
        }
        return found
    }

    /// For each change what it had seen.
    var pasts: [Set<Int>] { changes.indices.map(ancestors) }

    /// An order of delivery: each change after its parents, otherwise at random, or as late changes first as possible.
    func order(_ generator: inout SeededGenerator, lateFirst: Bool) -> [Int] {
        var waiting = changes.map(\.parents.count)
        var ready = changes.indices.filter { waiting[$0] == 0 }
        var order: [Int] = []
        while !ready.isEmpty {
            let choice = lateFirst ? ready.indices.max { ready[$0] < ready[$1] } : generator.pick(0..<ready.count)
            let next = ready.remove(at: choice ?? 0)
            order.append(next)
            for child in changes.indices where changes[child].parents.contains(next) {
                waiting[child] -= 1
                if waiting[child] == 0 { ready.append(child) }
            }
        }
        return order
    }

    /// As made, late first, and three at random.
    func orders(_ generator: inout SeededGenerator) -> [[Int]] {
        [Array(changes.indices), order(&generator, lateFirst: true)]
            + (0..<3).map { _ in order(&generator, lateFirst: false) }
    }
}

/// A replica while a history is being made.
private struct Author<State> {
    let device: DeviceID
    var state: State
    var known: Set<Int> = []
    var made: UInt64 = 0
}

extension History {
    /// Lets `devices` replicas make `count` changes, now and then taking over what another one knows.
    ///
    /// `write` makes an author's operations, and `apply` is called for each replica that receives a change, its author included.
    static func random<State>(
        _ generator: inout SeededGenerator, devices: Int, count: Int, merging percent: Int, from start: State,
        write: (State, Moment, inout SeededGenerator) throws -> [Operation],
        apply: (inout State, Change<Operation>) throws -> Void
    ) throws -> (history: History, replicas: [State]) {
        var history = History()
        var authors = (0..<devices).map { _ in Author(device: .random(&generator), state: start) }
        for _ in 0..<count {
            let writer = generator.pick(0..<devices)
            if generator.chance(percent) {
                for missing in authors[generator.pick(0..<devices)].known.subtracting(authors[writer].known).sorted() {
                    try apply(&authors[writer].state, history.changes[missing])
                    authors[writer].known.insert(missing)
                }
            }
            let change = try history.change(by: authors[writer], &generator, write)
            try apply(&authors[writer].state, change)
            authors[writer].known.insert(history.changes.count)
            authors[writer].made += 1
            history.changes.append(change)
        }
        return (history, authors.map(\.state))
    }

    private func change<State>(
        by author: Author<State>, _ generator: inout SeededGenerator,
        _ write: (State, Moment, inout SeededGenerator) throws -> [Operation]
    ) throws -> Change<Operation> {
        let seen = author.known.subtracting(author.known.flatMap { changes[$0].parents })
        var past = VersionVector()
        for index in author.known { past.insert(changes[index].stamp) }
        let stamp = Stamp(
            lamport: 1 + (author.known.map { changes[$0].stamp.lamport }.max() ?? 0), device: author.device, seq: author.made,
            change: .random(&generator))
        let operations = try write(author.state, Moment(stamp: stamp, past: past), &generator)
        return Change(stamp: stamp, past: past, parents: seen.sorted(), operations: operations)
    }
}

extension Identifier {
    static func random(_ generator: inout SeededGenerator) -> Self { Self(Bytes32(generator.bytes(32)) ?? .zero) }

    /// An id whose order is that of `number`.
    static func numbered(_ number: UInt64) -> Self {
        Self(Bytes32([UInt8](repeating: 0, count: 24) + withUnsafeBytes(of: number.bigEndian, Array.init)) ?? .zero)
    }
}

extension VersionVector {
    /// How many changes were seen of devices that did not fork.
    init(unforked counts: [DeviceID: UInt64]) {
        self.init(Dictionary(uniqueKeysWithValues: counts.map { (LogID($0), $1) }))
    }
}
