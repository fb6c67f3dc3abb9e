import Agreement
import Foundation
import GRDB
import Ledger
import Replica
import Store
import Support
import Sync
import SyncSupport
import Testing

/// A replica with its owner, as a fresh device has it.
func makeReplica(_ name: String, in scratch: Scratch) throws -> Replica {
    var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
    let keys = try DeviceKeys(using: &generator)
    let code = RecoveryCode(using: &generator)
    let replica = try Replica(path: scratch.path("\(name).sqlite"), keys: KeyRing(device: keys), clock: { 1_760_000_000_000 })
    let person = try code.personKey()
    let certificate = try Certificate(
        person: PersonID(person.publicKey), keys: keys, recoveryKey: try code.recoveryKey().publicKey, signedBy: person)
    try replica.setIdentity(certificate, name: name)
    return replica
}

/// Two replicas that share one contract space: a client who founded it, a freelancer who joined.
struct Pair {
    let scratch: Scratch
    let client: Replica
    let freelancer: Replica
    let space: SpaceID
    /// The device that each sync session of the tests takes its peer for.
    var both: [Replica] { [client, freelancer] }

    static func terms() throws -> Terms {
        Terms(
            title: "Landing page", currency: try #require(Currency(code: "EUR")),
            pricing: .fixed([MilestoneTerms(number: 1, title: "Design", amount: 50_000, due: nil)]))
    }

    /// Offers, invites, joins, and leaves both with the same changes; the offer is not accepted yet.
    init(prose: String = "") throws {
        scratch = try Scratch()
        client = try makeReplica("Bob", in: scratch)
        freelancer = try makeReplica("Ada", in: scratch)
        space = try client.createSpace(.contract, as: .client) { composer in
            let statement = Prose(salt: composer.randomSalt(), text: prose)
            try composer.write([.edit(.name("Bob"))])
            let edits = try [composer.termsEdit(to: prose)].compactMap { $0 } + [.statement(statement)]
            try composer.write(edits.map(Assertion.edit))
            _ = try composer.sign(.offer(try Self.terms(), prose: statement.hash))
        }
        try invite()
    }

    private init(_ pair: Pair, client: Replica) {
        (scratch, freelancer, space) = (pair.scratch, pair.freelancer, pair.space)
        self.client = client
    }

    /// The same with a copy of the client's replica, which goes on with the same device's key.
    func withCopiedClient() throws -> Pair {
        let path = scratch.path("copy.sqlite")
        try client.store.database.backup(to: try DatabaseQueue(path: path))
        return Pair(self, client: try Replica(path: path, keys: client.keys, clock: client.store.clock))
    }

    /// Another device of the freelancer's in the place of the client, which has everything and may write.
    func withSecondDevice() throws -> Pair {
        let (keys, certificate) = try certifyDevice()
        let second = try Replica(path: scratch.path("second.sqlite"), keys: KeyRing(device: keys), clock: freelancer.store.clock)
        try second.setIdentity(certificate, name: "Ada")
        try freelancer.commit(in: space) { composer in
            try composer.write(.addDevice(certificate))
            try composer.fold()
            try composer.share(Audience.sealed, with: [certificate.agreementKey])
        }
        let devices = Pair(self, client: second)
        try devices.sync()
        return devices
    }

    /// A further device of the freelancer's, which their first one certifies; nobody has heard of it.
    func certifyDevice() throws -> (keys: DeviceKeys, certificate: Certificate) {
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        let own = try freelancer.identity().certificate
        let keys = try DeviceKeys(using: &generator)
        let certificate = try Certificate(
            person: own.person, keys: keys, recoveryKey: own.recoveryKey, signedBy: freelancer.keys.device.signing)
        return (keys, certificate)
    }

    private func invite() throws {
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        let secret = InviteSecret(using: &generator)
        let signing = try secret.signingKey()
        let invite = try client.commit(in: space) { composer -> ChangeID in
            let key = try secret.agreementKey().publicKey
            let epoch = composer.view.roster.epochs[0]
            return try composer.write(
                .invite(
                    Invite(
                        signingKey: signing.publicKey, agreementKey: key, role: .freelancer, expiry: .max >> 1, epoch: epoch,
                        keys: try composer.sealedKeys(of: epoch, Audience.sealed, to: [key]))))
        }
        try freelancer.holdInvite(secret, to: space, link: "")
        try sync()
        let certificate = try freelancer.identity().certificate
        try freelancer.commit(in: space) { composer in
            let payload = Invite.joinPayload(space: space, invite: invite, certificate: certificate)
            try composer.write(.join(invite: invite, certificate, proof: try signing.sign(payload, for: .join)))
            try composer.share(Audience.sealed, with: certificate.sealingKeys)
            try composer.fold()
            try composer.write([.edit(.name("Ada"))])
        }
        try sync()
        try freelancer.dropInvite(to: space)
    }

    /// Runs one session between the two, frame by frame, to its end.
    @discardableResult
    func sync() throws -> (client: SyncStatistics, freelancer: SyncStatistics) {
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        func session(_ own: Replica, _ peer: Replica, isDialer: Bool) throws -> SyncSession<Replica> {
            let claims = try own.heldInvites().map {
                try Claim(by: try $0.secret.signingKey(), prover: own.device, verifier: peer.device)
            }
            return try SyncSession(
                store: own, device: own.device, peer: peer.device, isDialer: isDialer, nonce: .random(using: &generator),
                claims: claims)
        }
        var here = try session(client, freelancer, isDialer: true)
        var there = try session(freelancer, client, isDialer: false)
        try run(&here, with: &there)
        return (here.statistics, there.statistics)
    }

    /// Both sides' views of the contract without the viewer, for comparing.
    func views() throws -> [ContractView] { try both.map { try $0.contract(space) } }
}

extension Pair {
    /// The freelancer accepts, and both know.
    func accept() throws {
        try freelancer.commit(in: space) { composer in
            let offer = try #require(try composer.state().current)
            _ = try composer.sign(.accept(offer: offer.id, termsHash: offer.termsHash))
        }
        try sync()
    }

    func submit(round: Int) throws {
        try freelancer.commit(in: space) { composer in
            let prose = Prose(salt: composer.randomSalt(), text: "done")
            try composer.write([.edit(.statement(prose))])
            _ = try composer.sign(.submit(milestone: 1, round: round, statement: prose.hash))
        }
    }

    /// Both sides' contract as JSON, without who looks.
    func comparableViews() throws -> [String] {
        try views().map { view in
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            var object = try #require(try JSONSerialization.jsonObject(with: try encoder.encode(view)) as? [String: Any])
            object["viewer"] = nil
            return String(decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys), as: UTF8.self)
        }
    }
}
