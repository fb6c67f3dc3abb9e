import Canon

extension Subject {
    static let encodings = [
        Subject("cbor") { bytes in
            var reader = CBORReader(bytes.span)
            try reader.skip()
            try reader.finish()
            try promise(rewritten(bytes).map { $0 == bytes } ?? true, "A value is written otherwise than it was read.")
        },
        Subject("cose") { bytes in
            try promise(try COSESign1(decoding: bytes).encoded == bytes, "A signature is written otherwise than it was read.")
        },
    ]

    /// One value read field by field and written again; nil where it holds a number beyond 64 bits with a sign.
    private static func rewritten(_ bytes: [UInt8]) -> [UInt8]? {
        var reader = CBORReader(bytes.span)
        return try? CBORWriter.encode { writer throws(CanonError) in try copy(from: &reader, to: &writer) }
    }

    @_lifetime(reader: copy reader)
    private static func copy(from reader: inout CBORReader, to writer: inout CBORWriter) throws(CanonError) {
        switch try reader.peekType() {
        case .unsigned: writer.unsigned(try reader.unsigned())
        case .negative: writer.integer(try reader.integer())
        case .bytes: writer.bytes(try reader.bytes(limit: .max))
        case .text: writer.text(try reader.text(limit: .max))
        case .array:
            let count = try reader.array(limit: .max)
            writer.array(count)
            for _ in 0..<count { try copy(from: &reader, to: &writer) }
        // There is no reading of single entries.
        case .map, .tag: writer.raw(reader.copy(try reader.skip()))
        case .simple: if try reader.skipNull() { writer.null() } else { writer.boolean(try reader.boolean()) }
        }
    }
}
