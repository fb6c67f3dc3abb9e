import Canon
import Ledger
import Support
import Sync

/// What somebody who holds both ends of a connection, or is one of them, does to its frames.
///
/// TLS lets nobody do so on the way; a peer or a relay can do all of it.
final class Tampering {
    enum Kind: String, CaseIterable {
        case flip, drop, duplicate, swap, truncate, replay, graft, forgeHeader, forgeBody, forgeSignature, intrude, nest, flood
        case hugeList, silence

        /// Whether it makes up changes, for which a frame has to carry some.
        fileprivate var isForgery: Bool {
            switch self {
            case .graft, .forgeHeader, .forgeBody, .forgeSignature, .intrude: true
            default: false
            }
        }
    }

    let kind: Kind
    private var generator: SeededGenerator
    /// Frames of this session so far, and of others before.
    private var seen: [[UInt8]] = []
    private let recorded: [[UInt8]]
    /// The space into which changes of others are put.
    private let target: SpaceID
    private var held: [UInt8]?
    private var strikes = 0
    /// Changes that were made up; none of them may ever be kept.
    private(set) var forged: Set<ChangeID> = []
    private(set) var count = 0

    /// Bytes of a frame that is nothing but nested arrays.
    private static let depth = 100_000
    private static let flood = 200

    init(_ kind: Kind, recorded: [[UInt8]], target: SpaceID, using generator: inout SeededGenerator) {
        self.kind = kind
        self.recorded = recorded
        self.target = target
        self.generator = SeededGenerator(seed: generator.next())
        strikes = generator.pick(1..<4)
    }

    /// What arrives in the place of a frame.
    func tamper(with frame: [UInt8], from side: Int) -> [[UInt8]] {
        seen.append(frame)
        guard strikes > 0, kind.isForgery || generator.chance(30) else {
            defer { held = nil }
            return [frame] + (held.map { [$0] } ?? [])
        }
        guard let result = strike(frame) else { return [frame] }
        strikes -= 1
        count += 1
        return result
    }

    private func strike(_ frame: [UInt8]) -> [[UInt8]]? {
        switch kind {
        case .flip:
            var changed = frame
            changed[generator.pick(0..<frame.count)] ^= UInt8(1 << generator.pick(0..<8))
            return [changed]
        case .drop: return []
        case .duplicate: return [frame, frame]
        case .swap:
            held = frame
            return []
        case .truncate: return [Array(frame.prefix(generator.pick(0..<frame.count)))]
        case .replay: return [frame, generator.pick(recorded.isEmpty ? seen : recorded)]
        case .nest: return [[UInt8](repeating: 0x81, count: Self.depth)]
        case .flood: return Array(repeating: frame, count: Self.flood)
        case .hugeList:
            let tips = (0..<SyncLimits.tips).map { _ in
                let id = Bytes32.random(using: &generator)
                return Tip(device: DeviceID(id), seq: generator.next() >> 12, id: ChangeID(id))
            }
            return [frame, Frame.tips(target, tips).encoded]
        case .silence:
            strikes = .max
            return []
        case .graft, .forgeHeader, .forgeBody, .forgeSignature, .intrude: return forge(frame)
        }
    }

    /// Changes that were never signed so; nil if the frame carries none.
    private func forge(_ frame: [UInt8]) -> [[UInt8]]? {
        guard case .changes(let space, var changes)? = try? Frame(decoding: frame), !changes.isEmpty else { return nil }
        if kind == .graft {
            guard space != target else { return nil }
            return [Frame.changes(target, changes).encoded]
        }
        let index = generator.pick(0..<changes.count)
        let change = changes[index]
        var header = change.header
        switch kind {
        case .forgeHeader:
            header.claimedTime += 1
            changes[index] = Change(header: header, signature: change.signature, body: change.body)
        case .forgeBody:
            guard !change.body.isEmpty else { return nil }
            var changed = change.body
            changed[generator.pick(0..<changed.count)] ^= 1
            changes[index] = Change(header: header, signature: change.signature, body: changed)
        case .forgeSignature:
            guard let signature = change.signature else { return nil }
            var changed = signature
            changed[generator.pick(0..<signature.count)] ^= 1
            changes[index] = Change(header: header, signature: changed, body: change.body)
        case .intrude:
            guard let stranger = try? DeviceKeys(using: &generator),
                let intrusion = try? Draft(
                    space: space, parents: [change.id], membership: header.membership, claimedTime: header.claimedTime,
                    operations: []
                ).sealed(by: stranger, salt: .random(using: &generator))
            else { return nil }
            forged.insert(intrusion.value.id)
            return [Frame.changes(space, changes + [intrusion.value]).encoded]
        default: return nil
        }
        // One whose signature alone is wrong is the same change.
        if kind == .forgeHeader { forged.insert(changes[index].id) }
        return [Frame.changes(space, changes).encoded]
    }
}
