/// Limits that hold for everything this module reads.
package enum CanonLimits {
    /// Arrays and maps inside one another.
    package static let depth = 16
}

/// A cursor over deterministic CBOR (RFC 8949 §4.2.1), reading straight from borrowed bytes.
///
/// Byte strings come back as ranges and fixed-size values by copy, so reading a field allocates nothing;
/// only text and `bytes(limit:)` make a new object. After an error there is nothing more to read: the place is lost.
package struct CBORReader: ~Copyable, ~Escapable {
    package let source: Span<UInt8>
    package private(set) var offset = 0

    @_lifetime(copy source)
    package init(_ source: Span<UInt8>) { self.source = source }

    package var isAtEnd: Bool { offset == source.count }

    /// Fails with `.trailing` unless everything was read.
    package func finish() throws(CanonError) {
        guard isAtEnd else { throw CanonError(.trailing, at: offset) }
    }
}

/// RFC 8949 §3.1, table 1.
package enum MajorType: UInt8, Sendable {
    case unsigned, negative, bytes, text, array, map, tag, simple
}

extension CBORReader {
    /// The type of the next value, without consuming it.
    package func peekType() throws(CanonError) -> MajorType {
        guard offset < source.count, let type = MajorType(rawValue: source[offset] >> 5) else {
            throw CanonError(.truncated, at: offset)
        }
        return type
    }

    /// The initial byte and its argument, which has to be in the shortest form; of the simple values only false, true and null.
    @_lifetime(self: copy self)
    private mutating func head() throws(CanonError) -> (type: MajorType, argument: UInt64) {
        let start = offset
        let type = try peekType()
        let info = source[start] & 0x1f
        switch (type, info) {
        case (.simple, 25...27): throw CanonError(.floatingPoint, at: start)
        case (.tag, _), (.simple, 0..<20), (.simple, 23...30), (_, 28...30): throw CanonError(.unsupported, at: start)
        case (_, 31): throw CanonError(.indefiniteLength, at: start)
        case (_, 0..<24):
            offset += 1
            return (type, UInt64(info))
        default: break
        }
        let width = 1 << Int(info - 24)
        guard source.count - start - 1 >= width else { throw CanonError(.truncated, at: start) }
        var argument: UInt64 = 0
        for index in 1...width { argument = argument << 8 | UInt64(source[start + index]) }
        let smallest: UInt64 = width == 1 ? 24 : 1 << UInt64(4 * width)
        guard argument >= smallest else { throw CanonError(.nonCanonicalInteger, at: start) }
        offset += 1 + width
        return (type, argument)
    }

    @_lifetime(self: copy self)
    private mutating func argument(of type: MajorType) throws(CanonError) -> UInt64 {
        let start = offset
        let head = try head()
        guard head.type == type else { throw CanonError(.unexpectedType, at: start) }
        return head.argument
    }

    @_lifetime(self: copy self)
    private mutating func length(of type: MajorType, limit: Int) throws(CanonError) -> Int {
        let start = offset
        let length = try argument(of: type)
        guard length <= UInt64(limit) else { throw CanonError(.tooLong, at: start) }
        return Int(length)
    }
}

extension CBORReader {
    @_lifetime(self: copy self)
    package mutating func unsigned() throws(CanonError) -> UInt64 {
        // Most numbers are small.
        if offset < source.count, source[offset] < 24 {
            offset += 1
            return UInt64(source[offset - 1])
        }
        return try argument(of: .unsigned)
    }

    /// An unsigned integer no greater than `limit`.
    @_lifetime(self: copy self)
    package mutating func unsigned(upTo limit: UInt64) throws(CanonError) -> UInt64 {
        let start = offset
        let value = try unsigned()
        guard value <= limit else { throw CanonError(.outOfRange, at: start) }
        return value
    }

    /// A signed integer of 64 bits.
    @_lifetime(self: copy self)
    package mutating func integer() throws(CanonError) -> Int64 {
        let start = offset
        let type = try peekType()
        let magnitude = try argument(of: type == .negative ? .negative : .unsigned)
        guard magnitude <= UInt64(Int64.max) else { throw CanonError(.outOfRange, at: start) }
        return type == .negative ? -1 - Int64(magnitude) : Int64(magnitude)
    }

    /// An unsigned integer that fits an `Int`.
    @_lifetime(self: copy self)
    package mutating func count(upTo limit: Int = Int.max) throws(CanonError) -> Int {
        Int(try unsigned(upTo: UInt64(limit)))
    }

    @_lifetime(self: copy self)
    package mutating func boolean() throws(CanonError) -> Bool {
        let start = offset
        let value = try argument(of: .simple)
        guard value != 22 else { throw CanonError(.unexpectedType, at: start) }
        return value == 21
    }

