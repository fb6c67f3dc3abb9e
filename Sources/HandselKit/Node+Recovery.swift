import Canon
import Foundation
package import Ledger
import Replica
import Store

extension Node {
    /// Brings a person back on a new device from the recovery code alone: it names the relay that holds their spaces.
    ///
    /// The person's key proves to the relay whose spaces to hand over, and the recovery key opens every epoch's keys. Then this
    /// device is certified, and takes the keys over for itself.
    public static func recover(
        home: String, code: String, relay: String?, passphrase: Passphrase? = nil, progress: @Sendable (String) -> Void = { _ in }
    ) async throws -> Node {
        let (recovery, relay) = try codeAndRelay(code, relay, RecoveryCode.init)
        let home = Home(home)
        let (keys, seal) = try home.create(sealedWith: passphrase)
        do {
            let person = try recovery.personKey()
            let certificate = try Certificate(
                person: PersonID(person.publicKey), keys: keys, recoveryKey: try recovery.recoveryKey().publicKey,
                signedBy: person)
            let ring = KeyRing(device: keys, recovery: try recovery.recoveryKey())
            let node = Node(home: home, replica: try home.open(ring), seal: seal)
            try await node.bringBack(certificate, person: person, relay: relay, progress: progress)
            return Node(home: home, replica: try home.open(KeyRing(device: keys)), seal: seal)
        } catch {
            home.remove()
            throw error
        }
    }

    /// The two parts of a code with a relay's link behind it; a relay that is named beside it goes before.
    static func codeAndRelay<Code>(
        _ text: String, _ relay: String?, _ read: (String) throws -> Code
    ) throws -> (code: Code, relay: String) {
        let parts = text.split(separator: "@", maxSplits: 1).map { String($0).trimmingCharacters(in: .whitespaces) }
        let code = try read(parts.first ?? "")
        guard let relay = relay ?? (parts.count == 2 ? parts[1] : nil) else {
            throw HandselError(
                .usage, "The code names no relay. Add the relay's link with --relay, or after the code as CODE@LINK.")
        }
        _ = try relayAddress(relay)
        return (code, relay)
    }

    private func bringBack(
        _ certificate: Certificate, person: SigningKey, relay: String, progress: @Sendable (String) -> Void
    ) async throws {
        try replica.setIdentity(certificate, name: "Recovered")
        _ = try addAddress(relay, name: nil, isRelay: true)
        try requireSuccess(of: try await sync(with: relay, provingAlso: [person], progress: progress))
        let spaces = try replica.spaces()
        guard let identitySpace = try spaces.first(where: { try replica.roster(of: $0).kind == .identity }) else {
            throw HandselError(
                .notFound, "The relay holds nothing of this person. Check the code, or name another relay with --relay.")
        }
        try replica.setIdentitySpace(identitySpace)
        for space in spaces { try enter(space, with: certificate) }
        if let name = try ownName(person: certificate.person, in: spaces) { try replica.rename(name) }
        let contracts = try spaces.filter { try replica.roster(of: $0).kind == .contract }
        progress("Found \(contracts.count) contracts. Telling the relay of this device…")
        try requireSuccess(of: try await sync(with: relay, progress: progress))
    }

    func requireSuccess(of report: SyncReport) throws {
        if let failed = report.peers.first(where: { !$0.ok }) { throw HandselError(.network, failed.sentence) }
    }

    /// Adds this device to a space and seals to it every key that the recovery code opened.
    package func enter(_ space: SpaceID, with certificate: Certificate) throws {
        try replica.commit(in: space) { composer in
            try composer.write(.addDevice(certificate))
            try composer.share(composer.view.roster.kind?.sealedAudiences ?? [], with: certificate.sealingKeys)
        }
    }

    func ownName(person: PersonID, in spaces: [SpaceID]) throws -> String? {
        for space in spaces {
            let contract = try replica.contract(space)
            let parties = [contract.client, contract.freelancer, contract.agent, contract.mediator].compactMap { $0 }
            if let name = parties.first(where: { $0.person == person.description })?.name { return name }
        }
        return nil
    }
}
