import Canon
import Foundation
import Ledger
import Replica
import Store
import Transport

/// One of a person's own devices.
public struct DeviceView: Codable, Hashable, Sendable {
    public let id: String
    /// `this`, `active` or `removed`.
    public let status: String
    /// When it first signed something, by its own clock: milliseconds since 1970 UTC.
    public let since: UInt64?
    /// How many changes it signed in all spaces here.
    public let changes: Int
    /// It signed different changes in the same place, as a copy does.
    public let isForked: Bool
}

/// The code by which a further device comes in.
public struct DeviceCode: Codable, Hashable, Sendable {
    public let code: String
    /// The device that exists until the code was used; removing it takes the code back.
    public let device: String
}

/// A person's own devices: added, listed, removed.
extension Node {
    /// Spaces in which this device is a member, with their rosters.
    private func ownSpaces() throws -> [(space: SpaceID, roster: Roster)] {
        try replica.spaces().map { ($0, try replica.roster(of: $0)) }.filter { $0.1.person(of: replica.device) != nil }
    }

    private func identityRoster() throws -> Roster {
        guard let space = try replica.identity().space else {
            throw HandselError(.damaged, "This replica has no space of your own. Run `handsel recover` in a new folder.")
        }
        return try replica.roster(of: space)
    }

    /// In the order in which they first signed something.
    public func devices() throws -> [DeviceView] {
        let person = try replica.identity().person
        let roster = try identityRoster()
        let spaces = try replica.spaces().map { try replica.logs(in: $0) }
        let own = roster.certificates.values.filter { $0.person == person }.map(\.device).sorted()
        return own.map { device in
            let logs = spaces.compactMap { $0[device] }
            return DeviceView(
                id: device.description,
                status: roster.isRemoved(device) ? "removed" : device == replica.device ? "this" : "active",
                since: logs.map(\.first).min(), changes: logs.reduce(0) { $0 + $1.count },
                isForked: logs.contains(where: \.isForked))
        }.sorted { ($0.since ?? .max, $0.id) < ($1.since ?? .max, $1.id) }
    }

    /// Lets a further device in, by a code that is used once.
    public func addDevice() throws -> DeviceCode {
        guard let relay = try replica.addresses().first(where: \.isRelay) else {
            throw HandselError(
                .refused, "A new device gets everything from a relay, and you use none yet. Add one with `handsel relay add`.")
        }
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        let link = DeviceLink(using: &generator)
        let own = try replica.identity().certificate
        let certificate = try Certificate(
            person: own.person, keys: try link.keys(), recoveryKey: own.recoveryKey, signedBy: replica.keys.device.signing)
        for (space, _) in try ownSpaces() { try add(certificate, to: space) }
        return DeviceCode(code: "\(link.text)@\(relay.url)", device: certificate.device.description)
    }

    /// Adds a device of this person to a space, with every key that this one has.
    private func add(_ certificate: Certificate, to space: SpaceID) throws {
        try replica.commit(in: space) { composer in
            try composer.write(.addDevice(certificate))
            try composer.fold()
            try composer.share(composer.view.roster.kind?.sealedAudiences ?? [], with: [certificate.agreementKey])
        }
    }

    /// Removes a device of this person everywhere, and changes the keys, so that it reads nothing that is written from now on.
    public func removeDevice(_ reference: String) throws -> DeviceView {
        let wanted = reference.hasPrefix(DeviceID.prefix + "_") ? reference : DeviceID.prefix + "_" + reference
        let found = try devices().filter { !reference.isEmpty && $0.id.hasPrefix(wanted) }
        guard found.count == 1, let view = found.first, let device = DeviceID(text: view.id) else {
            throw HandselError(
                found.isEmpty ? .notFound : .ambiguous,
                "\"\(reference)\" names \(found.isEmpty ? "no device" : "several devices") of yours. `handsel device list` shows them."
            )
        }
        guard view.status != "removed" else { throw HandselError(.refused, "That device was removed already.") }
        guard device != replica.device else {
            throw HandselError(.refused, "That is the device you are using. Remove it with another of yours.")
        }
        for (space, _) in try ownSpaces() { try remove(device, from: space) }
        return try devices().first { $0.id == view.id } ?? view
    }

    private func remove(_ device: DeviceID, from space: SpaceID) throws {
        try replica.commit(in: space) { composer in
            guard composer.view.roster.person(of: device) != nil else { return }
            try composer.write(.removeDevice(device))
            try composer.fold()
            try composer.rotateIfRead()
        }
    }

