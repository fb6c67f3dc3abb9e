/// Builds deterministic CBOR (RFC 8949 §4.2.1) into one growing buffer.
package struct CBORWriter {
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// The bytes that `body` writes.
    package static func encode<Failure: Error>(_ body: (inout CBORWriter) throws(Failure) -> Void) throws(Failure) -> [UInt8] {
        var writer = CBORWriter()
        try body(&writer)
        return writer.bytes
    }

    /// The initial byte and its argument in the shortest form.
    private mutating func head(_ type: MajorType, _ argument: UInt64) {
        if argument < 24 { return bytes.append(type.rawValue << 5 | UInt8(truncatingIfNeeded: argument)) }
        let (info, width): (UInt8, Int) =
            switch argument {
            case ...0xff: (24, 1)
            case ...0xffff: (25, 2)
            case ...0xffff_ffff: (26, 4)
            default: (27, 8)
            }
        bytes.append(type.rawValue << 5 | info)
        for place in (0..<width).reversed() { bytes.append(UInt8(truncatingIfNeeded: argument >> UInt64(8 * place))) }
    }

    package mutating func unsigned(_ value: UInt64) { head(.unsigned, value) }

    /// A length or index, which is never negative.
    package mutating func count(_ value: Int) { head(.unsigned, UInt64(value)) }

    package mutating func integer(_ value: Int64) {
        value < 0 ? head(.negative, UInt64(-1 - value)) : head(.unsigned, UInt64(value))
    }

    package mutating func boolean(_ value: Bool) { bytes.append(value ? 0xf5 : 0xf4) }
    package mutating func null() { bytes.append(0xf6) }

    package mutating func bytes(_ value: some Collection<UInt8>) {
        head(.bytes, UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    package mutating func bytes32(_ value: Bytes32) {
        head(.bytes, UInt64(Bytes32.count))
        value.append(to: &bytes)
    }

    package mutating func text(_ value: String) {
        let utf8 = value.utf8
        head(.text, UInt64(utf8.count))
        bytes.append(contentsOf: utf8)
    }

    /// The start of an array; its elements follow.
    package mutating func array(_ count: Int) { head(.array, UInt64(count)) }

    /// An array of values, each written by `element`.
    package mutating func array<Element>(_ elements: some Collection<Element>, _ element: (inout CBORWriter, Element) -> Void) {
        array(elements.count)
        for each in elements { element(&self, each) }
    }

    /// The start of a map; keys and their values follow, in the order of the keys' bytes.
    package mutating func map(_ count: Int) { head(.map, UInt64(count)) }

    /// A value, or null.
    package mutating func optional<Value>(_ value: Value?, _ body: (inout CBORWriter, Value) -> Void) {
        if let value { body(&self, value) } else { null() }
    }

    /// A value that is already encoded.
    package mutating func raw(_ encoded: [UInt8]) { bytes.append(contentsOf: encoded) }
}
