package import Canon

/// Everything an author decides about a change, before it is sealed and signed.
package struct Draft: Sendable {
    /// The key that a sealed audience is written under.
    package struct Epoch: Sendable {
        package let id: ChangeID
        package let key: Bytes32

        package init(id: ChangeID, key: Bytes32) {
            self.id = id
            self.key = key
        }
    }

    package var space: SpaceID?
    package var seq: UInt64
    package var previous: ChangeID?
    package var parents: [ChangeID]
    package var membership: ChangeID?
    package var audience: Audience
    /// Needed for a sealed audience, and only there.
    package var epoch: Epoch?
    package var claimedTime: UInt64
    package var operations: [Operation] { didSet { plaintext = Body.encode(operations) } }
    /// What the body says.
    package private(set) var plaintext: [UInt8]
    package var blobs: [BlobID]

    package init(
        space: SpaceID?, seq: UInt64 = 0, previous: ChangeID? = nil, parents: [ChangeID] = [], membership: ChangeID? = nil,
        audience: Audience = .control, epoch: Epoch? = nil, claimedTime: UInt64, operations: [Operation], blobs: [BlobID] = []
    ) {
        self.space = space
        self.seq = seq
        self.previous = previous
        self.parents = parents
        self.membership = membership
        self.audience = audience
        self.epoch = epoch
        self.claimedTime = claimedTime
        self.operations = operations
        plaintext = Body.encode(operations)
        self.blobs = blobs
    }

    /// Seals and signs.
    ///
    /// `salt` has to be fresh randomness: it is what makes the body's key one-time.
    package func sealed(by keys: DeviceKeys, salt: Bytes32) throws(LedgerError) -> Verified<Change> {
        guard operations.count <= LedgerLimits.operations else {
            throw LedgerError(
                .limit,
                "A change of \(operations.count) operations is too long; at most \(LedgerLimits.operations) are allowed. "
                    + "Make it in smaller steps.")
        }
        let key: Bytes32
        let body: [UInt8]
        if audience.isSealed {
            guard let epoch, let space else {
                throw LedgerError(.unknownEpoch, "A sealed change needs a space that has been keyed.")
            }
            let place = BodyPlace(space: space, device: keys.device, seq: seq)
            key = Derivation.changeKey(epochKey: epoch.key, salt: salt, place: place)
            body = try BodySeal.seal(plaintext, changeKey: key, place: place)
        } else {
            key = salt
            body = plaintext
        }
        guard body.count <= LedgerLimits.body else {
            throw LedgerError(
                .limit,
                "A change of \(body.count) bytes is too long; at most \(LedgerLimits.body) are allowed. Make it in smaller steps."
            )
        }
        let header = Header(
            space: space, device: keys.device, seq: seq, previous: previous, parents: parents.sorted(), membership: membership,
            audience: audience, epoch: audience.isSealed ? epoch?.id : nil, salt: salt, claimedTime: claimedTime,
            bodyLength: body.count, bodyDigest: Derivation.sha256(body),
            commitment: Derivation.commitment(changeKey: key, plaintext: plaintext), blobs: Array(Set(blobs)).sorted())
        let change = Change(header: header, signature: nil, body: body)
        // What others would refuse must not get into this device's log, which could then never go on.
        _ = try Header(decoding: change.headerBytes)
        return try Verified(signing: change, with: keys.signing)
    }
}
