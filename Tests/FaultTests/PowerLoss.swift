import Canon
import Foundation
import GRDB
import Ledger
import Replica
import SimulatedDisk
import Store
import Support
import Sync

/// One run from a seed: two people work and exchange, one machine loses power at some write or sync, and starts again.
struct PowerLoss {
    /// Which of the plan's promises the machine broke, and what it did.
    struct Outcome {
        /// Changes of the machine that the other has and it has lost.
        var lostSent: Set<ChangeID> = []
        /// Changes that it had said it has, and has lost.
        var lostConfirmed: Set<ChangeID> = []
        /// Attachments of its own that it has lost while the change that names them is here.
        var lostAttachments: Set<BlobID> = []
        /// What the check of the replica found, as it was right after the restart.
        var report: DoctorReport?
        /// Numbers used twice or left out, on either side, once both have worked on.
        var brokenPlaces = 0
        /// Whether both have the same in the end.
        var isSame = false
        /// Whether both replicas are healthy in the end.
        var isHealthy = false

        // What else happened, to tell whether the runs have been through enough.
        var happened = Happened()
    }

    struct Happened {
        var operations = 0
        var restarts = 0
        /// Changes that were never sent and are gone, as they may be.
        var lostUnsent = 0
        /// Changes of the machine that the other had before the power failed.
        var sent = 0
        var isAtWork = false
    }

    /// The most operations in which the power may fail; most runs have more.
    private static let operations = 400
    private static let steps = 24
    /// How often the power may fail again while the machine starts.
    private static let failuresAtStart = 3

    private let scratch: Scratch
    private let origin: Origin
    private let victim: Person
    private let other: Replica
    private let otherDisk: Disk
    private let otherPerson: Person
    /// Whether the machine makes durable what it sends.
    private let isCareful: Bool
    private var disk: Disk
    private var generator: SeededGenerator
    private var committed: Set<ChangeID> = []
    private var confirmed: Set<ChangeID> = []
    private var outcome = Outcome()

    static func outcome(seed: UInt64, isCareful: Bool = true) throws -> Outcome {
        var run = try PowerLoss(seed: seed, isCareful: isCareful)
        try run.workUntilPowerFails()
        let replica = try run.start()
        try run.compare(replica)
        if isCareful { try run.workOn(replica) }
        return run.outcome
    }

    private init(seed: UInt64, isCareful: Bool) throws {
        self.isCareful = isCareful
        generator = SeededGenerator(seed: seed)
        scratch = try Scratch()
        origin = try Origin.shared.get()
        let isClient = generator.chance(50)
        victim = isClient ? origin.client : origin.freelancer
        otherPerson = isClient ? origin.freelancer : origin.client
        for person in [victim, otherPerson] { try origin.copy(person, to: scratch.folder(person.name)) }
        let moment = generator.pick(1..<Self.operations)
        disk = try Disk(scratch.folder(victim.name), faults: DiskFaults(powerFailsAt: moment))
        otherDisk = try Disk(scratch.folder(otherPerson.name))
        other = try otherPerson.replica(in: otherDisk.folder)
    }

    private mutating func workUntilPowerFails() throws {
        do {
            var replica = try victim.replica(in: disk.folder)
            for _ in 0..<Self.steps { try step(&replica) }
        } catch {
            guard disk.isOff else { throw error }
            outcome.happened.isAtWork = true
        }
        outcome.happened.operations = disk.operations
    }

    private mutating func step(_ replica: inout Replica) throws {
        switch generator.pick(0..<12) {
        case 0..<5: try Work(replica: replica, space: origin.space, role: victim.role).act(using: &generator)
        case 5, 6: try Work(replica: other, space: origin.space, role: otherPerson.role).act(using: &generator)
        case 7, 8:
            try sync(replica)
            confirmed = try replica.changes()
        case 9: try bundle(replica)
        case 10: try replica.store.database.writeWithoutTransaction { _ = try $0.checkpoint(.passive) }
        default:
            try replica.store.database.close()
            replica = try victim.replica(in: disk.folder)
        }
        committed = try replica.changes()
    }

    private func sync(_ replica: Replica) throws {
        if isCareful { return try exchange(replica, other) }
        try exchange(replica, as: CarelessReplica(replica: replica), other)
    }

    private mutating func bundle(_ replica: Replica) throws {
        guard generator.chance(70) else { return try carry(origin.space, of: other, as: other, to: replica) }
        if isCareful { return try carry(origin.space, of: replica, as: replica, to: other) }
        try carry(origin.space, of: replica, as: CarelessReplica(replica: replica), to: other)
    }

    /// Starts the machine again, perhaps with the power failing once more while the replica is opened and checked.
    private mutating func start() throws -> Replica {
        while true {
            outcome.happened.restarts += 1
            let failsAgain = outcome.happened.restarts <= Self.failuresAtStart && generator.chance(25)
            let faults = DiskFaults(powerFailsAt: failsAgain ? generator.pick(1..<20) : nil)
            let folder = scratch.folder("start-\(outcome.happened.restarts)")
            disk = try disk.restart(in: folder, faults: faults, using: &generator)
            do {
                let replica = try victim.replica(in: folder)
                outcome.report = try replica.doctor()
                disk.set { $0.powerFailsAt = nil }
                return replica
            } catch { guard disk.isOff else { throw error } }
        }
    }

    private mutating func compare(_ replica: Replica) throws {
        let here = try replica.changes()
        let sent = try other.changes(of: replica.device)
        outcome.happened.sent = sent.count
        outcome.lostSent = sent.subtracting(here)
        outcome.lostConfirmed = confirmed.subtracting(here)
        outcome.happened.lostUnsent = committed.subtracting(here).subtracting(sent).count
        outcome.lostAttachments = try replica.attachmentsLost(by: replica.device, in: origin.space)
    }

    /// Both go on, and have the same after two more exchanges.
    private mutating func workOn(_ replica: Replica) throws {
        for _ in 0..<3 {
            try Work(replica: replica, space: origin.space, role: victim.role).act(using: &generator)
            try Work(replica: other, space: origin.space, role: otherPerson.role).act(using: &generator)
        }
        for _ in 0..<2 { try exchange(replica, other) }
        outcome.brokenPlaces = try replica.brokenPlaces() + other.brokenPlaces()
        outcome.isSame = try replica.everything(in: origin.space) == other.everything(in: origin.space)
        outcome.isHealthy = try replica.doctor().isHealthy && other.doctor().isHealthy
    }
}
