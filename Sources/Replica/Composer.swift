package import Agreement
package import Canon
package import Ledger
package import Store

/// Writes changes of this device into one space, in one transaction, and folds them on the same road as everyone else's.
package final class Composer {
    package let view: SpaceView
    private let store: ChangeStore
    private let keys: KeyRing
    private let epochKeys: EpochKeys
    let cache: TermsCache
    private var admitted: [ChangeStore.Admitted] = []
    private var openings: [Opening] = []
    var ownDevice: DeviceID { keys.device.device }
    private var generator: any RandomNumberGenerator

    init(_ view: SpaceView, store: ChangeStore, keys: KeyRing, cache: TermsCache) {
        self.view = view
        self.store = store
        self.keys = keys
        self.cache = cache
        epochKeys = EpochKeys(view)
        generator = keys.randomness()
    }

    /// Signs and stores one change.
    ///
    /// What people do once is one change for each audience, prose first.
    @discardableResult
    package func write(_ audience: Audience, _ operations: [Operation], blobs: [BlobID] = []) throws -> ChangeID {
        let device = keys.device.device
        try requireOneHistory(of: device)
        if try isReadByStrangers(audience) { try rotate() }
        let tip = try view.tips(of: device).last
        let parents = try view.heads().filter { $0.device != device }.map(\.change)
        let named = try tip.flatMap { try view.placement(of: $0.change) }?.membership
        let draft = Draft(
            space: view.space, seq: tip.map { $0.seq + 1 } ?? 0, previous: tip?.change,
            parents: Array(parents.prefix(LedgerLimits.parents)),
            membership: try membership(of: device, after: named, operations),
            audience: audience, epoch: try epoch(for: audience), claimedTime: store.clock(), operations: operations, blobs: blobs)
        let change = try draft.sealed(by: keys.device, salt: .random(using: &generator))
        admitted.append(try store.append(change, to: view))
        openings.append(Opening(change.value, saying: draft.plaintext))
        return change.value.id
    }

    /// Writes statements of one audience, in order.
    @discardableResult
    package func write(_ assertions: [Assertion], blobs: [BlobID] = []) throws -> ChangeID? {
        guard let audience = assertions.first?.audience else { return nil }
        return try write(audience, assertions.map(\.operation), blobs: blobs)
    }

    @discardableResult
    package func write(_ operation: ControlOperation) throws -> ChangeID { try write(.control, [operation.operation]) }

    /// Nothing more is signed by a device that was removed, or that somewhere else signed something different in the same place.
    private func requireOneHistory(of device: DeviceID) throws {
        try requirePlace()
        if view.control.removals.contains(where: { $0.device == device }) {
            throw ReplicaError(
                .refused, "This device was removed by another of yours, so it signs nothing more. Add it anew, in another folder."
            )
        }
        if view.control.standing.proofs.contains(where: { $0.cause == .fork && $0.device == device }) {
            throw ReplicaError(
                .refused,
                "A copy of this replica has signed something else in the same place, so others count nothing more of this device. "
                    + "`handsel device renew` gives it a key of its own.")
        }
    }

    /// Whether somebody reads the last keys who ought not to: a removed device, or who joined and was not taken.
    private func isReadByStrangers(_ audience: Audience) throws -> Bool {
        guard audience.isSealed, let epoch = view.roster.epochs.last, !view.control.strangers(to: epoch, audience).isEmpty,
            let person = view.roster.person(of: ownDevice)
        else { return false }
        return view.roster.canRekey(person)
    }

    /// A device that is not a member yet names a roster that lets its first change make it one.
    private func membership(of device: DeviceID, after named: ChangeID?, _ operations: [Operation]) throws -> ChangeID? {
        switch try operations.first.flatMap({ try ControlOperation($0) }) {
        case .join(let invite, _, _): view.control.membership(after: named) { $0.places[invite]?.state == .open }
        case .addDevice(let certificate) where certificate.device == device:
            view.control.membership(after: named) { $0.certificates.values.contains { $0.person == certificate.person } }
        default: view.control.membership(after: named) { $0.person(of: device) != nil }
        }
    }

    private func epoch(for audience: Audience) throws -> Draft.Epoch? {
        guard audience.isSealed else { return nil }
        var newest: Draft.Epoch?
        for id in view.roster.epochs.reversed() {
            let key = try keys.known.key(of: id, audience, in: view.roster) { try epochKeys.key(of: id, audience) }
            guard let key else { continue }
            let epoch = Draft.Epoch(id: id, key: key)
            // Rather an older key that everyone was given than a newer one that somebody was left out of.
            if view.control.isUpToDate(id, audience) { return epoch }
            newest = newest ?? epoch
        }
        if let newest { return newest }
        throw ReplicaError(.notReadable, "This device holds no key to write in \(view.space). Sync, so that it is let in.")
    }

    /// Keys the space anew: one fresh key for each sealed audience, sealed to the devices and recovery keys of whoever reads it.
    @discardableResult
    package func rotate() throws -> ChangeID {
        let predecessor = view.roster.epochs.last
        var seals: [Audience: [SealedKey]] = [:]
        var digests: [Audience: Bytes32] = [:]
        for audience in view.roster.kind?.sealedAudiences ?? [] {
            let key = Bytes32.random(using: &generator)
            digests[audience] = Derivation.epochKeyDigest(key)
            let context = SealContext(label: SealContext.rotation, space: view.space, audience: audience, epoch: predecessor)
            seals[audience] = try keys.sealing.seal(key, to: view.roster.sealingKeys(reading: audience), in: context)
        }
        let change = try write(.rotate(predecessor: predecessor, keys: seals, digests: digests))
        try fold()
        return change
    }

    /// Keys the space anew if somebody reads the last keys who ought not to, and this device may.
    package func rotateIfRead() throws {
        for audience in view.roster.kind?.sealedAudiences ?? [] where try isReadByStrangers(audience) {
            try rotate()
            return
        }
    }

    /// An epoch's keys to some audiences, as far as this device holds them, sealed to further recipients.
    package func sealedKeys(
        of epoch: ChangeID, _ audiences: [Audience], to recipients: [Bytes32]
    ) throws -> [Audience: [SealedKey]] {
        var seals: [Audience: [SealedKey]] = [:]
        for audience in audiences {
            guard let key = try epochKeys.key(of: epoch, audience) else { continue }
            let context = SealContext(label: SealContext.share, space: view.space, audience: audience, epoch: epoch)
            seals[audience] = try keys.sealing.seal(key, to: recipients, in: context)
        }
        return seals
    }

    /// Seals the keys of every epoch to further recipients.
    package func share(_ audiences: [Audience], with recipients: [Bytes32]) throws {
        for epoch in view.roster.epochs {
            let keys = try sealedKeys(of: epoch, audiences, to: recipients)
            if !keys.isEmpty { try write(.share(epoch: epoch, keys: keys)) }
        }
    }

    /// Gives keys of this device to members who ought to have them and were never given them.
    @discardableResult
    package func shareMissingKeys() throws -> Int {
        var count = 0
        for epoch in view.roster.epochs {
            var seals: [Audience: [SealedKey]] = [:]
            for audience in view.roster.kind?.sealedAudiences ?? [] {
                let missing = view.roster.keysWithout(epoch, audience)
                guard !missing.isEmpty else { continue }
                seals.merge(try sealedKeys(of: epoch, [audience], to: missing)) { first, _ in first }
            }
            guard !seals.isEmpty else { continue }
            try write(.share(epoch: epoch, keys: seals))
            count += 1
        }
        return count
    }

    package func randomSalt() -> Bytes32 { .random(using: &generator) }

    /// Folds what was written so far.
    package func fold() throws {
        guard !admitted.isEmpty else { return }
        try SpaceFold(view, keys: keys, cache: cache, epochKeys: epochKeys).fold(admitted, written: openings)
        (admitted, openings) = ([], [])
    }
}

