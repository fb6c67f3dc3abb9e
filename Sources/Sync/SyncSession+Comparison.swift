import Canon
import Ledger

/// How two sides find out which spaces differ.
enum Comparison {
    /// Both greetings say what changed, so that only that is compared, by digests under this key.
    case recent(SessionKey)
    /// All spaces that are shared are compared.
    case all(SpaceTrie)
}

/// Which spaces differ, found by digests.
extension SyncSession {
    /// Says what is here of spaces that the peer has not seen: of a few at once, of many only digests.
    mutating func offer(_ spaces: [SpaceID], _ key: SessionKey) throws {
        if spaces.count <= SyncLimits.leaves { return try sendTips(ofEach: spaces) }
        // A digest tells the peer what is here, so that has to outlive a loss of power.
        try store.makeDurable(through: store.sequence())
        let recent = try spaces.map { key.digest(of: $0, try store.digest(of: $0)) }
        for start in stride(from: 0, to: recent.count, by: SyncLimits.spaces) {
            outgoing.append(.frame(.recent(Array(recent[start...].prefix(SyncLimits.spaces)))))
        }
    }

    /// Lists the spaces below a node if they are few, and else says how its children look.
    mutating func describe(_ prefix: [UInt8], in trie: SpaceTrie) {
        if trie.count(below: prefix) <= SyncLimits.leaves {
            outgoing.append(.frame(.leaves(prefix: prefix, trie.leaves(of: prefix))))
        } else {
            awaitedNodes[prefix] = 0
            outgoing.append(.frame(.node(prefix: prefix, trie.digests(below: prefix))))
        }
    }

    mutating func receiveTrie(_ frame: Frame) throws {
        guard case .all(let trie) = comparison else {
            throw SyncError(.unexpectedFrame, "The peer compares spaces although both know what changed.")
        }
        switch frame {
        case .node(let prefix, let theirs):
            try expectDescription(of: prefix)
            for (child, (ours, theirs)) in zip(trie.digests(below: prefix), theirs).enumerated() where ours != theirs {
                describe(prefix + [UInt8(child)], in: trie)
            }
            outgoing.append(.frame(.compared(prefix: prefix)))
        case .leaves(let prefix, let theirs):
            try expectDescription(of: prefix)
            let differing = Set(trie.leaves(of: prefix)).symmetricDifference(theirs)
            try sendTips(ofEach: Set(differing.map(\.space)))
        case .compared(let prefix):
            guard awaitedNodes.removeValue(forKey: prefix) != nil else { throw unasked }
        default: break
        }
    }

    /// Each child of a node that was sent is described once at most, and the root by whoever dialled.
    private mutating func expectDescription(of prefix: [UInt8]) throws {
        guard let child = prefix.last else {
            guard isRootAwaited else { throw unasked }
            isRootAwaited = false
            return
        }
        let node = Array(prefix.dropLast())
        guard let described = awaitedNodes[node], described >> UInt64(child) & 1 == 0 else { throw unasked }
        awaitedNodes[node] = described | 1 << UInt64(child)
    }

    /// Asks about the spaces of a list that differ here; of the others it is now known what the peer has.
    mutating func compare(_ theirs: [SpaceDigest]) throws {
        guard case .recent(let key) = comparison else { throw unasked }
        var held = heldTips
        for entry in theirs {
            if try isShared(entry.space), key.digest(of: entry.space, try store.digest(of: entry.space)) == entry {
                guard progress[entry.space] == nil else { continue }
                let tips = try store.tips(of: entry.space)
                guard held + tips.count <= SyncLimits.heldTips else { continue }
                progress[entry.space] = Progress(held: tips)
                held += tips.count
            } else {
                sendTips(of: entry.space)
            }
        }
    }
}
