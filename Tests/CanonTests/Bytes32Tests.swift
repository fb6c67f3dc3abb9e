import Canon
import Support
import Testing

/// A stand-in for the identifiers of other modules.
private struct SampleID: Identifier {
    static let prefix = "sample"
    let raw: Bytes32
    init(_ raw: Bytes32) { self.raw = raw }
}

struct Bytes32Tests {
    @Test("the bytes that go in come out, from anywhere in a buffer")
    func roundTrip() throws {
        let bytes = Array(0..<100 as Range<UInt8>)
        for start in 0...68 {
            let value = Bytes32(bytes.span, at: start)
            #expect(value.bytes == Array(bytes[start..<start + 32]))
            #expect(value == Bytes32(bytes[start..<start + 32]))
        }
        var buffer: [UInt8] = [9]
        Bytes32.zero.append(to: &buffer)
        #expect(buffer == [9] + [UInt8](repeating: 0, count: 32))
    }

    @Test("any other number of bytes gives none")
    func count() {
        for count in [0, 31, 33, 64] {
            #expect(Bytes32(repeatElement(0, count: count)) == nil)
            #expect(Bytes32([UInt8](repeating: 0, count: count)) == nil)
        }
    }

    @Test("what is 32 bytes long by its definition is taken as it is, and no other length goes on as if it were")
    func exactly() async throws {
        let bytes = Array(1...32 as ClosedRange<UInt8>)
        #expect(Bytes32(exactly: bytes).bytes == bytes)
        await #expect(processExitsWith: .failure) {
            _ = Bytes32(exactly: repeatElement(1, count: 31))
        }
        await #expect(processExitsWith: .failure) {
            _ = Bytes32(exactly: repeatElement(1, count: 33))
        }
    }

    @Test("the order is the order of the bytes", arguments: seeds(20))
    func order(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let first = generator.bytes(32)
            var second = first
            // Mostly alike, so that each word decides in some case.
            second[generator.pick(0..<32)] = UInt8(truncatingIfNeeded: generator.next())
            let (a, b) = (try #require(Bytes32(first)), try #require(Bytes32(second)))
            #expect((a < b) == first.lexicographicallyPrecedes(second), "seed \(seed)")
            #expect((a == b) == (first == second), "seed \(seed)")
            #expect((a.hashValue == b.hashValue) == (a == b), "seed \(seed)")
        }
    }

    @Test("an identifier has its own text form, and takes no other's")
    func identifierText() throws {
        let id = SampleID(try #require(Bytes32(Array(1...32))))
        #expect(id.description.hasPrefix("sample_"))
        #expect(SampleID(text: id.description) == id)
        #expect(SampleID(text: TextForm.encode(prefix: "other", id.bytes)) == nil)
        #expect(SampleID(text: TextForm.encode(prefix: "sample", Array(1...31))) == nil)
        #expect(SampleID(bytes: id.bytes) == id)
        #expect(SampleID(bytes: id.bytes.dropLast()) == nil)
    }

    @Test("an identifier is written as a byte string of 32, or null, and read back")
    func identifierEncoding() throws {
        let id = SampleID(try #require(Bytes32(Array(1...32))))
        let encoded = CBORWriter.encode { writer in
            writer.identifier(id)
            writer.optional(nil as SampleID?) { $0.identifier($1) }
            writer.optional(id) { $0.identifier($1) }
        }
        #expect(encoded == Value.bytes(id.bytes).encoded + [0xf6] + Value.bytes(id.bytes).encoded)
        var reader = CBORReader(encoded.span)
        #expect(try reader.identifier(SampleID.self) == id)
        #expect(try reader.optionalIdentifier(SampleID.self) == nil)
        #expect(try reader.optionalIdentifier(SampleID.self) == id)
        try reader.finish()
    }
}
