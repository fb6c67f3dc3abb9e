package import Canon
import FileBirth
import Foundation
import Ledger

/// Where a file lies: on which machine, in which file system, and which file it is there.
///
/// A file that is renamed within its file system stays the same; a copy is another. What cannot be told apart: a file whose
/// content is overwritten in place by that of a backup, and a whole disk that is copied with its machine id.
package struct Place: Sendable {
    package let digest: Bytes32

    package init(of path: String) throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let number = attributes[.systemFileNumber] as? UInt64 ?? 0
        // File systems give the number of a removed file to the next one, such as the backup that takes its place. Foundation's
        // date of creation is that of the last change here.
        let birth = handsel_file_birth(path)
        // Not the device's number, which may be another after a restart.
        var volume = statvfs()
        guard birth >= 0, statvfs(path, &volume) == 0 else {
            throw StoreError(.damaged, "The file system of \(path) cannot be asked what it is. Check the disk.")
        }
        let machine = (try? String(contentsOfFile: Self.machineIdentity, encoding: .utf8)) ?? ""
        let place = "\(machine.filter { !$0.isWhitespace }) \(volume.f_fsid) \(number) \(birth)"
        digest = Derivation.sha256(Array("handsel/place/1 \(place)".utf8))
    }

    /// See machine-id(5), which asks that it be published as a hash alone.
    private static let machineIdentity = "/etc/machine-id"
}