    /// Brings every space in step with what the person's own space says of their devices; returns whether something was to do.
    @discardableResult
    func settleDevices() throws -> Bool {
        // A person who is being brought back has no space of their own here yet.
        guard let identity = try? replica.identity(), let space = identity.space else { return false }
        let roster = try replica.roster(of: space)
        let own = roster.certificates.values.filter { $0.person == identity.person }.sorted { $0.device < $1.device }
        var isChanged = false
        for (space, here) in try ownSpaces() {
            for certificate in own {
                let device = certificate.device
                if roster.isRemoved(device) {
                    guard here.person(of: device) != nil, device != replica.device else { continue }
                    try remove(device, from: space)
                } else {
                    guard here.certificates[device] == nil else { continue }
                    try add(certificate, to: space)
                }
                isChanged = true
            }
        }
        return isChanged
    }
}

extension Node {
    /// Makes this folder a further device of a person, by a code that another of their devices gave out.
    public static func accept(
        home: String, code: String, relay: String?, passphrase: Passphrase? = nil, progress: @Sendable (String) -> Void = { _ in }
    ) async throws -> Node {
        let (link, relay) = try codeAndRelay(code, relay, DeviceLink.init)
        let home = Home(home)
        let (keys, seal) = try home.create(sealedWith: passphrase)
        do {
            let linked = try link.keys()
            let person = try await arrive(at: home, with: linked, relay: relay, progress: progress)
            let certificate = try Certificate(
                person: person.person, keys: keys, recoveryKey: person.recoveryKey, signedBy: linked.signing)
            let guest = Node(home: home, replica: try home.open(KeyRing(device: linked)), seal: nil)
            try await guest.hand(over: certificate)
            let node = Node(home: home, replica: try home.open(KeyRing(device: keys)), seal: seal)
            try await node.settle(in: relay, removing: linked.device, progress: progress)
            return node
        } catch {
            home.remove()
            throw error
        }
    }

    /// Gives a copied or restored replica a key of its own, with the recovery code.
    public func renew(code: String) async throws -> Node {
        let recovery = try RecoveryCode(text: code.split(separator: "@", maxSplits: 1).first.map(String.init) ?? "")
        let person = try recovery.personKey()
        guard try replica.identity().person == PersonID(person.publicKey) else {
            throw HandselError(.refused, "That is the recovery code of somebody else. Look for the one of this replica's person.")
        }
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        let keys = try DeviceKeys(using: &generator)
        let certificate = try Certificate(
            person: PersonID(person.publicKey), keys: keys, recoveryKey: try recovery.recoveryKey().publicKey, signedBy: person)
        let node = Node(home: home, replica: try home.open(KeyRing(device: keys)), seal: seal)
        try await node.enterAll(with: certificate)
        try home.save(keys, seal: seal)
        return node
    }

    private func enterAll(with certificate: Certificate) throws {
        for space in try replica.spaces() where try replica.roster(of: space).presentRole(of: certificate.person) != nil {
            try enter(space, with: certificate)
        }
        try replica.replaceIdentity(certificate)
    }

    /// Fetches everything as the device that the code stands for; returns its certificate.
    private static func arrive(
        at home: Home, with linked: DeviceKeys, relay: String, progress: @Sendable (String) -> Void
    ) async throws -> Certificate {
        let guest = Node(home: home, replica: try home.open(KeyRing(device: linked, isArriving: true)), seal: nil)
        return try await guest.fetchAll(from: relay, progress: progress)
    }

    private func fetchAll(from relay: String, progress: @Sendable (String) -> Void) async throws -> Certificate {
        let address = try relayAddress(relay)
        try replica.saveAddress(address.description, name: String(describing: address.endpoint), isRelay: true)
        try requireSuccess(of: try await fetch(from: relay, progress: progress))
        for space in try replica.spaces() {
            let roster = try replica.roster(of: space)
            guard roster.kind == .identity, roster.person(of: replica.device) != nil,
                let certificate = roster.certificates[replica.device]
            else { continue }
            let name = try ownName(person: certificate.person, in: try replica.spaces())
            try replica.setIdentity(certificate, name: name ?? "Me")
            try replica.setIdentitySpace(space)
            return certificate
        }
        throw HandselError(
            .notFound,
            "The relay knows nothing of this code: it was used, taken back, or the other device has not synced since. "
                + "Run `handsel sync` there and try again.")
    }

    /// Lets this folder's own device in, as the device that the code stands for.
    private func hand(over certificate: Certificate) throws {
        for (space, _) in try ownSpaces() { try add(certificate, to: space) }
        try replica.replaceIdentity(certificate)
    }

    private func settle(in relay: String, removing linked: DeviceID, progress: @Sendable (String) -> Void) async throws {
        for (space, _) in try ownSpaces() { try remove(linked, from: space) }
        progress("Telling the relay of this device…")
        try requireSuccess(of: try await sync(with: relay, progress: progress))
    }
}
