package import Canon

extension TextDocument {
    /// The whole document, hidden elements included: `[sequence, visible text]`.
    ///
    /// Equal documents have equal bytes, in whatever order their edits arrived. What was deleted keeps its place, not its text.
    package var encoded: [UInt8] {
        CBORWriter.encode { writer in
            writer.array(2)
            sequence.encode(to: &writer)
            writer.text(text)
        }
    }

    /// Reads what `encoded` gives, and nothing else.
    package init(decoding bytes: [UInt8]) throws(CanonError) {
        var reader = CBORReader(bytes.span)
        try reader.array(of: 2)
        let sequence = try ElementSequence(decoding: &reader, withHidden: false)
        let text = try reader.text(limit: bytes.count)
        try reader.finish()
        let contents = text.scalars
        guard contents.count == sequence.visibleCount else { throw CanonError(.unexpectedValue, at: 0) }
        self.init(sequence: sequence, contents: contents)
    }
}

extension String {
    /// Its scalars, for ASCII several times as fast as one by one.
    fileprivate var scalars: [Unicode.Scalar] {
        let ascii = utf8.withContiguousStorageIfAvailable { bytes in
            bytes.allSatisfy { $0 < 0x80 } ? bytes.map { Unicode.Scalar($0) } : nil
        }
        return ascii.flatMap(\.self) ?? Array(unicodeScalars)
    }
}
