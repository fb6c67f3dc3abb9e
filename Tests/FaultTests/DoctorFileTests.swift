import Foundation
import Replica
import SimulatedDisk
import Support
import Synchronization
import Testing

struct DoctorFileTests {
    @Test("what the doctor folds anew is readable by its owner alone, even if the process is killed and leaves it behind")
    func isPrivate() throws {
        let modes = Mutex<Set<Int>>([])
        let watcher: @Sendable (URL) -> Void = { file in
            guard file.lastPathComponent == "rebuilt.sqlite" else { return }
            let attributes = try? FileManager.default.attributesOfItem(atPath: file.deletingLastPathComponent().path)
            let mode = attributes?[.posixPermissions] as? Int ?? -1
            modes.withLock { _ = $0.insert(mode) }
        }
        let scene = try Scene()
        let report = try FaultVFS.watching(watcher) { try scene.replica.doctor() }
        #expect(report.isHealthy)
        #expect(modes.withLock { $0 } == [0o700])
    }
}