    /// Consumes a null if one is next, and says whether it did.
    @_lifetime(self: copy self)
    package mutating func skipNull() throws(CanonError) -> Bool {
        guard offset < source.count else { throw CanonError(.truncated, at: offset) }
        guard source[offset] == 0xf6 else { return false }
        offset += 1
        return true
    }

    /// The place of a byte string's content in `source`.
    @_lifetime(self: copy self)
    package mutating func byteRange(limit: Int = Int.max) throws(CanonError) -> Range<Int> {
        try range(of: .bytes, limit: limit)
    }

    @_lifetime(self: copy self)
    private mutating func range(of type: MajorType, limit: Int) throws(CanonError) -> Range<Int> {
        let start = offset
        let length = try length(of: type, limit: limit)
        guard source.count - offset >= length else { throw CanonError(.truncated, at: start) }
        defer { offset += length }
        return offset..<offset + length
    }

    @_lifetime(self: copy self)
    package mutating func bytes(limit: Int) throws(CanonError) -> [UInt8] {
        let range = try byteRange(limit: limit)
        return copy(range)
    }

    /// A byte string of exactly 32 bytes.
    @_lifetime(self: copy self)
    package mutating func bytes32() throws(CanonError) -> Bytes32 {
        let start = offset
        let range = try byteRange(limit: Bytes32.count)
        guard range.count == Bytes32.count else { throw CanonError(.unexpectedValue, at: start) }
        return Bytes32(source, at: range.lowerBound)
    }

    @_lifetime(self: copy self)
    package mutating func text(limit: Int) throws(CanonError) -> String {
        let start = offset
        let range = try range(of: .text, limit: limit)
        return String(copying: try utf8(range, at: start))
    }

    /// The text in `range`, borrowed, once it is known to be UTF-8.
    @_lifetime(copy self)
    private func utf8(_ range: Range<Int>, at start: Int) throws(CanonError) -> UTF8Span {
        do {
            return try UTF8Span(validating: source.extracting(range))
        } catch {
            throw CanonError(.invalidText, at: start)
        }
    }

    /// The number of elements of an array that follows.
    @_lifetime(self: copy self)
    package mutating func array(limit: Int) throws(CanonError) -> Int { try length(of: .array, limit: limit) }

    /// The start of an array that has exactly `count` elements.
    @_lifetime(self: copy self)
    package mutating func array(of count: Int) throws(CanonError) {
        let start = offset
        guard try array(limit: Int.max) == count else { throw CanonError(.unexpectedValue, at: start) }
    }

    package func copy(_ range: Range<Int>) -> [UInt8] {
        source.extracting(range).withUnsafeBufferPointer(Array.init)
    }
}

extension CBORReader {
    /// Passes over one value of any shape, checking that it is canonical, and returns its place.
    ///
    /// `depth` is how many arrays and maps may be inside one another. A declared count reserves nothing: each element takes a
    /// byte, so a count that is too great ends with the data.
    @_lifetime(self: copy self)
    @discardableResult
    package mutating func skip(depth: Int = CanonLimits.depth) throws(CanonError) -> Range<Int> {
        let start = offset
        let type = try peekType()
        switch type {
        case .unsigned, .negative, .simple, .tag: _ = try head()
        case .bytes: _ = try byteRange()
        case .text: _ = try utf8(try range(of: .text, limit: Int.max), at: start)
        case .array, .map:
            guard depth > 0 else { throw CanonError(.tooDeep, at: start) }
            try type == .array ? skipArray(depth: depth - 1) : skipMap(depth: depth - 1)
        }
        return start..<offset
    }

    @_lifetime(self: copy self)
    private mutating func skipArray(depth: Int) throws(CanonError) {
        for _ in 0..<(try array(limit: Int.max)) { try skip(depth: depth) }
    }

    @_lifetime(self: copy self)
    private mutating func skipMap(depth: Int) throws(CanonError) {
        var previous: Range<Int>?
        for _ in 0..<(try length(of: .map, limit: Int.max)) {
            let key = try skip(depth: depth)
            if let previous, !isOrdered(previous, before: key) { throw CanonError(.unsortedKeys, at: key.lowerBound) }
            previous = key
            try skip(depth: depth)
        }
    }

    /// Bytewise order of two encoded keys (RFC 8949 §4.2.1).
    private func isOrdered(_ first: Range<Int>, before second: Range<Int>) -> Bool {
        for index in 0..<min(first.count, second.count) {
            let (a, b) = (source[first.lowerBound + index], source[second.lowerBound + index])
            if a != b { return a < b }
        }
        return first.count < second.count
    }
}
