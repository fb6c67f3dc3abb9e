import Foundation
import GRDB
import Replica
import SimulatedDisk
import Store
import Support
import Testing

@Suite("A disk that is full or does not sync stops the work and takes nothing")
struct FullDiskTests {
    @Test("on a full disk an action fails as a whole with one sentence, and goes through once there is room")
    func fullWhileWorking() throws {
        let first = seed(101)
        var refusals = 0
        for seed in seeds(runs(8), base: first) {
            var generator = SeededGenerator(seed: seed)
            let scene = try Scene()
            let room = generator.pick(0..<500_000)
            scene.disk.set { $0.room = room }
            for _ in 0..<12 {
                let before = try scene.everything()
                do { try scene.work.act(using: &generator) } catch {
                    refusals += 1
                    check(error, [.quota], "seed \(seed)")
                    #expect(try scene.everything() == before, "seed \(seed): something half-written is seen")
                }
            }
            scene.disk.set { $0.room = nil }
            try scene.checkAllGoesOn(using: &generator, "seed \(seed)")
        }
        print("seeds from \(first): \(refusals) actions refused by a full disk")
        #expect(refusals > 0)
    }

    @Test("on a full disk nothing of an exchange is half taken, and the next one completes it")
    func fullWhileReceiving() throws {
        let first = seed(201)
        var refusals = 0
        for seed in seeds(runs(8), base: first) {
            var generator = SeededGenerator(seed: seed)
            let scene = try Scene()
            for _ in 0..<8 { try scene.otherWork.act(using: &generator) }
            let room = generator.pick(0..<60_000)
            scene.disk.set { $0.room = room }
            do { try exchange(scene.replica, scene.other) } catch {
                refusals += 1
                check(error, [.quota], "seed \(seed)")
            }
            #expect(try scene.replica.brokenPlaces() == 0, "seed \(seed)")
            scene.disk.set { $0.room = nil }
            try scene.checkAllGoesOn(using: &generator, "seed \(seed)")
        }
        print("seeds from \(first): \(refusals) exchanges ended by a full disk")
        #expect(refusals > 0)
    }

    @Test("while the disk fails to sync nothing new is sent, and afterwards everything is")
    func failedSyncs() throws {
        let first = seed(301)
        for seed in seeds(runs(8), base: first) {
            var generator = SeededGenerator(seed: seed)
            let scene = try Scene()
            let before = try scene.other.changes(of: scene.replica.device)
            try scene.work.send("not synced yet")
            scene.disk.set { $0.failsSyncs = true }
            for attempt in 1...3 {
                do {
                    try exchange(scene.replica, scene.other)
                    Issue.record("seed \(seed), attempt \(attempt): something was sent")
                } catch { check(error, [.busy], "seed \(seed), attempt \(attempt)") }
                #expect(try scene.other.changes(of: scene.replica.device) == before, "seed \(seed), attempt \(attempt)")
            }
            scene.disk.set { $0.failsSyncs = false }
            try scene.checkAllGoesOn(using: &generator, "seed \(seed)")
        }
    }
}
