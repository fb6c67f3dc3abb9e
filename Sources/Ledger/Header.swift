package import Canon

/// Who may read a change's body.
///
/// Each kind of operation belongs to exactly one of them.
package enum Audience: UInt8, CaseIterable, Sendable {
    /// Anyone; only in public spaces.
    case everyone = 0
    /// Unsealed: keys, roles, seals, invites. What a relay needs as roster and an auditor as context.
    case control = 1
    /// Amounts, deadlines, acts: the parties, the escrow agent and the mediator.
    case money = 2
    /// Prose, chat and files: the two parties.
    case parties = 3

    /// Whether its bodies are encrypted under an epoch key.
    package var isSealed: Bool { self == .money || self == .parties }

    package static let sealed: [Audience] = [.money, .parties]
}

/// What a change signs: its place in the history, and digests of what it says.
///
/// A CBOR array of fifteen, in the order of the properties; `Docs/Protocol.md`, "Change".
package struct Header: Hashable, Sendable {
    package static let version: UInt64 = 1

    /// Nil in the genesis, whose id names the space.
    package var space: SpaceID?
    package var device: DeviceID
    /// Place in the device's log of this space; without gaps, from 0.
    package var seq: UInt64
    /// The device's change before this one; nil exactly at `seq` 0.
    package var previous: ChangeID?
    /// The other heads its author had seen: sorted, unique, none of its own device.
    package var parents: [ChangeID]
    /// The latest membership change its author had seen; nil only in the genesis.
    package var membership: ChangeID?
    package var audience: Audience
    /// The change that keyed the body; nil exactly when the audience is unsealed.
    package var epoch: ChangeID?
    package var salt: Bytes32
    /// Milliseconds since 1970 UTC: a claim, not a proof.
    package var claimedTime: UInt64
    package var bodyLength: Int
    package var bodyDigest: Bytes32
    package var commitment: Bytes32
    /// The attachments it names: sorted, unique.
    package var blobs: [BlobID]

    package init(
        space: SpaceID?, device: DeviceID, seq: UInt64, previous: ChangeID?, parents: [ChangeID], membership: ChangeID?,
        audience: Audience, epoch: ChangeID?, salt: Bytes32, claimedTime: UInt64, bodyLength: Int, bodyDigest: Bytes32,
        commitment: Bytes32, blobs: [BlobID]
    ) {
        self.space = space
        self.device = device
        self.seq = seq
        self.previous = previous
        self.parents = parents
        self.membership = membership
        self.audience = audience
        self.epoch = epoch
        self.salt = salt
        self.claimedTime = claimedTime
        self.bodyLength = bodyLength
        self.bodyDigest = bodyDigest
        self.commitment = commitment
        self.blobs = blobs
    }
}

extension Header {
    package var isGenesis: Bool { space == nil }

    /// Everything directly before this change.
    package var dependencies: [ChangeID] { (previous.map { [$0] } ?? []) + parents }

    package var encoded: [UInt8] {
        var writer = CBORWriter(capacity: 512)
        writer.array(15)
        writer.unsigned(Self.version)
        writer.optional(space) { $0.identifier($1) }
        writer.identifier(device)
        writer.unsigned(seq)
        writer.optional(previous) { $0.identifier($1) }
        writer.array(parents) { $0.identifier($1) }
        writer.optional(membership) { $0.identifier($1) }
        writer.unsigned(UInt64(audience.rawValue))
        writer.optional(epoch) { $0.identifier($1) }
        writer.bytes32(salt)
        writer.unsigned(claimedTime)
        writer.count(bodyLength)
        writer.bytes32(bodyDigest)
        writer.bytes32(commitment)
        writer.array(blobs) { $0.identifier($1) }
        return writer.bytes
    }

    /// Reads a header and checks everything that can be checked by looking at it alone.
    package init(decoding bytes: [UInt8]) throws(LedgerError) {
        guard bytes.count <= LedgerLimits.header else {
            throw LedgerError(.limit, "A change's header has \(bytes.count) bytes; at most \(LedgerLimits.header) are allowed.")
        }
        do {
            var reader = CBORReader(bytes.span)
            try self.init(from: &reader)
            try reader.finish()
        } catch let error as CanonError {
            throw .malformed("header of a change", error)
        } catch let error as LedgerError {
            throw error
        } catch {
            throw LedgerError(.malformed, "The header of a change is damaged.")
        }
        try checkShape()
    }

    private init(from reader: inout CBORReader) throws {
        try reader.array(of: 15)
        let version = try reader.unsigned()
        guard version == Self.version else {
            throw LedgerError(
                .unsupportedVersion, "A change has format version \(version); this program knows \(Self.version). Upgrade it.")
        }
        space = try reader.optionalIdentifier()
        device = try reader.identifier()
        seq = try reader.unsigned(upTo: UInt64(Int64.max) - 1)
        previous = try reader.optionalIdentifier()
        parents = []
        for _ in 0..<(try reader.array(limit: LedgerLimits.parents)) { parents.append(try reader.identifier()) }
        membership = try reader.optionalIdentifier()
        let place = reader.offset
        guard let audience = Audience(rawValue: UInt8(try reader.unsigned(upTo: 255))) else {
            throw CanonError(.unexpectedValue, at: place)
        }
        self.audience = audience
        epoch = try reader.optionalIdentifier()
        salt = try reader.bytes32()
        claimedTime = try reader.unsigned(upTo: UInt64(Int64.max))
        bodyLength = try reader.count(upTo: LedgerLimits.body)
        bodyDigest = try reader.bytes32()
        commitment = try reader.bytes32()
        blobs = []
        for _ in 0..<(try reader.array(limit: LedgerLimits.blobs)) { blobs.append(try reader.identifier()) }
    }

    private func checkShape() throws(LedgerError) {
        func require(_ condition: Bool, _ rule: String) throws(LedgerError) {
            guard condition else { throw LedgerError(.malformed, "A change's header breaks a rule of the format: \(rule).") }
        }
        try require((seq == 0) == (previous == nil), "the first change of a device has no previous, every other has one")
        try require(Self.isStrictlySorted(parents) && Self.isStrictlySorted(blobs), "lists are sorted and without repeats")
        try require(audience.isSealed == (epoch != nil), "a sealed audience names an epoch, an unsealed one does not")
        try require(audience == .parties || blobs.isEmpty, "attachments belong to the parties")
        if isGenesis {
            try require(seq == 0 && parents.isEmpty && membership == nil && audience == .control, "a genesis stands alone")
        } else {
            try require(membership != nil, "every change but a genesis names a membership change")
            try require(!dependencies.isEmpty, "every change but a genesis follows another")
        }
    }

    private static func isStrictlySorted<ID: Identifier>(_ ids: [ID]) -> Bool {
        zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 }
    }
}
