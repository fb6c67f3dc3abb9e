package import Canon
package import Foundation
package import GRDB
package import Ledger

extension Identifier {
    /// How it is bound to a statement.
    package var data: Data { Data(bytes) }
}

extension Bytes32 {
    package var data: Data { Data(bytes) }
}

extension Row {
    /// A column that holds 32 bytes.
    package func identifier<ID: Identifier>(_ column: String, as _: ID.Type = ID.self) throws -> ID {
        let data: Data = self[column]
        guard let id = ID(bytes: data) else { throw StoreError(.damaged, "The column \(column) of a row is damaged.") }
        return id
    }

    /// The change in a row of `change`.
    package func change() throws -> Change {
        let header: Data = self["header"]
        let signature: Data? = self["signature"]
        let body: Data = self["body"]
        return try Change(headerBytes: Array(header), signature: signature.map(Array.init), body: Array(body))
    }
}

/// A version vector as it is stored: pairs of varints, a log's number and how many of its changes were seen.
enum StoredVector {
    static func encode(_ vector: VersionVector, logs: (DeviceID) throws -> Int64) rethrows -> Data {
        var data = Data()
        for (device, count) in vector.counts.sorted(by: { $0.key < $1.key }) {
            append(UInt64(try logs(device)), to: &data)
            append(count, to: &data)
        }
        return data
    }

    static func decode(_ data: Data, devices: [Int64: DeviceID]) throws -> VersionVector {
        var counts: [DeviceID: UInt64] = [:]
        var bytes = data[...]
        while !bytes.isEmpty {
            guard let device = devices[Int64(try varint(&bytes))] else {
                throw StoreError(.damaged, "A change names an unknown log.")
            }
            counts[device] = try varint(&bytes)
        }
        return VersionVector(counts)
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
