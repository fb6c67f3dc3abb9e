import GRDB
import Replica
import SimulatedDisk
import Store
import Support
import Testing

@Suite("A file that cannot be read for a moment stays what it was")
struct FailedReadTests {
    @Test(
        "one read that fails or ends early is answered with a sentence, and leaves the replica as it was",
        arguments: [DiskFault.readFailed, .readEndsEarly])
    func failedReads(fault: DiskFault) throws {
        let first = seed(401)
        var failures = 0
        for seed in seeds(runs(8), base: first) {
            var generator = SeededGenerator(seed: seed)
            let scene = try Scene()
            for _ in 0..<3 { try scene.work.act(using: &generator) }
            let before = try scene.everything()
            // So that what follows has to be read from the file.
            try scene.replica.store.database.close()
            let moment = generator.pick(0..<400)
            scene.disk.set { $0.read = (fault, after: moment) }
            do {
                let replica = try scene.origin.client.replica(in: scene.disk.folder)
                let seen = try replica.everything(in: scene.origin.space)
                // To SQLite the rest of a file that ends early is zero, which in the middle of a long text is not noticed.
                #expect(seen == before || fault == .readEndsEarly, "seed \(seed): something else is read")
            } catch {
                failures += 1
                check(error, [.busy, .damaged, .notAStore], "seed \(seed)")
            }
            scene.disk.set { $0.read = nil }
            let replica = try scene.origin.client.replica(in: scene.disk.folder)
            #expect(try replica.everything(in: scene.origin.space) == before, "seed \(seed): the fault left a trace")
            let report = try replica.doctor()
            #expect(report.isHealthy, "seed \(seed): \(report)")
        }
        print("seeds from \(first): \(failures) readings ended by \(fault)")
        #expect(failures > 0)
    }
}
