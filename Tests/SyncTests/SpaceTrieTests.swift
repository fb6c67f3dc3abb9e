import Canon
import Crypto
import Ledger
import LedgerSupport
import Support
import Sync
import Testing

/// A store that has spaces and their digests, and nothing in them: enough to compare.
private struct DigestStore: SyncStore {
    let digests: [SpaceID: Bytes32]

    func incarnation() -> Bytes32 { .zero }
    func sequence() -> UInt64 { 0 }
    func seen(of peer: DeviceID) -> StoreCursor? { nil }
    func setSeen(_ cursor: StoreCursor, of peer: DeviceID) {}
    func spaces(sharedWith peer: PeerIdentity) -> [SpaceID] { Array(digests.keys) }
    func isShared(_ space: SpaceID, with peer: PeerIdentity) -> Bool { digests[space] != nil }
    func spaces(changedAfter sequence: UInt64) -> [SpaceID] { [] }
    func digest(of space: SpaceID) -> Bytes32 { digests[space] ?? .zero }
    func tips(of space: SpaceID) -> [Tip] { [] }
    func holds(_ change: ChangeID, in space: SpaceID) -> Bool { false }
    func changes(in space: SpaceID, after tips: [Tip], from position: UInt64) -> (changes: [Change], next: UInt64)? { nil }
    func ingest(_ changes: [Verified<Change>], in space: SpaceID, from peer: PeerIdentity) -> Ingested {
        Ingested(admitted: [], known: 0)
    }
    func makeDurable() {}
    func spacesWithMissingBlobs() -> [SpaceID] { [] }
    func missingBlobs(in space: SpaceID) -> [BlobID] { [] }
    func missingChunks(of blob: BlobID) -> [Int]? { nil }
    func completeBlobs(in space: SpaceID) -> [BlobID] { [] }
    func completeBlobs(among blobs: [BlobID]) -> [BlobID] { [] }
    func chunkList(of blob: BlobID, in space: SpaceID) -> [Bytes32]? { nil }
    func chunk(_ index: Int, of blob: BlobID) -> [UInt8]? { nil }
    func store(chunkList: [Bytes32], of blob: BlobID) {}
    func store(chunk: [UInt8], at index: Int, of blob: BlobID) -> Bool { false }
    func note(_ tips: [Tip], of space: SpaceID, heldBy peer: DeviceID) {}
    func store(_ receipt: Receipt) {}
    func receipt(for changes: [ChangeID]) -> Receipt? { nil }
}

/// Which spaces differ between two peers.
struct SpaceTrieTests {
    /// Ids, many of which begin alike, so that the tree is deep in places.
    private static func ids(_ count: Int, using generator: inout SeededGenerator) -> [SpaceID] {
        let stems = (0..<4).map { _ in generator.bytes(generator.pick(0..<5)) }
        return (0..<count).compactMap { _ in
            let stem = generator.pick(stems)
            return SpaceID(bytes: stem + generator.bytes(32 - stem.count))
        }
    }

    private static func nibbles(_ space: SpaceID) -> [UInt8] { hex(space.bytes).compactMap { $0.hexDigitValue.map(UInt8.init) } }

