import Canon
import Ledger
import Relay
import Store
import Synchronization

/// Contracts, made by hand of what the ledger is made of.
extension Party {
    /// Founds a contract as its client: the genesis, and the keys of the first epoch.
    func found() throws -> SpaceID {
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        let genesis = try Draft(
            space: nil, claimedTime: now(), operations: [ControlOperation.create(.contract, .client, certificate).operation]
        ).sealed(by: keys, salt: .random(using: &generator))
        let space = SpaceID(genesis: genesis.value.id)
        let epochKeys = [Audience.money: Bytes32.random(using: &generator), .parties: .random(using: &generator)]
        try store.write { db in
            let view = try store.view(of: space, db)
            _ = try store.append(genesis, to: view)
            let seals = try seal(epochKeys, to: view.roster.sealingKeys(reading: .money), in: space, SealContext.rotation, nil)
            let epoch = try write(
                .control,
                [
                    ControlOperation.rotate(
                        predecessor: nil, keys: seals, digests: epochKeys.mapValues(Derivation.epochKeyDigest)
                    ).operation
                ], to: view)
            epochs.withLock { $0 = epochKeys.mapValues { Draft.Epoch(id: epoch, key: $0) } }
        }
        ticks.fire()
        return space
    }

    private func seal(
        _ keys: [Audience: Bytes32], to recipients: [Bytes32], in space: SpaceID, _ label: String, _ epoch: ChangeID?
    ) throws -> [Audience: [SealedKey]] {
        var seals: [Audience: [SealedKey]] = [:]
        for (audience, key) in keys {
            let context = SealContext(label: label, space: space, audience: audience, epoch: epoch)
            seals[audience] = try TestSealing().seal(key, to: recipients, in: context)
        }
        return seals
    }

    /// Opens a place for whoever has the secret; an agent and a mediator get their keys later.
    func invite(to space: SpaceID, as role: Role = .freelancer, expiry: UInt64 = now() + 3_600_000) throws -> InviteSecret {
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        let secret = InviteSecret(using: &generator)
        let epochs = epochs.withLock { $0 }
        guard let epoch = epochs[.parties]?.id else { throw NotReadable() }
        let key = try secret.agreementKey().publicKey
        let invite = Invite(
            signingKey: try secret.signingKey().publicKey, agreementKey: key, role: role, expiry: expiry, epoch: epoch,
            keys: role.isParty ? try seal(epochs.mapValues(\.key), to: [key], in: space, SealContext.share, epoch) : [:])
        try write(.control, [ControlOperation.invite(invite).operation], in: space)
        return secret
    }

    /// Takes the place of the invite, and the keys sealed to it.
    func join(_ space: SpaceID, with secret: InviteSecret) throws {
        let signing = try secret.signingKey()
        try store.write { db in
            let view = try store.view(of: space, db)
            guard let (id, place) = view.roster.openInvites.first(where: { $0.value.invite.signingKey == signing.publicKey })
            else { throw NotReadable() }
            let payload = Invite.joinPayload(space: space, invite: id, certificate: certificate)
            let join = ControlOperation.join(invite: id, certificate, proof: try signing.sign(payload, for: .join))
            try write(.control, [join.operation], to: view) { $0.places[id]?.state == .open }
            for (audience, seals) in place.invite.keys {
                let context = SealContext(label: SealContext.share, space: space, audience: audience, epoch: place.invite.epoch)
                guard let key = TestSealing().open(seals, with: [try secret.agreementKey()], in: context) else {
                    throw NotReadable()
                }
                epochs.withLock { $0[audience] = Draft.Epoch(id: place.invite.epoch, key: key) }
            }
        }
        ticks.fire()
    }

    /// Makes this device a member beside its person's first one.
    func addThisDevice(to space: SpaceID) throws {
        let operation = ControlOperation.addDevice(certificate).operation
        try store.write { db in
            _ = try write(.control, [operation], to: try store.view(of: space, db)) { $0.roles[self.certificate.person] != nil }
        }
    }

    @discardableResult
    func say(_ text: String, in space: SpaceID, blobs: [BlobID] = []) throws -> ChangeID {
        try write(.parties, [Self.message(text)], in: space, blobs: blobs)
    }

    /// Says each of `texts` in a change of its own, all in one transaction.
    func say(all texts: [String], in space: SpaceID) throws {
        try store.write { db in
            let view = try store.view(of: space, db)
            for text in texts { try write(.parties, [Self.message(text)], to: view) }
        }
        ticks.fire()
    }

    private static func message(_ text: String) -> Operation {
        Operation("message.send") {
            $0.array(1)
            $0.text(text)
        }
    }

    @discardableResult
    func write(_ audience: Audience, _ operations: [Operation], in space: SpaceID, blobs: [BlobID] = []) throws -> ChangeID {
        let change = try store.write { try write(audience, operations, to: try store.view(of: space, $0), blobs: blobs) }
        ticks.fire()
        return change
    }

    /// Signs and stores one change, after all that is here.
    @discardableResult
    private func write(
        _ audience: Audience, _ operations: [Operation], to view: SpaceView, blobs: [BlobID] = [],
        admittedBy admits: ((Roster) -> Bool)? = nil
    ) throws -> ChangeID {
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        let tip = try view.tips(of: device).last
        let named = try tip.flatMap { try view.placement(of: $0.change) }?.membership
        let isMember = admits ?? { [device] in $0.person(of: device) != nil }
        let draft = Draft(
            space: view.space, seq: tip.map { $0.seq + 1 } ?? 0, previous: tip?.change,
            parents: try view.heads().filter { $0.device != device }.map(\.change),
            membership: view.control.membership(after: named, where: isMember), audience: audience,
            epoch: epochs.withLock { $0[audience] }, claimedTime: now(), operations: operations, blobs: blobs)
        let change = try draft.sealed(by: keys, salt: .random(using: &generator))
        _ = try store.append(change, to: view)
        return change.value.id
    }
}

/// What a party can read.
extension Party {
    /// The decrypted body of every change in the space, in the order of arrival.
    func bodies(in space: SpaceID) throws -> [(change: Change, plaintext: [UInt8])] {
        var bodies: [(Change, [UInt8])] = []
        var position: UInt64 = 0
        while let batch = try store.changes(in: space, after: [], from: position) {
            position = batch.next
            for change in batch.changes {
                guard let key = change.changeKey(epochKey: epochs.withLock { $0[change.header.audience]?.key }) else {
                    throw NotReadable()
                }
                bodies.append((change, try change.open(changeKey: key)))
            }
        }
        return bodies
    }

    /// What was said, in the order of arrival.
    func messages(in space: SpaceID) throws -> [String] {
        try bodies(in: space).flatMap { try Body.decode($0.plaintext) }.filter { $0.kind == "message.send" }.map { operation in
            var reader = CBORReader(operation.payload.span)
            try reader.array(of: 1)
            return try reader.text(limit: 1_024 * 1_024)
        }
    }
}

/// A party lacks the key or the invite for what a test wants of it.
struct NotReadable: Error {}
