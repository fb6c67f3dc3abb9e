/// Thirty-two bytes held inline, ordered as bytes are: a SHA-256 digest, a key, a salt.
package struct Bytes32: Hashable, Comparable, Sendable {
    package static let count = 32
    package static let zero = Bytes32(words: (0, 0, 0, 0))

    /// Big-endian words, so that comparing words compares bytes.
    private let a: UInt64
    private let b: UInt64
    private let c: UInt64
    private let d: UInt64

    private init(words: (UInt64, UInt64, UInt64, UInt64)) { (a, b, c, d) = words }

    /// The 32 bytes of `source` from `start`; the caller has checked that they are there.
    package init(_ source: Span<UInt8>, at start: Int) {
        func word(_ index: Int) -> UInt64 {
            UInt64(bigEndian: source.bytes.unsafeLoadUnaligned(fromByteOffset: start + 8 * index, as: UInt64.self))
        }
        self.init(words: (word(0), word(1), word(2), word(3)))
    }

    /// What is 32 bytes long by its definition: a SHA-256 digest, an Ed25519 or X25519 key.
    package init(exactly bytes: some Sequence<UInt8>) {
        guard let value = Self(bytes) else { preconditionFailure("Something else than 32 bytes was given for them.") }
        self = value
    }

    /// Nil unless there are exactly 32 bytes.
    package init?(_ bytes: some Sequence<UInt8>) {
        func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Self? {
            bytes.count == Self.count ? Self(bytes.span, at: 0) : nil
        }
        guard let value = bytes.withContiguousStorageIfAvailable(read) ?? Array(bytes).withUnsafeBufferPointer(read) else {
            return nil
        }
        self = value
    }

    package var bytes: [UInt8] { withBytes { Array($0) } }

    package func append(to buffer: inout [UInt8]) { withBytes { buffer.append(contentsOf: $0) } }

    /// Passes the bytes to `body`, in whose time they may be read.
    package func withBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        withUnsafeBytes(of: (a.bigEndian, b.bigEndian, c.bigEndian, d.bigEndian), body)
    }

    package static func < (first: Bytes32, second: Bytes32) -> Bool {
        if first.a != second.a { return first.a < second.a }
        if first.b != second.b { return first.b < second.b }
        if first.c != second.c { return first.c < second.c }
        return first.d < second.d
    }
}

/// A name for a kind of 32-byte value, so that a device is never mistaken for a change.
package protocol Identifier: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// What its text form begins with.
    static var prefix: String { get }
    var raw: Bytes32 { get }
    init(_ raw: Bytes32)
}

extension Identifier {
    package static func < (first: Self, second: Self) -> Bool { first.raw < second.raw }
    package var bytes: [UInt8] { raw.bytes }
    package init?(bytes: some Sequence<UInt8>) {
        guard let raw = Bytes32(bytes) else { return nil }
        self.init(raw)
    }
    /// The text form: prefix, Crockford base32, checksum.
    package var description: String { TextForm.encode(prefix: Self.prefix, raw.bytes) }
    /// Reads the text form; nil unless prefix and checksum are right.
    package init?(text: String) {
        guard let bytes = TextForm.decode(prefix: Self.prefix, text) else { return nil }
        self.init(bytes: bytes)
    }
}

extension CBORWriter {
    package mutating func identifier(_ value: some Identifier) { bytes32(value.raw) }
}

extension CBORReader {
    @_lifetime(self: copy self)
    package mutating func identifier<ID: Identifier>(_: ID.Type = ID.self) throws(CanonError) -> ID { ID(try bytes32()) }

    @_lifetime(self: copy self)
    package mutating func optionalIdentifier<ID: Identifier>(_: ID.Type = ID.self) throws(CanonError) -> ID? {
        try skipNull() ? nil : ID(try bytes32())
    }
}