extension Replica {
    /// Lets `body` write into a space, all in one transaction; nothing is kept if it throws.
    package func commit<Value>(in space: SpaceID, _ body: (Composer) throws -> Value) throws -> Value {
        try store.write { db in
            let composer = Composer(try store.view(of: space, db), store: store, keys: keys, cache: cache)
            let value = try body(composer)
            try composer.fold()
            return value
        }
    }

    /// Founds a space: its genesis, and the keys of its first epoch.
    package func createSpace(
        _ kind: SpaceKind, as role: Role, _ body: (Composer) throws -> Void = { _ in }
    ) throws -> SpaceID {
        let certificate = try identity().certificate
        var generator = keys.randomness()
        let genesis = try Draft(
            space: nil, claimedTime: store.clock(), operations: [ControlOperation.create(kind, role, certificate).operation]
        ).sealed(by: keys.device, salt: .random(using: &generator))
        let space = SpaceID(genesis: genesis.value.id)
        try store.write { db in
            let view = try store.view(of: space, db)
            try SpaceFold(view, keys: keys, cache: cache).fold([try store.append(genesis, to: view)])
            let composer = Composer(view, store: store, keys: keys, cache: cache)
            // An account is keyed once its agent is in.
            if !kind.sealedAudiences.isEmpty, kind != .account { try composer.rotate() }
            try body(composer)
            try composer.fold()
        }
        return space
    }
}
