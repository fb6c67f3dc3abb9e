import Canon
import Foundation
import Ledger
import Replica
import SimulatedDisk
import Store
import Support
import Testing

/// Two people whose replicas are on simulated disks; the faults strike the first one's.
final class Scene {
    let origin: Origin
    private(set) var disk: Disk
    let replica: Replica
    let other: Replica
    private let otherDisk: Disk
    private let scratch: Scratch

    init() throws {
        origin = try Origin.shared.get()
        scratch = try Scratch()
        for person in [origin.client, origin.freelancer] { try origin.copy(person, to: scratch.folder(person.name)) }
        disk = try Disk(scratch.folder(origin.client.name))
        otherDisk = try Disk(scratch.folder(origin.freelancer.name))
        replica = try origin.client.replica(in: disk.folder)
        other = try origin.freelancer.replica(in: otherDisk.folder)
    }

    var work: Work { Work(replica: replica, space: origin.space, role: origin.client.role) }
    var otherWork: Work { Work(replica: other, space: origin.space, role: origin.freelancer.role) }

    func everything() throws -> String { try replica.everything(in: origin.space) }

    /// The first one's machine loses power and starts again.
    func restart(using generator: inout SeededGenerator) throws -> Replica {
        disk = try disk.restart(in: scratch.folder("restarted"), using: &generator)
        return try origin.client.replica(in: disk.folder)
    }

    /// Both go on as if nothing had been, and have the same in the end.
    func checkAllGoesOn(using generator: inout SeededGenerator, _ place: String) throws {
        for _ in 0..<3 {
            try work.act(using: &generator)
            try otherWork.act(using: &generator)
        }
        for _ in 0..<2 { try exchange(replica, other) }
        #expect(try everything() == other.everything(in: origin.space), "\(place)")
        #expect(try replica.brokenPlaces() + other.brokenPlaces() == 0, "\(place)")
        for replica in [replica, other] {
            let report = try replica.doctor()
            #expect(report.isHealthy, "\(place): \(report)")
        }
    }
}

/// The error has one sentence for people, whether it is the store's own or SQLite's.
func check(_ error: any Error, _ codes: [StoreError.Code], _ place: String) {
    let sentence = error as? StoreError ?? StoreError(error)
    #expect(sentence.map { codes.contains($0.code) } == true, "\(place): \(error)")
    #expect(sentence?.description.contains("\n") == false, "\(place)")
}