    /// What a node's digest has to be, found by looking at every space.
    private static func slowDigest(of prefix: [UInt8], _ digests: [SpaceID: Bytes32], seed: [UInt8]) -> UInt64 {
        let below = digests.filter { nibbles($0.key).starts(with: prefix) }.sorted { $0.key < $1.key }
        let message = prefix + below.flatMap { $0.key.bytes + $0.value.bytes }
        let code = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: seed))
        return Array(code).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    @Test("a node's digest and leaves are those of the spaces below it", arguments: seeds(20))
    func oracle(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let ids = Self.ids(generator.pick(0..<60), using: &generator)
        let digests = Dictionary(ids.map { ($0, Bytes32.random(using: &generator)) }) { $1 }
        let key = generator.bytes(64)
        let trie = SpaceTrie(digests, seed: key)
        var prefixes: [[UInt8]] = [[]]
        for id in ids.prefix(20) { prefixes.append(Array(Self.nibbles(id).prefix(generator.pick(0..<65)))) }
        for _ in 0..<20 { prefixes.append((0..<generator.pick(1..<5)).map { _ in UInt8(generator.pick(0..<16)) }) }
        for prefix in prefixes {
            let below = digests.keys.filter { Self.nibbles($0).starts(with: prefix) }.sorted()
            #expect(trie.digest(of: prefix) == Self.slowDigest(of: prefix, digests, seed: key), "seed \(seed): \(prefix)")
            #expect(trie.leaves(of: prefix).map(\.space) == below, "seed \(seed): \(prefix)")
            #expect(trie.count(below: prefix) == below.count, "seed \(seed): \(prefix)")
            for leaf in trie.leaves(of: prefix) {
                let message = leaf.space.bytes + (digests[leaf.space]?.bytes ?? [])
                let code = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key))
                #expect(leaf.digest == Array(code).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }, "seed \(seed)")
            }
        }
    }

    @Test("another session's seed gives other digests")
    func seeding() {
        var generator = SeededGenerator(seed: 1)
        let digests = Dictionary(Self.ids(20, using: &generator).map { ($0, Bytes32.random(using: &generator)) }) { $1 }
        let first = SpaceTrie(digests, seed: generator.bytes(64))
        let second = SpaceTrie(digests, seed: generator.bytes(64))
        #expect(first.digest(of: []) != second.digest(of: []))
        #expect(Set(first.leaves(of: [])).isDisjoint(with: second.leaves(of: [])))
    }

    /// The spaces that two sessions find to differ, and how many nodes and lists they exchange for it.
    private static func compare(
        _ first: [SpaceID: Bytes32], _ second: [SpaceID: Bytes32], using generator: inout SeededGenerator
    ) throws -> (found: Set<SpaceID>, frames: Int) {
        let devices = [DeviceID(.zero), DeviceID(.random(using: &generator))]
        var sessions = try [first, second].enumerated().map { index, digests in
            try SyncSession(
                store: DigestStore(digests: digests), device: devices[index], peer: devices[1 - index], isDialer: index == 0,
                nonce: .random(using: &generator), claims: [])
        }
        var found: Set<SpaceID> = []
        var frames = 0
        while !sessions.allSatisfy(\.isSettled) {
            for side in 0..<2 {
                while let bytes = try sessions[side].nextFrame() {
                    switch try Frame(decoding: bytes) {
                    case .tips(let space, _): found.insert(space)
                    case .node, .same, .leaves: frames += 1
                    default: break
                    }
                    try sessions[1 - side].receive(bytes)
                }
            }
        }
        return (found, frames)
    }

    @Test("two sessions find exactly the spaces that differ", arguments: seeds(20))
    func comparison(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let ids = Self.ids(generator.pick(0..<300), using: &generator)
        let first = Dictionary(ids.map { ($0, Bytes32.random(using: &generator)) }) { $1 }
        var second = first
        var differing: Set<SpaceID> = []
        let share = generator.pick([0, 2, 10, 60])
        for id in ids where generator.chance(share) {
            differing.insert(id)
            second[id] = generator.chance(50) ? .random(using: &generator) : nil
        }
        for id in Self.ids(generator.pick(0..<20), using: &generator) where first[id] == nil {
            differing.insert(id)
            second[id] = .zero
        }
        let (found, _) = try Self.compare(first, second, using: &generator)
        #expect(found == differing, "seed \(seed)")
        let (reversed, _) = try Self.compare(second, first, using: &generator)
        #expect(reversed == differing, "seed \(seed)")
    }

    @Test("one difference among many spaces takes a few frames")
    func cost() throws {
        var generator = SeededGenerator(seed: 2)
        let ids = (0..<2_000).map { _ in SpaceID(.random(using: &generator)) }
        let first = Dictionary(ids.map { ($0, Bytes32.random(using: &generator)) }) { $1 }
        var second = first
        second[ids[0]] = .zero
        let (found, frames) = try Self.compare(first, second, using: &generator)
        #expect(found == [ids[0]])
        // Three levels of sixteen children, each asked about and answered.
        #expect(frames <= 2 * (1 + 3 * 16), "\(frames) frames")
    }

    private struct GivenTrie: Codable {
        let dialerNonce: String
        let listenerNonce: String
        let spaces: [String: String]
        let prefix: [UInt8]
    }

    @Test("digests of nodes and leaves are as frozen")
    func vectors() throws {
        let mismatches = try GoldenVector<GivenTrie>.mismatches(in: "trie") { given in
            var digests: [SpaceID: Bytes32] = [:]
            for (space, digest) in given.spaces {
                digests[SpaceID(try Bytes32(hex: space))] = try Bytes32(hex: digest)
            }
            let trie = SpaceTrie(digests, seed: try bytes(hex: given.dialerNonce) + bytes(hex: given.listenerNonce))
            return [
                "digest": String(trie.digest(of: given.prefix)),
                "leaves": trie.leaves(of: given.prefix).map { "\(hex($0.space.bytes)) \($0.digest)" }.joined(separator: "\n"),
            ]
        }
        #expect(mismatches == [])
    }
}
