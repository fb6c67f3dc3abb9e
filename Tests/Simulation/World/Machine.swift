import Canon
import Foundation
import GRDB
import HandselKit
import Ledger
import LedgerSupport
import Replica
import SimulatedDisk
import Store
import Support

/// One device of a person: a replica on a disk that has faults, with a clock that may be wrong.
final class Machine {
    /// What became of it.
    enum State: Equatable {
        case honest
        /// Somebody else uses it, and knows its keys.
        case stolen
        /// A copy with the same key is or was in use, so others count nothing more of it.
        case doubled
        /// Its owner has removed it.
        case retired
    }

    let name: String
    let owner: Person
    let role: Role
    let keys: DeviceKeys
    let clock: SkewedClock
    let randomness: MachineRandomness
    private let folder: URL
    private var starts = 0
    private(set) var disk: Disk
    private(set) var replica: Replica
    private(set) var node: Node
    var state = State.honest
    /// By which it is its owner's, once they have one for it.
    private(set) var certificate: Certificate?
    /// Changes that others may rely on to be here: their peers were told so, or have them from here.
    var promised: Set<ChangeID> = []
    /// Whether it was put back to an earlier time, and so need not have all that it sent.
    private(set) var hasForgotten = false
    /// Whether it ever found itself to be a member.
    private(set) var wasMember = false
    private(set) var backup: (files: URL, promised: Set<ChangeID>)?

    static let file = "replica.sqlite"

    init(
        _ name: String, of owner: Person, as role: Role, keys: DeviceKeys, in folder: URL, time: WorldTime, seed: UInt64,
        files: URL? = nil
    ) throws {
        self.name = name
        self.owner = owner
        self.role = role
        self.keys = keys
        self.folder = folder
        clock = SkewedClock(time)
        randomness = MachineRandomness(seed: seed)
        let start = folder.appendingPathComponent("0")
        try FileManager.default.createDirectory(at: start, withIntermediateDirectories: true)
        if let files { try Self.copy(files, to: start) }
        disk = try Disk(start)
        (replica, node) = try Self.open(disk, keys, clock, randomness)
    }

    var device: DeviceID { keys.device }

    private static func open(
        _ disk: Disk, _ keys: DeviceKeys, _ clock: SkewedClock, _ randomness: MachineRandomness, recovery: AgreementKey? = nil,
        isArriving: Bool = false
    ) throws -> (Replica, Node) {
        let ring = KeyRing(
            device: keys, recovery: recovery, isArriving: isArriving, sealing: SeededSealing(randomness: randomness),
            randomness: { randomness.drawing })
        let replica = try Replica(path: disk.path(file), keys: ring, clock: clock.read)
        return (replica, Node(replica))
    }

    /// Says whose it is.
    func introduce(_ certificate: Certificate) throws {
        self.certificate = certificate
        if (try? replica.identity()) == nil { try replica.setIdentity(certificate, name: "\(role.rawValue) \(World.secret)") }
    }

    /// Opens the replica again, perhaps to take in everything of its person's.
    func reopen(recovery: AgreementKey? = nil, isArriving: Bool = false) throws {
        try? replica.store.database.close()
        (replica, node) = try Self.open(disk, keys, clock, randomness, recovery: recovery, isArriving: isArriving)
    }

    /// Starts again on what a loss of power has left.
    func restart(using generator: inout SeededGenerator) throws {
        try? replica.store.database.close()
        starts += 1
        disk = try disk.restart(in: folder.appendingPathComponent("\(starts)"), using: &generator)
        (replica, node) = try Self.open(disk, keys, clock, randomness)
    }

    /// Copies the files as they are between two transactions.
    func backUp() throws {
        let files = folder.appendingPathComponent("backup-\(starts)-\(UInt64(randomness.next() & 0xffff_ffff))")
        try Self.copy(disk.folder, to: files)
        backup = (files, promised)
    }

    /// Puts the files of the backup in the place of those that are there.
    func restore() throws {
        guard let backup else { return }
        try? replica.store.database.close()
        starts += 1
        let start = folder.appendingPathComponent("\(starts)")
        try Self.copy(backup.files, to: start)
        disk = try Disk(start)
        (replica, node) = try Self.open(disk, keys, clock, randomness)
        promised = backup.promised
        hasForgotten = true
        self.backup = nil
    }

    /// All files but the index of the write-ahead log, which SQLite makes anew.
    private static func copy(_ source: URL, to target: URL) throws {
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: source.path) where !name.hasSuffix("-shm") {
            try FileManager.default.copyItem(at: source.appendingPathComponent(name), to: target.appendingPathComponent(name))
        }
    }

    func close() { try? replica.store.database.close() }

    /// Whether the contract has it as a member, as far as it has heard.
    func isMember(of space: SpaceID) throws -> Bool {
        let isMember = try replica.roster(of: space).person(of: device) != nil
        wasMember = wasMember || isMember
        return isMember
    }

    /// Whether it would sign in the contract, where a device that knows of its copy signs nothing more.
    func canSign(in space: SpaceID) throws -> Bool {
        try isMember(of: space) && !replica.store.provenDevices(in: space).contains(device)
    }

    /// All changes here.
    func changes() throws -> Set<ChangeID> { try replica.store.changeIDs() }
}
