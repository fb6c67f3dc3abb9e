package import Canon
import Crypto
package import Ledger

/// The spaces that two peers share, as a tree over their ids, each node of which has 64 children.
///
/// Equal subtrees have equal digests, so two peers find the spaces that differ in a few steps.
package struct SpaceTrie: Sendable {
    /// Bits of an id that one step of a prefix stands for.
    private static let step = 6
    /// Steps of a whole id; the last one has only four bits of it, the higher ones.
    package static let depth = 43
    package static let children = 64

    /// Id and digest of each space, 64 bytes together, by id.
    private let content: [UInt8]
    private let key: SessionKey

    /// `spaces` may come in any order.
    package init(_ spaces: [(id: SpaceID, digest: Bytes32)], key: SessionKey) {
        var content: [UInt8] = []
        content.reserveCapacity(spaces.count * Self.size)
        for space in spaces.sorted(by: { $0.id < $1.id }) {
            content += space.id.bytes
            content += space.digest.bytes
        }
        self.content = content
        self.key = key
    }

    private static let size = 2 * Bytes32.count

    /// The digests of a node's children; 0 of one without spaces.
    package func digests(below prefix: [UInt8]) -> [UInt64] {
        (0..<UInt8(Self.children)).map { child in
            let place = prefix + [child]
            let spaces = below(place)
            return spaces.isEmpty ? 0 : key.digest(of: place, bytes(of: spaces))
        }
    }

    package func leaves(of prefix: [UInt8]) -> [SpaceDigest] {
        below(prefix).map { place in
            let space = bytes(of: place..<place + 1)
            return SpaceDigest(
                space: SpaceID(Bytes32(exactly: space.prefix(Bytes32.count))), digest: key.digest(of: [], space))
        }
    }

    package func count(below prefix: [UInt8]) -> Int { below(prefix).count }

    /// The places, among all, of the spaces below `prefix`.
    private func below(_ prefix: [UInt8]) -> Range<Int> {
        let all = 0..<content.count / Self.size
        let start = all.partition { !steps(at: $0).lexicographicallyPrecedes(prefix) }
        let end = (start..<all.upperBound).partition { !steps(at: $0).starts(with: prefix) }
        return start..<end
    }

    private func bytes(of spaces: Range<Int>) -> ArraySlice<UInt8> {
        content[spaces.lowerBound * Self.size..<spaces.upperBound * Self.size]
    }

    /// The steps that lead to a space.
    private func steps(at place: Int) -> [UInt8] {
        let id = bytes(of: place..<place + 1).prefix(Bytes32.count) + [0]
        return (0..<Self.depth).map { index in
            let (byte, bit) = (index * Self.step).quotientAndRemainder(dividingBy: 8)
            let pair = UInt16(id[id.startIndex + byte]) << 8 | UInt16(id[id.startIndex + byte + 1])
            return UInt8(pair >> UInt16(16 - Self.step - bit) & 63)
        }
    }
}

/// What makes digests of one session: an HMAC cut to six bytes.
///
/// Nobody can prepare a collision, and a chance one heals in the next session.
package struct SessionKey: Sendable {
    private let key: SymmetricKey

    /// `seed` is the same on both sides and different in each session.
    package init(seed: [UInt8]) { key = SymmetricKey(data: seed) }

    func digest(of prefix: [UInt8], _ content: ArraySlice<UInt8>) -> UInt64 {
        var hasher = HMAC<SHA256>(key: key)
        hasher.update(data: prefix)
        hasher.update(data: content)
        return hasher.finalize().withUnsafeBytes { bytes in
            bytes.prefix(SpaceDigest.digestSize).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// A space as it is told to the peer: its id, and its digest under this key.
    func digest(of space: SpaceID, _ digest: Bytes32) -> SpaceDigest {
        SpaceDigest(space: space, digest: self.digest(of: [], ArraySlice(space.bytes + digest.bytes)))
    }
}

extension Range<Int> {
    /// The first place of which a predicate is true that is false before it and true from it on.
    fileprivate func partition(_ predicate: (Int) -> Bool) -> Int {
        var (low, high) = (lowerBound, upperBound)
        while low < high {
            let middle = (low + high) / 2
            if predicate(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
