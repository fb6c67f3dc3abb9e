import Agreement
import Canon
import Foundation
import GRDB
import Ledger
import Replica
import Store
import Support
import Sync
import Testing

/// One of the two people, with what outlives every fault: the keys.
struct Person: Sendable {
    let name: String
    let role: Role
    let keys: DeviceKeys

    static let file = "replica.sqlite"

    /// Opens the replica in a folder.
    func replica(in folder: URL) throws -> Replica {
        try Replica(
            path: folder.appendingPathComponent(Self.file).path, keys: KeyRing(device: keys), clock: { 1_760_000_000_000 })
    }

    fileprivate init(_ name: String, _ role: Role, using generator: inout some RandomNumberGenerator) throws {
        self.name = name
        self.role = role
        keys = try DeviceKeys(using: &generator)
    }
}

/// Two replicas with a contract that both have accepted, from copies of which every test begins.
struct Origin: Sendable {
    let client: Person
    let freelancer: Person
    let space: SpaceID
    private let scratch: Scratch

    /// Made once, since it takes longer than most of what is done to its copies.
    static let shared = Result { try Origin() }

    /// A copy of a person's files, in `folder`.
    func copy(_ person: Person, to folder: URL) throws {
        try FileManager.default.createDirectory(
            at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: scratch.folder(person.name), to: folder)
    }

    private init() throws {
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        scratch = try Scratch()
        client = try Person("Bob", .client, using: &generator)
        freelancer = try Person("Ada", .freelancer, using: &generator)
        let bob = try Self.found(client, in: scratch, using: &generator)
        let ada = try Self.found(freelancer, in: scratch, using: &generator)
        let prose = Prose(salt: .random(using: &generator), text: "One. Two. Three.")
        let terms = try Terms(
            title: "Landing page", currency: #require(Currency(code: "EUR")),
            pricing: .fixed([MilestoneTerms(number: 1, title: "Design", amount: 50_000, due: nil)]))
        space = try bob.createSpace(.contract, as: .client) { composer in
            let edits = try [composer.termsEdit(to: prose.text)].compactMap { $0 } + [.statement(prose)]
            try composer.write(edits.map(Assertion.edit))
            try composer.sign(.offer(terms, prose: prose.hash))
        }
        try Self.join(ada, to: space, of: bob, using: &generator)
        try ada.commit(in: space) { composer in
            let offer = try #require(try composer.state().current)
            try composer.sign(.accept(offer: offer.id, termsHash: offer.termsHash))
        }
        try exchange(bob, ada)
        for replica in [bob, ada] { try replica.store.database.close() }
    }

    /// A fresh replica with its owner.
    private static func found(
        _ person: Person, in scratch: Scratch, using generator: inout some RandomNumberGenerator
    ) throws -> Replica {
        let folder = scratch.folder(person.name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let replica = try person.replica(in: folder)
        let code = RecoveryCode(using: &generator)
        let key = try code.personKey()
        let certificate = try Certificate(
            person: PersonID(key.publicKey), keys: person.keys, recoveryKey: try code.recoveryKey().publicKey, signedBy: key)
        try replica.setIdentity(certificate, name: person.name)
        return replica
    }

    private static func join(
        _ guest: Replica, to space: SpaceID, of host: Replica, using generator: inout some RandomNumberGenerator
    ) throws {
        let secret = InviteSecret(using: &generator)
        let signing = try secret.signingKey()
        let invite = try host.commit(in: space) { composer -> ChangeID in
            let key = try secret.agreementKey().publicKey
            let epoch = composer.view.roster.epochs[0]
            let keys = try composer.sealedKeys(of: epoch, Audience.sealed, to: [key])
            return try composer.write(
                .invite(
                    Invite(
                        signingKey: signing.publicKey, agreementKey: key, role: .freelancer, expiry: .max >> 1, epoch: epoch,
                        keys: keys)))
        }
        try guest.holdInvite(secret, to: space, link: "")
        try exchange(host, guest)
        let certificate = try guest.identity().certificate
        try guest.commit(in: space) { composer in
            let payload = Invite.joinPayload(space: space, invite: invite, certificate: certificate)
            try composer.write(.join(invite: invite, certificate, proof: try signing.sign(payload, for: .join)))
            try composer.share(Audience.sealed, with: certificate.sealingKeys)
        }
        try exchange(host, guest)
        try guest.dropInvite(to: space)
    }
}
