import Canon
import Documents
import Ledger
import Support
import Testing

/// Lists edited by several replicas, against an oracle that knows all operations and who had seen which.
struct ListTests {
    /// One operation of a history.
    private struct Site {
        let change: Int
        let stamp: Stamp
        let step: ListStep

        /// The item that it concerns.
        var item: ElementID? {
            switch step.operation {
            case .insert: step.slot?.id
            case .move(let item, _, _), .set(let item, _), .delete(let item): item.id(in: stamp.change)
            }
        }

        var isInsertion: Bool { if case .insert = step.operation { true } else { false } }
        var isDeletion: Bool { if case .delete = step.operation { true } else { false } }

        var value: Int? {
            switch step.operation {
            case .insert(_, _, let value), .set(_, let value): value
            case .move, .delete: nil
            }
        }
    }

    /// The values of a list, from all operations at once.
    private func expected(_ history: History<ListStep>) -> [Int] {
        let pasts = history.pasts
        let sites = history.changes.enumerated().flatMap { index, change in
            change.operations.enumerated().filter { !$0.element.isRefused }
                .map { Site(change: index, stamp: change.stamp.operation($0), step: $1) }
        }
        func sees(_ later: Site, _ earlier: Site) -> Bool {
            later.change == earlier.change
                ? earlier.stamp.ordinal < later.stamp.ordinal : pasts[later.change].contains(earlier.change)
        }
        var tree = FugueTree()
        for slot in sites.compactMap(\.step.slot) { tree.receive(slot) }
        let places = Dictionary(uniqueKeysWithValues: tree.order.enumerated().map { ($1, $0) })
        var values: [(place: Int, value: Int)] = []
        for id in sites.filter(\.isInsertion).compactMap(\.item) {
            let own = sites.filter { $0.item == id }.sorted { $0.stamp < $1.stamp }
            let deletions = own.filter(\.isDeletion)
            let edits = own.filter { !$0.isDeletion }
            guard edits.contains(where: { edit in !deletions.contains { sees($0, edit) } }) else { continue }
            let slot = edits.compactMap(\.step.slot?.id).last
            if let place = slot.flatMap({ places[$0] }), let value = edits.compactMap(\.value).last {
                values.append((place, value))
            }
        }
        return values.sorted { $0.place < $1.place }.map(\.value)
    }

    private func encoded(_ list: MovableList<Int>) -> [UInt8] {
        CBORWriter.encode { list.encode(to: &$0) { $0.integer(Int64($1)) } }
    }

    private func decode(_ bytes: [UInt8]) throws -> MovableList<Int> {
        var reader = CBORReader(bytes.span)
        let list = try MovableList(decoding: &reader) { (reader: inout CBORReader) throws(CanonError) in Int(try reader.integer())
        }
        try reader.finish()
        return list
    }

    private func check(_ history: History<ListStep>, _ generator: inout SeededGenerator, _ comment: Comment) throws {
        let expected = expected(history)
        var encodings: Set<[UInt8]> = []
        for order in history.orders(&generator) {
            var replica = ListReplica()
            for change in order { try replica.apply(history.changes[change]) }
            #expect(replica.list.values == expected, comment)
            #expect(Set(replica.list.order).count == replica.list.count, comment)
            encodings.insert(encoded(replica.list))
        }
        #expect(encodings.count == 1, comment)
        let bytes = try #require(encodings.first)
        let copy = try decode(bytes)
        #expect(copy.values == expected, comment)
        #expect(encoded(copy) == bytes, comment)
    }

    @Test("every order of delivery gives the oracle's list, and the same bytes")
    func honestHistories() throws {
        for seed in seeds(400) {
            var generator = SeededGenerator(seed: seed)
            try check(try .list(&generator, isHonest: true, "seed \(seed)"), &generator, "seed \(seed)")
        }
    }

    @Test("operations on any slots, of deleted items, of moves, of other places, are refused by all or mean the same to all")
    func dishonestHistories() throws {
        for seed in seeds(400, base: 1_000_000) {
            var generator = SeededGenerator(seed: seed)
            try check(try .list(&generator, isHonest: false, "seed \(seed)"), &generator, "seed \(seed)")
        }
    }

    private let writer = DeviceID.numbered(1)
    private let other = DeviceID.numbered(2)

    private func moment(_ device: DeviceID, _ seq: UInt64, seen: [DeviceID: UInt64] = [:]) -> Moment {
        let number = seq + (device == writer ? 100 : 200)
        return Moment(
            stamp: Stamp(lamport: number, device: device, seq: seq, change: .numbered(number)),
            past: VersionVector(unforked: seen))
    }

    /// The list of 1, by the writer's first change.
    private func oneItem() throws -> MovableList<Int> {
        var list = MovableList<Int>()
        try list.apply(try list.insertion(of: 1, at: 0), at: moment(writer, 0))
        return list
    }

