package import Canon
import Crypto
package import Ledger

/// The spaces that two peers share, as a radix tree over the nibbles of their ids.
///
/// Equal subtrees have equal digests, so two peers find the spaces that differ in a few steps. On the wire a digest is an HMAC
/// under a seed of the session, cut to eight bytes: nobody can prepare a collision, and a chance one heals in the next session.
package struct SpaceTrie: Sendable {
    /// Nibbles of an id.
    package static let depth = 64

    private let spaces: [(id: SpaceID, digest: Bytes32)]
    private let seed: SymmetricKey

    /// `seed` is the same on both sides and different in each session.
    package init(_ digests: [SpaceID: Bytes32], seed: [UInt8]) {
        spaces = digests.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        self.seed = SymmetricKey(data: seed)
    }

    /// The spaces below `prefix`.
    private func below(_ prefix: [UInt8]) -> ArraySlice<(id: SpaceID, digest: Bytes32)> {
        let start = spaces.partition { !Self.nibbles($0.id).lexicographicallyPrecedes(prefix) }
        let end = spaces.partition { entry in
            let nibbles = Self.nibbles(entry.id)
            return !nibbles.starts(with: prefix) && prefix.lexicographicallyPrecedes(nibbles)
        }
        return spaces[start..<max(start, end)]
    }

    private static func nibbles(_ space: SpaceID) -> [UInt8] { space.bytes.flatMap { [$0 >> 4, $0 & 15] } }

    package func digest(of prefix: [UInt8]) -> UInt64 {
        var hasher = HMAC<SHA256>(key: seed)
        hasher.update(data: prefix)
        for space in below(prefix) {
            hasher.update(data: space.id.bytes)
            hasher.update(data: space.digest.bytes)
        }
        return Self.cut(hasher.finalize())
    }

    package func leaves(of prefix: [UInt8]) -> [SpaceDigest] {
        below(prefix).map { space in
            let code = HMAC<SHA256>.authenticationCode(for: space.id.bytes + space.digest.bytes, using: seed)
            return SpaceDigest(space: space.id, digest: Self.cut(code))
        }
    }

    package func count(below prefix: [UInt8]) -> Int { below(prefix).count }

    private static func cut(_ code: HMAC<SHA256>.MAC) -> UInt64 {
        code.withUnsafeBytes { bytes in bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
    }
}

extension Array {
    /// The first index whose element satisfies a predicate that is false before it and true from it on.
    fileprivate func partition(_ predicate: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
