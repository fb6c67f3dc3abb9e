import Agreement
import Canon
import Foundation
import Ledger
@_exported public import Replica
import Store

/// One person's replica on this device: everything a command line, a web page or an embedding app does with it.
///
/// Every method works without a network; only `sync`, `join`, `recover` and `up` use one where it is there.
public actor Node {
    let home: Home
    package let replica: Replica
    /// What the key file is sealed with; nil if it is plain.
    var seal: KeySeal?

    /// Opens the replica in a folder; throws `noReplica` if there is none.
    ///
    /// `passphrase` is asked for if the key file is sealed.
    public init(home: String, passphrase: () throws -> Passphrase = Node.noPassphrase) throws {
        let home = Home(home)
        let (keys, seal) = try home.deviceKeys(passphrase: passphrase)
        self.init(home: home, replica: try home.open(KeyRing(device: keys)), seal: seal)
    }

    /// A node of a replica that lies in no folder of its own.
    package init(_ replica: Replica) { self.init(home: Home(""), replica: replica, seal: nil) }

    init(home: Home, replica: Replica, seal: KeySeal?) {
        self.home = home
        self.replica = replica
        self.seal = seal
    }

    /// `HANDSEL_HOME`, or `~/.handsel`.
    public static var defaultHome: String {
        ProcessInfo.processInfo.environment["HANDSEL_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "~/.handsel"
    }

    /// Makes a person, this first device and a recovery code, which is not kept: it is shown once.
    ///
    /// With a passphrase, the device's key file is sealed from the start.
    public static func create(
        home: String, name: String, relay: String?, passphrase: Passphrase? = nil
    ) async throws -> (node: Node, recoveryCode: String) {
        let name = try checkedName(name)
        if let relay { _ = try relayAddress(relay) }
        let home = Home(home)
        let (keys, seal) = try home.create(sealedWith: passphrase)
        do {
            var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
            let code = RecoveryCode(using: &generator)
            let replica = try home.open(KeyRing(device: keys))
            let person = try code.personKey()
            let certificate = try Certificate(
                person: PersonID(person.publicKey), keys: keys, recoveryKey: try code.recoveryKey().publicKey, signedBy: person)
            try replica.setIdentity(certificate, name: name)
            try replica.setIdentitySpace(try replica.createSpace(.identity, as: .owner))
            let node = Node(home: home, replica: replica, seal: seal)
            if let relay { _ = try await node.addAddress(relay, name: nil, isRelay: true) }
            return (node, code.text + (relay.map { "@" + $0 } ?? ""))
        } catch {
            home.remove()
            throw error
        }
    }

    static func checkedName(_ name: String) throws -> String {
        let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !name.isEmpty, name.utf8.count <= LedgerLimits.name else {
            throw HandselError(.usage, "A name has 1 to \(LedgerLimits.name) bytes. Give one with --name.")
        }
        return name
    }

    public func whoAmI() throws -> WhoAmI {
        let identity = try replica.identity()
        return WhoAmI(
            name: identity.name, person: identity.person.description, device: replica.device.description, home: home.directory,
            identitySpace: identity.space?.description)
    }

    var now: UInt64 { replica.store.clock() }

    /// Notes a new space in the person's identity space, sealed so that only their devices and recovery code read it.
    func listSpace(_ space: SpaceID) throws {
        let identity = try replica.identity()
        guard let own = identity.space else { return }
        let context = SealContext(label: SealContext.spaceList, space: own, audience: .control, epoch: nil)
        try replica.commit(in: own) { composer in
            let recipients = composer.view.roster.sealingKeys(reading: .control)
            try composer.write(.listSpace(try replica.keys.sealing.seal(space.raw, to: recipients, in: context)))
        }
    }

    public func doctor(progress: @Sendable (String) -> Void = { _ in }) throws -> DoctorReport {
        progress("Folding all changes anew and comparing…")
        return try replica.doctor()
    }
}

public struct WhoAmI: Codable, Hashable, Sendable {
    public let name: String
    public let person: String
    public let device: String
    public let home: String
    public let identitySpace: String?
}
