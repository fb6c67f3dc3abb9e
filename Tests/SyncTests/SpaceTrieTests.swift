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
    func spaces(sharedWith peer: PeerIdentity) -> [SpaceID] { Array(digests.keys) }
    func digests(sharedWith peer: PeerIdentity) -> [(id: SpaceID, digest: Bytes32)] { digests.map { ($0.key, $0.value) } }
    func isShared(_ space: SpaceID, with peer: PeerIdentity) -> Bool { digests[space] != nil }
    func spaces(changedAfter sequence: UInt64) -> [SpaceID] { [] }
    func digest(of space: SpaceID) -> Bytes32 { digests[space] ?? .zero }
    func tips(of space: SpaceID) -> [Tip] { [] }
    func lastTime(in space: SpaceID) -> UInt64 { 0 }
    func holds(_ change: ChangeID, in space: SpaceID) -> Bool { false }
    func changes(in space: SpaceID, after tips: [Tip], from position: UInt64) -> (changes: [Change], next: UInt64)? { nil }
    func ingest(_ changes: [Verified<Change>], in space: SpaceID, from peer: PeerIdentity) -> Ingested {
        Ingested(admitted: [], known: 0)
    }
    func makeDurable(through sequence: UInt64) {}
    func spacesWithMissingBlobs() -> [SpaceID] { [] }
    func missingBlobs(in space: SpaceID) -> [BlobID] { [] }
    func missingChunks(of blob: BlobID) -> [Int]? { nil }
    func completeBlobs(in space: SpaceID) -> [BlobID] { [] }
    func completeBlobs(among blobs: [BlobID]) -> [BlobID] { [] }
    func chunkList(of blob: BlobID, in space: SpaceID) -> [Bytes32]? { nil }
    func chunk(_ index: Int, of blob: BlobID) -> [UInt8]? { nil }
    func store(chunkList: [Bytes32], of blob: BlobID) {}
    func store(chunk: [UInt8], at index: Int, of blob: BlobID) -> Bool { false }
    func remember(held: [SpaceID: [Tip]], seen: StoreCursor?, of peer: DeviceID) {}
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

    private static func trie(_ digests: [SpaceID: Bytes32], seed: [UInt8]) -> SpaceTrie {
        SpaceTrie(digests.map { ($0.key, $0.value) }, key: SessionKey(seed: seed))
    }

    /// The id bit by bit, six to a step, and two that are no more its own.
    private static func steps(_ space: SpaceID) -> [UInt8] {
        let bits = space.bytes.flatMap { byte -> [UInt8] in (0..<8).map { byte >> UInt8(7 - $0) & 1 } } + [0, 0]
        return stride(from: 0, to: bits.count, by: 6).map { start in
            bits[start..<start + 6].reduce(UInt8(0)) { $0 << 1 | $1 }
        }
    }

    private static func code(_ message: [UInt8], seed: [UInt8]) -> UInt64 {
        let code = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: seed))
        return Array(code).prefix(6).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// What a node's digest has to be, found by looking at every space; `content` has each one's steps, and its id and digest.
    private static func slowDigest(of prefix: [UInt8], _ content: [(steps: [UInt8], bytes: [UInt8])], seed: [UInt8]) -> UInt64 {
        let below = content.filter { $0.steps.starts(with: prefix) }
        return below.isEmpty ? 0 : code(prefix + below.flatMap(\.bytes), seed: seed)
    }

    @Test("the digests of a node's children and its leaves are those of the spaces below it", arguments: seeds(20))
    func oracle(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let ids = Self.ids(generator.pick(0..<60), using: &generator)
        let digests = Dictionary(ids.map { ($0, Bytes32.random(using: &generator)) }) { $1 }
        let key = generator.bytes(64)
        let trie = Self.trie(digests, seed: key)
        let content = digests.sorted { $0.key < $1.key }.map { (Self.steps($0.key), $0.key.bytes + $0.value.bytes) }
        var prefixes: [[UInt8]] = [[]]
        for id in ids.prefix(20) { prefixes.append(Array(Self.steps(id).prefix(generator.pick(0...SpaceTrie.depth)))) }
        for _ in 0..<20 {
            prefixes.append((0..<generator.pick(1..<4)).map { _ in UInt8(generator.pick(0..<SpaceTrie.children)) })
        }
        for prefix in prefixes {
            let below = digests.keys.filter { Self.steps($0).starts(with: prefix) }.sorted()
            let children = trie.digests(below: prefix)
            #expect(children.count == SpaceTrie.children)
            for (child, digest) in children.enumerated() {
                let place = prefix + [UInt8(child)]
                #expect(digest == Self.slowDigest(of: place, content, seed: key), "seed \(seed): \(place)")
            }
            #expect(trie.leaves(of: prefix).map(\.space) == below, "seed \(seed): \(prefix)")
            #expect(trie.count(below: prefix) == below.count, "seed \(seed): \(prefix)")
            for leaf in trie.leaves(of: prefix) {
                let message = leaf.space.bytes + (digests[leaf.space]?.bytes ?? [])
                #expect(leaf.digest == Self.code(message, seed: key), "seed \(seed)")
            }
        }
    }

    @Test("another session's seed gives other digests")
    func seeding() {
        var generator = SeededGenerator(seed: 1)
        let digests = Dictionary(Self.ids(20, using: &generator).map { ($0, Bytes32.random(using: &generator)) }) { $1 }
        let first = Self.trie(digests, seed: generator.bytes(64))
        let second = Self.trie(digests, seed: generator.bytes(64))
        #expect(first.digests(below: []) != second.digests(below: []))
        #expect(Set(first.leaves(of: [])).isDisjoint(with: second.leaves(of: [])))
    }

    /// The spaces that two sessions find to differ, and what they exchange for it.
    private static func compare(
        _ first: [SpaceID: Bytes32], _ second: [SpaceID: Bytes32], using generator: inout SeededGenerator
    ) throws -> (found: Set<SpaceID>, frames: Int, bytes: Int) {
        let devices = [DeviceID(.zero), DeviceID(.random(using: &generator))]
        var sessions = try [first, second].enumerated().map { index, digests in
            try SyncSession(
                store: DigestStore(digests: digests), device: devices[index], peer: devices[1 - index], isDialer: index == 0,
                nonce: .random(using: &generator), claims: [])
        }
        var found: Set<SpaceID> = []
        var (frames, size) = (0, 0)
        while !sessions.allSatisfy(\.isSettled) {
            for side in 0..<2 {
                while let bytes = try sessions[side].nextFrame() {
                    switch try Frame(decoding: bytes) {
                    case .tips(let space, _): found.insert(space)
                    case .node, .compared, .leaves:
                        frames += 1
                        size += bytes.count
                    default: break
                    }
                    try sessions[1 - side].receive(bytes)
                }
            }
        }
        return (found, frames, size)
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
        let (found, _, _) = try Self.compare(first, second, using: &generator)
        #expect(found == differing, "seed \(seed)")
        let (reversed, _, _) = try Self.compare(second, first, using: &generator)
        #expect(reversed == differing, "seed \(seed)")
    }

    @Test("one difference among many spaces takes a few frames")
    func cost() throws {
        var generator = SeededGenerator(seed: 2)
        let ids = (0..<2_000).map { _ in SpaceID(.random(using: &generator)) }
        let first = Dictionary(ids.map { ($0, Bytes32.random(using: &generator)) }) { $1 }
        var second = first
        second[ids[0]] = .zero
        let (found, frames, bytes) = try Self.compare(first, second, using: &generator)
        #expect(found == [ids[0]])
        // The root and one of its children are told and compared, and of that one's children one is listed.
        #expect(frames == 5 && bytes < 2 * 400 + SyncLimits.leaves * 38, "\(frames) frames, \(bytes) bytes")
    }

    private struct GivenTrie: Codable {
        let dialerNonce: String
        let listenerNonce: String
        let spaces: [String: String]
        let prefix: [UInt8]
    }

    @Test("digests of children and leaves are as frozen")
    func vectors() throws {
        let mismatches = try GoldenVector<GivenTrie>.mismatches(in: "trie") { given in
            var digests: [SpaceID: Bytes32] = [:]
            for (space, digest) in given.spaces {
                digests[SpaceID(try Bytes32(hex: space))] = try Bytes32(hex: digest)
            }
            let trie = Self.trie(digests, seed: try bytes(hex: given.dialerNonce) + bytes(hex: given.listenerNonce))
            return [
                "digests": trie.digests(below: given.prefix).map(String.init).joined(separator: " "),
                "leaves": trie.leaves(of: given.prefix).map { "\(hex($0.space.bytes)) \($0.digest)" }.joined(separator: "\n"),
            ]
        }
        #expect(mismatches == [])
    }
}
