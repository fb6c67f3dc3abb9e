import Support

/// What a loss of power leaves of the writes that were not synced.
enum Remains: Sendable {
    /// None of them.
    case nothing
    /// All of them, as after a process was killed.
    case everything
    /// The first ones, in their order.
    case beginning
    /// Any of their sectors, each by itself: `percent` of those of `sector` bytes.
    case sectors(sector: Int, percent: Int)

    init(using generator: inout SeededGenerator) {
        switch generator.pick(0..<6) {
        case 0, 1: self = .nothing
        case 2: self = .everything
        case 3: self = .beginning
        default: self = .sectors(sector: generator.pick([512, 4_096]), percent: generator.pick([10, 50, 90]))
        }
    }
}

/// One file as the disk has it for certain, and what was done to it since its last sync.
struct FileImage: Sendable {
    private enum Operation: Sendable {
        case write([UInt8], at: Int)
        case truncate(to: Int)
    }

    /// The content at the last sync.
    private var synced: [UInt8]
    private var unsynced: [Operation] = []
    /// Bytes, as programs see it now.
    private(set) var size: Int

    init(_ content: [UInt8] = []) {
        synced = content
        size = content.count
    }

    mutating func write(_ bytes: [UInt8], at offset: Int) {
        unsynced.append(.write(bytes, at: offset))
        size = max(size, offset + bytes.count)
    }

    mutating func truncate(to count: Int) {
        unsynced.append(.truncate(to: count))
        size = count
    }

    mutating func sync() {
        for operation in unsynced { Self.apply(operation, to: &synced) }
        unsynced = []
    }

    /// The content after a loss of power.
    func content(_ remains: Remains, using generator: inout SeededGenerator) -> [UInt8] {
        var content = synced
        switch remains {
        case .nothing: break
        case .everything: for operation in unsynced { Self.apply(operation, to: &content) }
        case .beginning:
            for operation in unsynced.prefix(generator.pick(0..<unsynced.count + 1)) { Self.apply(operation, to: &content) }
        case .sectors(let sector, let percent):
            for piece in unsynced.flatMap({ Self.pieces(of: $0, sector: sector) }) where generator.chance(percent) {
                Self.apply(piece, to: &content)
            }
        }
        return content
    }

    private static func apply(_ operation: Operation, to content: inout [UInt8]) {
        switch operation {
        case .write(let bytes, let offset):
            let end = offset + bytes.count
            if end > content.count { content.append(contentsOf: repeatElement(0, count: end - content.count)) }
            content.replaceSubrange(offset..<end, with: bytes)
        case .truncate(let count):
            if count < content.count {
                content.removeLast(content.count - count)
            } else {
                content.append(contentsOf: repeatElement(0, count: count - content.count))
            }
        }
    }

    /// A write cut where the sectors of the disk begin.
    private static func pieces(of operation: Operation, sector: Int) -> [Operation] {
        guard case .write(let bytes, let offset) = operation else { return [operation] }
        var pieces: [Operation] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + sector - (offset + start) % sector)
            pieces.append(.write(Array(bytes[start..<end]), at: offset + start))
            start = end
        }
        return pieces
    }
}
