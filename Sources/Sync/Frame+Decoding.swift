import Canon
import Ledger

extension Frame {
    /// Reads a frame; changes in it are well-formed but not yet verified.
    package init(decoding bytes: [UInt8]) throws(SyncError) {
        do {
            var reader = CBORReader(bytes.span)
            let count = try reader.array(limit: 8)
            let kind = try reader.unsigned()
            self = try Self.decode(kind, count - 1, &reader)
            try reader.finish()
        } catch let error as SyncError {
            throw error
        } catch let error as LedgerError {
            throw SyncError(.badChange, error.description)
        } catch {
            throw SyncError(.badFrame, "A frame is damaged: \(error). End the session and sync again.")
        }
    }

    private static func decode(_ kind: UInt64, _ count: Int, _ reader: inout CBORReader) throws -> Frame {
        func expect(_ expected: Int) throws {
            guard count == expected else {
                throw SyncError(.badFrame, "A frame of kind \(kind) has \(count) fields, not \(expected).")
            }
        }
        switch kind {
        case 0:
            try expect(5)
            return try hello(&reader)
        case 1:
            try expect(2)
            return .node(prefix: try reader.prefix(limit: SpaceTrie.depth - 1), try reader.children())
        case 2:
            try expect(1)
            return .compared(prefix: try reader.prefix(limit: SpaceTrie.depth - 1))
        case 3:
            try expect(2)
            return .leaves(prefix: try reader.prefix(limit: SpaceTrie.depth), try reader.spaces())
        case 4:
            try expect(2)
            return .tips(try reader.identifier(), try reader.tips())
        case 5:
            try expect(2)
            let space: SpaceID = try reader.identifier()
            var changes: [Change] = []
            for _ in 0..<(try reader.array(limit: SyncLimits.changes)) { changes.append(try reader.change()) }
            guard changes.allSatisfy({ $0.space == space }) else {
                throw SyncError(.badFrame, "A frame for one space holds a change of another.")
            }
            return .changes(space, changes)
        case 6:
            try expect(1)
            return .complete(try reader.identifier())
        case 7:
            try expect(3)
            return .wantBlob(try reader.identifier(), try reader.identifier(), chunks: try reader.optionalIndices())
        case 8:
            try expect(2)
            return .chunkList(try reader.identifier(), try reader.digests())
        case 9:
            try expect(3)
            return .chunk(
                try reader.identifier(), index: try reader.count(upTo: SyncLimits.chunks),
                try reader.bytes(limit: SyncLimits.chunk + 64))
        case 10:
            try expect(1)
            return .noBlob(try reader.identifier())
        case 11:
            try expect(1)
            return .receipt(try Receipt(from: &reader))
        case 12:
            try expect(2)
            return .done(received: try reader.unsigned(), sequence: try reader.unsigned(upTo: UInt64(Int64.max)))
        case 13:
            try expect(1)
            return .refusal(try reader.text(limit: SyncLimits.reason))
        case 14:
            try expect(0)
            return .alive
        case 15:
            try expect(2)
            return .refused(try reader.identifier(), try reader.text(limit: SyncLimits.reason))
        case 16:
            try expect(1)
            return .recent(try reader.spaces())
        default: throw SyncError(.badFrame, "A frame is of the unknown kind \(kind); one of the two programs is too old.")
        }
    }

    private static func hello(_ reader: inout CBORReader) throws -> Frame {
        let version = try reader.unsigned()
        guard version == Self.version else {
            throw SyncError(
                .badFrame, "The peer speaks sync version \(version), this program \(Self.version). Upgrade the older one.")
        }
        let nonce = try reader.bytes32()
        let incarnation = try reader.bytes32()
        let seen = try reader.optionalCursor()
        var claims: [Claim] = []
        for _ in 0..<(try reader.array(limit: SyncLimits.claims)) { claims.append(try Claim(from: &reader)) }
        return .hello(nonce: nonce, incarnation: incarnation, seen: seen, claims: claims)
    }
}

extension CBORReader {
    @_lifetime(self: copy self)
    fileprivate mutating func prefix(limit: Int) throws(CanonError) -> [UInt8] {
        let start = offset
        let prefix = try bytes(limit: limit)
        guard prefix.allSatisfy({ $0 < SpaceTrie.children }) else { throw CanonError(.unexpectedValue, at: start) }
        return prefix
    }

    @_lifetime(self: copy self)
    fileprivate mutating func children() throws(CanonError) -> [UInt64] {
        let start = offset
        let bytes = try bytes(limit: SpaceTrie.children * SpaceDigest.digestSize)
        guard bytes.count == SpaceTrie.children * SpaceDigest.digestSize else { throw CanonError(.unexpectedValue, at: start) }
        return (0..<SpaceTrie.children).map { SpaceDigest.digest(in: bytes, at: $0 * SpaceDigest.digestSize) }
    }

    @_lifetime(self: copy self)
    fileprivate mutating func optionalCursor() throws(CanonError) -> StoreCursor? {
        if try skipNull() { return nil }
        try array(of: 2)
        return StoreCursor(incarnation: try bytes32(), sequence: try unsigned(upTo: UInt64(Int64.max)))
    }

    @_lifetime(self: copy self)
    fileprivate mutating func spaces() throws(CanonError) -> [SpaceDigest] {
        let start = offset
        let bytes = try bytes(limit: SyncLimits.spaces * SpaceDigest.size)
        let spaces = stride(from: 0, to: bytes.count, by: SpaceDigest.size).compactMap { SpaceDigest(in: bytes, at: $0) }
        guard spaces.count * SpaceDigest.size == bytes.count, zip(spaces, spaces.dropFirst()).allSatisfy({ $0.space < $1.space })
        else { throw CanonError(.unexpectedValue, at: start) }
        return spaces
    }

    @_lifetime(self: copy self)
    fileprivate mutating func tips() throws(CanonError) -> [Tip] {
        let start = offset
        var tips: [Tip] = []
        for _ in 0..<(try array(limit: SyncLimits.tips)) {
            try array(of: 3)
            tips.append(Tip(device: try identifier(), seq: try unsigned(upTo: UInt64(Int64.max) - 1), id: try identifier()))
        }
        guard zip(tips, tips.dropFirst()).allSatisfy(<) else { throw CanonError(.unexpectedValue, at: start) }
        return tips
    }

    @_lifetime(self: copy self)
    fileprivate mutating func optionalIndices() throws(CanonError) -> [Int]? {
        if try skipNull() { return nil }
        var indices: [Int] = []
        for _ in 0..<(try array(limit: SyncLimits.chunks)) { indices.append(try count(upTo: SyncLimits.chunks)) }
        return indices
    }

    @_lifetime(self: copy self)
    fileprivate mutating func digests() throws(CanonError) -> [Bytes32] {
        var digests: [Bytes32] = []
        for _ in 0..<(try array(limit: SyncLimits.chunks)) { digests.append(try bytes32()) }
        return digests
    }
}

extension SpaceDigest {
    fileprivate static func digest(in bytes: [UInt8], at place: Int) -> UInt64 {
        bytes[place..<place + digestSize].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Nil if the bytes end before it does.
    fileprivate init?(in bytes: [UInt8], at place: Int) {
        let id = place + Bytes32.count
        guard place + Self.size <= bytes.count, let space = SpaceID(bytes: bytes[place..<id]) else { return nil }
        self.init(space: space, digest: Self.digest(in: bytes, at: id))
    }
}
