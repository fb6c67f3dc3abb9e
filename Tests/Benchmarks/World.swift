import Agreement
import Canon
import Ledger
import LedgerSupport
import Replica
import Store
import Support
import Sync
import SyncSupport

/// Replicas of people who work together, on files, as they come to be by what their owners do.
final class World {
    struct Member {
        let device: Device
        let replica: Replica
    }

    static let clock: @Sendable () -> UInt64 = { 1_760_000_000_000 }

    let scratch: Scratch
    private var generator = SeededGenerator(seed: 1)

    init() throws { scratch = try Scratch() }

    func person() throws -> Person { try Person(using: &generator) }

    /// A new device with an empty replica.
    func member(_ name: String, of person: Person, certifiedBy other: Member? = nil) throws -> Member {
        let device =
            try other.map { try person.device(certifiedBy: $0.device, using: &generator) }
            ?? person.device(using: &generator)
        let replica = try Replica(path: scratch.path("\(name).sqlite"), keys: KeyRing(device: device.keys), clock: Self.clock)
        try replica.setIdentity(device.certificate, name: name)
        return Member(device: device, replica: replica)
    }

    /// A contract space that `client` founds and `freelancer` joins.
    func contract(of client: Member, with freelancer: Member) throws -> SpaceID {
        let space = try client.replica.createSpace(.contract, as: .client)
        let link = Link(using: &generator)
        let invite = try client.replica.commit(in: space) { composer in
            let epoch = composer.view.roster.epochs[0]
            let keys = try composer.sealedKeys(of: epoch, Audience.sealed, to: [link.secret.agreementKey().publicKey])
            return try composer.write(link.invitation(epoch: epoch, keys: keys))
        }
        try freelancer.replica.holdInvite(link.secret, to: space, link: "")
        try sync(freelancer, with: client)
        try freelancer.replica.commit(in: space) { composer in
            try composer.write(link.join(invite, in: space, by: freelancer.device))
            try composer.share(Audience.sealed, with: freelancer.device.certificate.sealingKeys)
        }
        try sync(freelancer, with: client)
        try freelancer.replica.dropInvite(to: space)
        return space
    }

    /// Lets a further device of a member's person into a space.
    func add(_ device: Member, to space: SpaceID, by member: Member) throws {
        try member.replica.commit(in: space) { composer in
            try composer.write(.addDevice(device.device.certificate))
            try composer.fold()
            try composer.share(Audience.sealed, with: [device.device.certificate.agreementKey])
        }
    }

    /// One session in memory.
    @discardableResult
    func sync(_ first: Member, with second: Member) throws -> SyncStatistics {
        var here = try session(of: first, with: second, isDialer: true)
        var there = try session(of: second, with: first, isDialer: false)
        try SyncSupport.run(&here, with: &there)
        return here.statistics
    }

    private func session(of own: Member, with peer: Member, isDialer: Bool) throws -> SyncSession<Replica> {
        let claims = try own.replica.heldInvites().map {
            try Claim(by: try $0.secret.signingKey(), prover: own.device.id, verifier: peer.device.id)
        }
        return try SyncSession(
            store: own.replica, device: own.device.id, peer: peer.device.id, isDialer: isDialer,
            nonce: .random(using: &generator), claims: claims)
    }
}

/// What a freelancer writes in a contract: slots of the diary, and a message after every fourth.
struct Work {
    private var generator: SeededGenerator
    private var slot: UInt64

    /// Different starts keep the slots of a person's devices apart.
    init(seed: UInt64, from slot: UInt64) {
        generator = SeededGenerator(seed: seed)
        self.slot = slot
    }

    private static let words = "wireframe review call draft invoice layout copy test fix deploy research notes"
        .split(separator: " ")

    mutating func words(_ count: Int) -> String {
        (0..<count).map { _ in String(generator.pick(Self.words)) }.joined(separator: " ")
    }

    mutating func next() -> Edit {
        slot += 1
        if slot.isMultiple(of: 5) { return .message(text: words(12), files: []) }
        let entry = DiaryEntry(activity: UInt64(generator.pick(0..<900)), isManual: false, memo: nil)
        return .diary(Slot(number: slot), device: nil, entry)
    }

    /// Writes `count` changes, some to a commit.
    mutating func write(_ count: Int, to space: SpaceID, by member: World.Member) throws {
        for first in stride(from: 0, to: count, by: 500) {
            try member.replica.commit(in: space) { composer in
                for _ in first..<min(first + 500, count) { try composer.write([.edit(next())]) }
            }
        }
    }
}