    @Test("a concurrent move or change saves an item from deletion, and one that had seen the deletion brings it back")
    func deletion() throws {
        var base = try oneItem()
        try base.apply(try base.insertion(of: 2, at: 1), at: moment(writer, 1, seen: [writer: 1]))
        let deletion = try base.deletion(at: 0)
        for edit in [try base.move(from: 0, to: 1), try base.change(at: 0, to: 7)] {
            var list = base
            try list.apply(deletion, at: moment(writer, 2, seen: [writer: 2]))
            #expect(list.values == [2])
            try list.apply(edit, at: moment(other, 0, seen: [writer: 2]))
            #expect(list.count == 2)
            try list.apply(deletion, at: moment(other, 1, seen: [writer: 3, other: 1]))
            #expect(list.values == [2])
            try list.apply(try base.change(at: 0, to: 9), at: moment(writer, 3, seen: [writer: 3, other: 2]))
            #expect(list.values.sorted() == [2, 9])
        }
    }

    @Test("concurrent moves leave an item in one place, and the other places are kept as losers")
    func moves() throws {
        var list = MovableList<Int>()
        for value in 0..<3 as Range<UInt64> {
            try list.apply(try list.insertion(of: Int(value), at: Int(value)), at: moment(writer, value, seen: [writer: value]))
        }
        let (toEnd, toMiddle) = (try list.move(from: 0, to: 2), try list.move(from: 0, to: 1))
        try list.apply(toEnd, at: moment(writer, 3, seen: [writer: 3]))
        try list.apply(toMiddle, at: moment(other, 0, seen: [writer: 3]))
        #expect(list.values == [1, 0, 2])
        #expect(list.items[list.order[1]]?.slot.losers.count == 1)
    }

    @Test("changes that are not in force make slots for others to build on, and nothing else")
    func anchors() throws {
        var list = try oneItem()
        let hidden = [
            try list.insertion(of: 2, at: 1), try list.move(from: 0, to: 0), try list.change(at: 0, to: 5),
            try list.deletion(at: 0),
        ]
        for (seq, operation) in zip(UInt64(1)..., hidden) {
            try list.apply(operation, at: moment(writer, seq, seen: [writer: seq]), asAnchors: true)
        }
        #expect(list.values == [1])
        let anchor = ElementRef(change: moment(writer, 1).stamp.change, index: 0)
        let later: [ListOperation<Int>] = [
            .insert(left: anchor, right: nil, value: 3), .set(item: anchor, value: 4),
            .move(item: anchor, left: ElementRef(change: moment(other, 0).stamp.change, index: 0), right: nil),
            .delete(item: anchor),
        ]
        for (seq, operation) in zip(UInt64(0)..., later) {
            try list.apply(operation, at: moment(other, seq, seen: [writer: 5, other: seq]))
        }
        #expect(list.values == [1, 3])
        #expect(try decode(encoded(list)).values == [1, 3])
    }

    @Test("positions past the end are refused")
    func bounds() throws {
        let list = try oneItem()
        for position in [-1, 1, .max] {
            #expect(throws: DocumentError(.outOfBounds, position: position)) { try list.change(at: position, to: 0) }
            #expect(throws: DocumentError(.outOfBounds, position: position)) { try list.deletion(at: position) }
            #expect(throws: DocumentError(.outOfBounds, position: position)) { try list.move(from: position, to: 0) }
            #expect(throws: DocumentError(.outOfBounds, position: position)) { try list.move(from: 0, to: position) }
        }
        #expect(throws: DocumentError(.outOfBounds, position: 2)) { try list.insertion(of: 1, at: 2) }
    }

    @Test("a damaged stored list is refused, or is another list that works")
    func damagedLists() throws {
        var list = try oneItem()
        try list.apply(try list.insertion(of: 2, at: 1), at: moment(writer, 1, seen: [writer: 1]))
        let (change, move) = (try list.change(at: 0, to: 3), try list.move(from: 1, to: 0))
        try list.apply(change, at: moment(writer, 2, seen: [writer: 2]))
        try list.apply(move, at: moment(other, 0, seen: [writer: 2]))
        try list.apply(try list.deletion(at: 1), at: moment(writer, 3, seen: [writer: 3, other: 1]))
        let bytes = encoded(list)
        for length in bytes.indices { #expect(throws: CanonError.self) { try decode(Array(bytes[..<length])) } }
        for index in bytes.indices {
            for mask in [1, 4, 16, 128] as [UInt8] {
                var damaged = bytes
                damaged[index] ^= mask
                guard var list = try? decode(damaged) else { continue }
                #expect(list.values.count == list.count)
                let insertion = try list.insertion(of: 1, at: list.count / 2)
                try? list.apply(insertion, at: moment(writer, 0, seen: [writer: 9]))
                #expect(try decode(encoded(list)).values == list.values)
            }
        }
    }
}
