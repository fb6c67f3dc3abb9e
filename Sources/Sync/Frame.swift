package import Canon
package import Ledger

/// The last change of one branch of a device's log.
package struct Tip: Hashable, Comparable, Sendable {
    package let device: DeviceID
    package let seq: UInt64
    package let id: ChangeID

    package init(device: DeviceID, seq: UInt64, id: ChangeID) {
        self.device = device
        self.seq = seq
        self.id = id
    }

    package static func < (first: Tip, second: Tip) -> Bool {
        first.device == second.device ? first.id < second.id : first.device < second.device
    }
}

/// How far one store was seen by another: valid only while the store keeps its incarnation.
package struct StoreCursor: Hashable, Sendable {
    package let incarnation: Bytes32
    package let sequence: UInt64

    package init(incarnation: Bytes32, sequence: UInt64) {
        self.incarnation = incarnation
        self.sequence = sequence
    }
}

/// One message between two peers; on the wire a CBOR array that begins with the number of its kind.
package enum Frame: Sendable {
    /// Opens a session: fresh randomness, the sender's incarnation, how far it has seen the receiver, and what it can prove.
    case hello(nonce: Bytes32, incarnation: Bytes32, seen: StoreCursor?, claims: [Claim])
    /// A node of the sender's trie of shared spaces: the digests of its children.
    case node(prefix: [UInt8], [UInt64])
    /// The sender has described each child of the node that differs.
    case compared(prefix: [UInt8])
    /// All spaces below a node, each with its digest, by id.
    case leaves(prefix: [UInt8], [SpaceDigest])
    /// What the sender has of a space.
    case tips(SpaceID, [Tip])
    /// Changes in causal order, in which each device's run ends on a valid signature.
    case changes(SpaceID, [Change])
    /// The sender has sent all that the receiver's tips lacked.
    case complete(SpaceID)
    /// Asks for the chunks named of an attachment; with none named, for the list of its chunks.
    case wantBlob(SpaceID, BlobID, chunks: [Int]?)
    /// Also sent later, unasked, to a peer that got `noBlob` before.
    case chunkList(BlobID, [Bytes32])
    case chunk(BlobID, index: Int, [UInt8])
    case noBlob(BlobID)
    case receipt(Receipt)
    /// The sender has nothing left to do: frames it has received, and its store's sequence.
    case done(received: UInt64, sequence: UInt64)
    /// Why the sender ends the session, as a sentence.
    case refusal(String)
    /// The sender has nothing to say and is still there.
    case alive
    /// Why the sender takes no changes of this space, as a sentence; the session goes on with the others.
    case refused(SpaceID, String)
    /// Spaces that changed since the receiver saw the sender's store, each with its digest, by id.
    case recent([SpaceDigest])
}

/// A space as one side has it: its tips as a digest of the session, 48 bits.
package struct SpaceDigest: Hashable, Sendable {
    package let space: SpaceID
    package let digest: UInt64

    package init(space: SpaceID, digest: UInt64) {
        self.space = space
        self.digest = digest
    }

    /// Bytes of a digest on the wire, and of a space with its digest.
    static let digestSize = 6
    static let size = Bytes32.count + digestSize

    /// The six bytes of a digest.
    static func bytes(of digest: UInt64) -> ArraySlice<UInt8> { Derivation.bigEndian(digest).suffix(digestSize) }

    var bytes: [UInt8] { space.bytes + Self.bytes(of: digest) }
}

extension Frame {
    package static let version: UInt64 = 1

    package var encoded: [UInt8] { CBORWriter.encode { write(to: &$0) } }

    private func write(to writer: inout CBORWriter) {
        func start(_ kind: UInt64, _ count: Int) {
            writer.array(count + 1)
            writer.unsigned(kind)
        }
        switch self {
        case .hello(let nonce, let incarnation, let seen, let claims):
            start(0, 5)
            writer.unsigned(Self.version)
            writer.bytes32(nonce)
            writer.bytes32(incarnation)
            writer.optional(seen) { $0.cursor($1) }
            writer.array(claims) { $1.write(to: &$0) }
        case .node(let prefix, let digests):
            start(1, 2)
            writer.bytes(prefix)
            writer.bytes(digests.flatMap(SpaceDigest.bytes(of:)))
        case .compared(let prefix):
            start(2, 1)
            writer.bytes(prefix)
        case .leaves(let prefix, let leaves):
            start(3, 2)
            writer.bytes(prefix)
            writer.bytes(leaves.flatMap(\.bytes))
        case .tips(let space, let tips):
            start(4, 2)
            writer.identifier(space)
            writer.tips(tips)
        case .changes(let space, let changes):
            start(5, 2)
            writer.identifier(space)
            writer.array(changes) { $0.change($1) }
        case .complete(let space):
            start(6, 1)
            writer.identifier(space)
        case .wantBlob(let space, let blob, let chunks):
            start(7, 3)
            writer.identifier(space)
            writer.identifier(blob)
            writer.optional(chunks) { $0.array($1) { $0.count($1) } }
        case .chunkList(let blob, let digests):
            start(8, 2)
            writer.identifier(blob)
            writer.array(digests) { $0.bytes32($1) }
        case .chunk(let blob, let index, let bytes):
            start(9, 3)
            writer.identifier(blob)
            writer.count(index)
            writer.bytes(bytes)
        case .noBlob(let blob):
            start(10, 1)
            writer.identifier(blob)
        case .receipt(let receipt):
            start(11, 1)
            receipt.write(to: &writer)
        case .done(let received, let sequence):
            start(12, 2)
            writer.unsigned(received)
            writer.unsigned(sequence)
        case .refusal(let reason):
            start(13, 1)
            writer.text(reason)
        case .alive: start(14, 0)
        case .refused(let space, let reason):
            start(15, 2)
            writer.identifier(space)
            writer.text(reason)
        case .recent(let spaces):
            start(16, 1)
            writer.bytes(spaces.flatMap(\.bytes))
        }
    }
}

extension CBORWriter {
    fileprivate mutating func cursor(_ cursor: StoreCursor) {
        array(2)
        bytes32(cursor.incarnation)
        unsigned(cursor.sequence)
    }

    package mutating func tips(_ tips: [Tip]) {
        array(tips.sorted()) { writer, tip in
            writer.array(3)
            writer.identifier(tip.device)
            writer.unsigned(tip.seq)
            writer.identifier(tip.id)
        }
    }
}
