import Foundation
import Support

/// A bundle file taken apart as far as it takes to harm it where it hurts.
struct BundleFile {
    let bytes: [UInt8]
    /// Where the headers, the bodies and the signatures of its changes lie.
    let headers: [Range<Int>]
    let bodies: [Range<Int>]
    /// With whether a later signature of the same device covers the change too.
    let signatures: [(place: Range<Int>, isCovered: Bool)]
    /// Where the space's id stands outside of any header.
    let ids: [Range<Int>]

    /// Reads a bundle of one contract, whose changes are looked up in its author's replica.
    init(_ file: URL, writtenFrom replica: URL) async throws {
        let bytes = [UInt8](try Data(contentsOf: file))
        let rows = try await SQLite.query(
            replica,
            """
            SELECT hex(header), hex(body), hex(signature), seq = (SELECT max(seq) FROM change later WHERE later.log = change.log)
            FROM change WHERE space IN (SELECT space FROM change WHERE audience = 3) ORDER BY arrival
            """)
        var headers: [Range<Int>] = []
        var bodies: [Range<Int>] = []
        var signatures: [(place: Range<Int>, isCovered: Bool)] = []
        for row in rows {
            let columns = row.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            // A change is an array of three, one byte, and each byte string begins with its length.
            let header = try Self.place(of: columns[0], in: bytes, from: 0)
            let signature = try Self.place(of: columns[2], in: bytes, from: header.upperBound)
            headers.append(header)
            signatures.append((signature, columns[3] == "0"))
            bodies.append(try Self.place(of: columns[1], in: bytes, from: signature.upperBound))
        }
        let space = try await SQLite.query(replica, "SELECT hex(space) FROM contract_row").first ?? ""
        ids = [try Self.place(of: space, in: bytes, from: 0)]
        (self.bytes, self.headers, self.bodies, self.signatures) = (bytes, headers, bodies, signatures)
    }

    private static func place(of text: String, in bytes: [UInt8], from start: Int) throws -> Range<Int> {
        let wanted = try Support.bytes(hex: text)
        guard !wanted.isEmpty, let range = Data(bytes[start...]).range(of: Data(wanted)) else {
            throw Unexpected("the bundle lacks something that the replica has")
        }
        return start + range.lowerBound..<start + range.upperBound
    }

    /// The file with one bit turned over in a place.
    func flipped(in place: Range<Int>, using generator: inout SeededGenerator) -> [UInt8] {
        var copy = bytes
        copy[generator.pick(place)] ^= 1 << UInt8(generator.pick(0..<8))
        return copy
    }
}
