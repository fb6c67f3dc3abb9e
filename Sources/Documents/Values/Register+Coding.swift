package import Canon
import Ledger

extension Register {
    /// Writes the entries in the order of their stamps, each value by `value`.
    package func encode(to writer: inout CBORWriter, _ value: (inout CBORWriter, Value) -> Void) {
        writer.array(entries) { writer, entry in
            writer.array(2)
            writer.stamp(entry.stamp)
            value(&writer, entry.value)
        }
    }

    /// Reads what `encode` writes: entries in strictly rising order.
    @_lifetime(reader: copy reader)
    package init(
        decoding reader: inout CBORReader, _ value: (inout CBORReader) throws(CanonError) -> Value
    ) throws(CanonError) {
        var entries: [Entry] = []
        for _ in 0..<(try reader.array(limit: DocumentLimits.concurrentWrites)) {
            try reader.array(of: 2)
            let start = reader.offset
            let stamp = try reader.stamp()
            if let last = entries.last, !(last.stamp < stamp) { throw CanonError(.unsortedKeys, at: start) }
            entries.append(Entry(stamp: stamp, value: try value(&reader)))
        }
        self.init(entries)
    }
}
