import Canon
import Support
import Testing

/// The writer chooses the canonical form, whatever order and size its values have.
struct WriterTests {
    @Test("an integer is written in its shortest form at each boundary, and read back")
    func integers() throws {
        let cases: [(value: UInt64, hex: String)] = [
            (0, "00"), (23, "17"), (24, "1818"), (0xff, "18ff"), (0x100, "190100"), (0xffff, "19ffff"), (0x1_0000, "1a00010000"),
            (0xffff_ffff, "1affffffff"), (0x1_0000_0000, "1b0000000100000000"), (.max, "1bffffffffffffffff"),
        ]
        for (value, text) in cases {
            let encoded = CBORWriter.encode { $0.unsigned(value) }
            #expect(hex(encoded) == text)
            #expect(try outcome(of: encoded) { try $0.unsigned() } == .success(value))
        }
    }

    @Test("a signed integer is read back from either end of its range")
    func signedIntegers() throws {
        let cases: [(value: Int64, hex: String)] = [
            (0, "00"), (-1, "20"), (-24, "37"), (-25, "3818"), (-256, "38ff"), (-257, "390100"), (.max, "1b7fffffffffffffff"),
            (.min, "3b7fffffffffffffff"),
        ]
        for (value, text) in cases {
            let encoded = CBORWriter.encode { $0.integer(value) }
            #expect(hex(encoded) == text)
            #expect(try outcome(of: encoded) { try $0.integer() } == .success(value))
        }
    }

    @Test("bytes and text of each size class are read back", arguments: [0, 1, 23, 24, 255, 256, 65_535, 65_536])
    func strings(count: Int) throws {
        let bytes = [UInt8](repeating: 0x61, count: count)
        let text = String(repeating: "a", count: count)
        let encodedBytes = CBORWriter.encode { $0.bytes(bytes) }
        let encodedText = CBORWriter.encode { $0.text(text) }
        #expect(encodedBytes == Value.bytes(bytes).encoded)
        #expect(encodedText == Value.text(text).encoded)
        #expect(try outcome(of: encodedBytes) { try $0.bytes(limit: count) } == .success(bytes))
        #expect(try outcome(of: encodedText) { try $0.text(limit: count) } == .success(text))
    }

    @Test("a map is its length and then its entries, in the order of the keys' bytes")
    func maps() {
        let keys: [UInt64] = [256, 24, 65_536, 0, 255, 23, 1, 4_294_967_296, .max]
        let encoded = CBORWriter.encode { writer in
            writer.map(keys.count)
            for key in keys.sorted() {
                writer.unsigned(key)
                writer.unsigned(key)
            }
        }
        #expect(encoded == Value.map(keys.map { Value.Entry(key: .unsigned($0), value: .unsigned($0)) }).encoded)
        #expect(refusal(of: encoded) == nil)
        #expect(hex(CBORWriter.encode { $0.map(0) }) == "a0")
    }

    @Test("arrays, optional values and values already encoded are written one after the other")
    func composition() {
        let encoded = CBORWriter.encode { writer in
            writer.array(5)
            writer.array([1, 2]) { $0.unsigned($1) }
            writer.optional(7 as Int?) { $0.count($1) }
            writer.optional(nil as Int?) { $0.count($1) }
            writer.raw([0x61, 0x61])
            writer.boolean(true)
        }
        #expect(hex(encoded) == "8582010207f66161f5")
    }

    @Test("an error from within reaches the caller")
    func errors() {
        #expect(throws: CanonError(.outOfRange, at: 3)) {
            try CBORWriter.encode { (_) throws(CanonError) in throw CanonError(.outOfRange, at: 3) }
        }
    }
}
