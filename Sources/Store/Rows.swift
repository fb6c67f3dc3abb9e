package import Canon
package import Foundation
package import GRDB
package import Ledger

extension Identifier {
    /// How it is bound to a statement.
    package var data: Data { raw.data }
}

extension Bytes32 {
    package var data: Data { withBytes { Data($0) } }

    /// What a column holds, read without copying it, since there are many; nil unless it is exactly 32 bytes.
    fileprivate init?(column: Data?) {
        guard let column, column.count == Self.count else { return nil }
        self.init(column.span, at: 0)
    }
}

extension Row {
    /// A column that holds 32 bytes.
    package func identifier<ID: Identifier>(_ column: String, as _: ID.Type = ID.self) throws -> ID {
        try intact(withUnsafeData(named: column, Bytes32.init(column:)), column)
    }

    /// The same by the column's position.
    package func identifier<ID: Identifier>(_ position: Int) throws -> ID { try intact(bytes32(position), "\(position)") }

    /// A column that may hold 32 bytes.
    func bytes32(_ position: Int) throws -> Bytes32? { try withUnsafeData(atIndex: position, Bytes32.init(column:)) }

    private func intact<ID: Identifier>(_ bytes: Bytes32?, _ column: @autoclosure () -> String) throws -> ID {
        guard let bytes else { throw StoreError(.damaged, "The column \(column()) of a row is damaged.") }
        return ID(bytes)
    }

    /// The log in a row of `log`.
    func log() throws -> LogID {
        let device: DeviceID = try identifier("device")
        let line: ChangeID = try identifier("line")
        return LogID(device, branch: line.raw == device.raw ? nil : line)
    }

    /// The change in a row of `change`.
    package func change() throws -> Change {
        try Change(headerBytes: bytes("header") ?? [], signature: bytes("signature"), body: bytes("body") ?? [])
    }

    private func bytes(_ column: String) throws -> [UInt8]? { try withUnsafeData(named: column) { $0.map { Array($0) } } }
}

/// A version vector as it is stored: pairs of varints, a log's number and how many of its changes were seen.
enum StoredVector {
    static func encode(_ vector: VersionVector, logs: (LogID) throws -> Int64) rethrows -> Data {
        var data = Data()
        for (log, count) in vector.counts.sorted(by: { $0.key < $1.key }) {
            append(UInt64(try logs(log)), to: &data)
            append(count, to: &data)
        }
        return data
    }

    static func decode(_ data: Data, logs: [Int64: LogID]) throws -> VersionVector {
        VersionVector(
            Dictionary(
                uniqueKeysWithValues: try counts(data).map { number, count in
                    guard let log = logs[number] else { throw StoreError(.damaged, "A change names an unknown log.") }
                    return (log, count)
                }))
    }

    /// The same by the logs' numbers.
    static func counts(_ data: Data) throws -> [Int64: UInt64] {
        var counts: [Int64: UInt64] = [:]
        var bytes = data[...]
        while !bytes.isEmpty {
            let log = Int64(clamping: try varint(&bytes))
            counts[log] = try varint(&bytes)
        }
        return counts
    }

    private static func append(_ value: UInt64, to data: inout Data) {
        var rest = value
        while rest >= 0x80 {
            data.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        data.append(UInt8(rest))
    }

    private static func varint(_ bytes: inout Data.SubSequence) throws -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = bytes.popFirst(), shift < 64 {
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw StoreError(.damaged, "The past of a change is damaged.")
    }
}
