package import Foundation
package import Support
import Synchronization

/// What a disk answers instead of doing what it was asked.
package enum DiskFault: Error {
    case powerIsOff
    case isFull
    case syncFailed
    case readFailed
    /// The file seems to end here.
    case readEndsEarly
}

/// What is wrong with a disk; as it is made, nothing.
package struct DiskFaults: Sendable {
    /// The power fails in the operation of this number, counted from 1: a write, truncation, sync or deletion.
    package var powerFailsAt: Int?
    /// Bytes by which files may still grow.
    package var room: Int?
    /// A sync fails, and what it should have synced waits for the next one.
    package var failsSyncs = false
    /// How one read fails, and how many go well before.
    package var read: (fault: DiskFault, after: Int)?

    package init(powerFailsAt: Int? = nil) { self.powerFailsAt = powerFailsAt }
}

/// The disk of one machine, before a folder of real files: what was written and never synced may be gone when the power fails.
///
/// SQLite comes here through `FaultVFS`. The files themselves always have everything that was written, as programs see it
/// while the power is on; the disk remembers which of it is certain.
package final class Disk: Sendable {
    package let folder: URL
    private let state: Mutex<DiskState>

    /// Takes over the files that are in `folder` as synced.
    package init(_ folder: URL, faults: DiskFaults = DiskFaults()) throws {
        self.folder = folder
        var files: [String: FileImage] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            files[name] = FileImage(Array(try Data(contentsOf: folder.appendingPathComponent(name))))
        }
        state = Mutex(DiskState(files, faults: faults))
        try FaultVFS.mount(self)
    }

    deinit { FaultVFS.unmount(folder) }

    package func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    package var isOff: Bool { state.withLock { $0.isOff } }

    /// Operations so far that the power might have failed in.
    package var operations: Int { state.withLock { $0.operations } }

    package func set(_ change: @Sendable (inout DiskFaults) -> Void) { state.withLock { change(&$0.faults) } }

    /// What the file system does for SQLite.
    func use<Value: Sendable>(_ body: (inout DiskState) throws(DiskFault) -> Value) throws(DiskFault) -> Value {
        try state.withLock { (state) throws(DiskFault) in try body(&state) }
    }

    /// Switches the power off, if it is not off yet, and starts the machine again on what is left, in another folder.
    ///
    /// New files stand for the new boot by which a store recognises that it may have forgotten something.
    package func restart(
        in folder: URL, faults: DiskFaults = DiskFaults(), using generator: inout SeededGenerator
    ) throws -> Disk {
        let state = state.withLock { state in
            state.isOff = true
            return state
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, content) in state.remains(using: &generator) {
            try Data(content).write(to: folder.appendingPathComponent(name))
        }
        return try Disk(folder, faults: faults)
    }
}

/// The files of a disk by their numbers, and its folder as it is and as it was when it was synced last.
struct DiskState: Sendable {
    private var files: [Int: FileImage] = [:]
    private var names: [String: Int] = [:]
    private var syncedNames: [String: Int] = [:]
    var faults: DiskFaults
    var isOff = false
    private(set) var operations = 0

    init(_ content: [String: FileImage], faults: DiskFaults) {
        self.faults = faults
        for (number, (name, image)) in content.sorted(by: { $0.key < $1.key }).enumerated() {
            files[number] = image
            names[name] = number
        }
        syncedNames = names
    }

    /// The number of a file that is opened or created.
    mutating func open(_ name: String) throws(DiskFault) -> Int {
        guard !isOff else { throw .powerIsOff }
        if let number = names[name] { return number }
        let number = (files.keys.max() ?? -1) + 1
        files[number] = FileImage()
        names[name] = number
        return number
    }

    mutating func delete(_ name: String, syncsFolder: Bool) throws(DiskFault) {
        try begin()
        names[name] = nil
        try checkPower()
        if syncsFolder { syncedNames = names }
    }

    mutating func write(_ bytes: [UInt8], at offset: Int, to file: Int) throws(DiskFault) {
        try begin()
        let growth = max(0, offset + bytes.count - (files[file]?.size ?? 0))
        if let room = faults.room, growth > 0 {
            guard growth <= room else { throw .isFull }
            faults.room = room - growth
        }
        files[file]?.write(bytes, at: offset)
        try checkPower()
    }

    mutating func truncate(_ file: Int, to size: Int) throws(DiskFault) {
        try begin()
        files[file]?.truncate(to: size)
        try checkPower()
    }

    mutating func sync(_ file: Int, syncsFolder: Bool) throws(DiskFault) {
        try begin()
        try checkPower()
        guard !faults.failsSyncs else { throw .syncFailed }
        files[file]?.sync()
        if syncsFolder { syncedNames = names }
    }

    mutating func read() throws(DiskFault) {
        guard !isOff else { throw .powerIsOff }
        guard let read = faults.read else { return }
        faults.read = read.after > 0 ? (fault: read.fault, after: read.after - 1) : nil
        if read.after == 0 { throw read.fault }
    }

    private mutating func begin() throws(DiskFault) {
        guard !isOff else { throw .powerIsOff }
        operations += 1
        if operations == faults.powerFailsAt { isOff = true }
    }

    /// An operation in which the power fails may have been done and may not; whoever asked for it never learns.
    private func checkPower() throws(DiskFault) { if isOff { throw .powerIsOff } }

    /// The files after a loss of power.
    ///
    /// The index of a write-ahead log is memory, not a file.
    func remains(using generator: inout SeededGenerator) -> [String: [UInt8]] {
        let remains = Remains(using: &generator)
        var content: [String: [UInt8]] = [:]
        for name in Set(names.keys).union(syncedNames.keys).sorted() where !name.hasSuffix("-shm") {
            let isChanged = names[name] != syncedNames[name]
            let number = isChanged && generator.chance(50) ? names[name] : isChanged ? syncedNames[name] : names[name]
            guard let image = number.flatMap({ files[$0] }) else { continue }
            content[name] = image.content(remains, using: &generator)
        }
        return content
    }
}
