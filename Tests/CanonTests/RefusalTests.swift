import Canon
import Support
import Testing

/// Everything that is not the one canonical encoding of a value is refused, for the right reason and at the right place.
struct RefusalTests {
    /// Expects each row's bytes to be refused as one value, for `code`.
    private func check(_ code: CanonError.Code, _ rows: [(hex: String, offset: Int)]) throws {
        for row in rows {
            let error = refusal(of: try bytes(hex: row.hex))
            #expect(error == CanonError(code, at: row.offset), "\(row.hex)")
        }
    }

    @Test("an integer or length that a shorter form holds is refused, in each type and width", arguments: 0..<6 as Range<UInt8>)
    func shortestForm(major: UInt8) {
        let tooWide: [(width: Int, arguments: [UInt64])] = [
            (1, [0, 1, 23]), (2, [0, 23, 24, 0xff]), (4, [0, 23, 24, 0xff, 0x100, 0xffff]),
            (8, [0, 23, 24, 0xff, 0x100, 0xffff, 0x1_0000, 0xffff_ffff]),
        ]
        for (width, arguments) in tooWide {
            for argument in arguments {
                // Enough content for the small lengths, so that nothing but the form can be at fault.
                let encoded = Value.head(major, argument, width: width) + [UInt8](repeating: 0, count: 64)
                #expect(refusal(of: encoded) == CanonError(.nonCanonicalInteger, at: 0), "\(hex(encoded.prefix(9)))")
            }
        }
    }

    @Test("a reserved form of the initial byte is refused in each type", arguments: 0..<8 as Range<UInt8>)
    func reservedForms(major: UInt8) {
        for info in 28...30 as ClosedRange<UInt8> {
            #expect(refusal(of: [major << 5 | info] + [UInt8](repeating: 0, count: 16)) == CanonError(.unsupported, at: 0))
        }
    }

    @Test("an indefinite length is refused, and so is the break that would end it")
    func indefiniteLengths() throws {
        try check(
            .indefiniteLength,
            [
                ("1f", 0), ("3f", 0), ("5fff", 0), ("5f4101ff", 0), ("7fff", 0), ("7f6161ff", 0), ("9fff", 0), ("9f01ff", 0),
                ("bfff", 0), ("bf0102ff", 0), ("ff", 0), ("81ff", 1), ("829fff00", 1), ("a1015fff", 2), ("a1bfff00", 1),
            ])
    }

    @Test("floating-point numbers are refused in each width, whole or cut off")
    func floatingPoint() throws {
        try check(
            .floatingPoint,
            [("f90000", 0), ("fa00000000", 0), ("fb0000000000000000", 0), ("f9", 0), ("fa", 0), ("fb", 0), ("8201f93c00", 2)])
    }

    @Test("tags are refused, whatever they are and whatever they hold")
    func tags() throws {
        for initial in 0xc0...0xdf as ClosedRange<UInt8> {
            #expect(refusal(of: [initial] + [UInt8](repeating: 0, count: 9)) == CanonError(.unsupported, at: 0))
        }
        try check(.unsupported, [("d28440a0f640", 0), ("c11a514b67b0", 0), ("c0", 0), ("81c101", 1), ("a1c10100", 1)])
    }

    @Test("of the simple values only false, true and null are accepted")
    func simpleValues() {
        for value in 0...255 as ClosedRange<UInt8> {
            #expect(refusal(of: [0xf8, value]) == CanonError(.unsupported, at: 0), "simple(\(value)) in two bytes")
        }
        for value in 0..<24 as Range<UInt8> {
            let isAccepted = 20...22 ~= value
            #expect(refusal(of: [0xe0 | value]) == (isAccepted ? nil : CanonError(.unsupported, at: 0)), "simple(\(value))")
        }
    }

    @Test("text that is not UTF-8 is refused")
    func invalidText() throws {
        let cases = [
            "80": "a continuation byte alone", "c3": "a sequence cut off", "e6b0": "a sequence of three cut off",
            "f09085": "a sequence of four cut off", "c3c3": "a lead byte after a lead byte", "c080": "overlong NUL",
            "c1bf": "overlong, two bytes", "e09fbf": "overlong, three bytes", "f08fbfbf": "overlong, four bytes",
            "eda080": "a surrogate", "edbfbf": "a low surrogate", "f4908080": "above U+10FFFF", "f5808080": "far above U+10FFFF",
            "f8888080 80": "five bytes", "fe": "no lead byte", "ff": "no lead byte",
        ]
        for (content, what) in cases {
            let content = try bytes(hex: content)
            for encoded in [content, Array("a".utf8) + content, content + Array("a".utf8)] {
                let text = Value.head(3, UInt64(encoded.count)) + encoded
                #expect(refusal(of: text) == CanonError(.invalidText, at: 0), "\(what)")
                #expect(refusal(of: [0x81] + text) == CanonError(.invalidText, at: 1), "\(what)")
                try expectRefusal(.invalidText, at: 0, of: hex(text)) { try $0.text(limit: 64) }
            }
        }
    }

    @Test("map keys that are not sorted by their bytes, or not unique, are refused at the key")
    func unsortedKeys() throws {
        try check(
            .unsortedKeys,
            [
                ("a201000000", 3), ("a201000100", 3), ("a2f600f600", 3), ("a240004000", 3), ("a2616100616100", 4),
                ("a26162006161 00", 4), ("a3010002000200", 5), ("a3010003000200", 5), ("a218640 00a00", 4), ("a220000a00", 3),
                // Shorter first, as RFC 7049 had it, is another order.
                ("a2200018640 0", 3), ("a2f400186400", 3), ("a262616100617a00", 5), ("a2812000811864 00", 4),
                // Deep inside.
                ("82a201000000 00", 4), ("a100a201000000", 5), ("a1a20100000000", 4),
            ])
    }

    @Test("map keys of any type are accepted in the order of their bytes")
    func sortedKeys() throws {
        // RFC 8949 §4.2.1: 10, 100, -1, "z", "aa", [100], [-1], false.
        let keys = ["0a", "1864", "20", "617a", "626161", "811864", "8120", "f4"]
        #expect(refusal(of: try bytes(hex: "a8" + keys.map { $0 + "00" }.joined())) == nil)
        for index in keys.indices.dropFirst() {
            var swapped = keys
            swapped.swapAt(index - 1, index)
            let encoded = try bytes(hex: "a8" + swapped.map { $0 + "00" }.joined())
            #expect(refusal(of: encoded)?.code == .unsortedKeys, "\(swapped)")
        }
    }

    @Test(
        "sixteen arrays and maps inside one another are accepted, and seventeen refused", arguments: ["81", "a100", "8200", "a1"])
    func depth(level: String) throws {
        // "a1" nests in the key, so each level is closed by a value.
        func nested(_ levels: Int, _ inner: String) throws -> [UInt8] {
            let closing = level == "a1" ? String(repeating: "f6", count: levels) : ""
            return try bytes(hex: String(repeating: level, count: levels) + inner + closing)
        }
        #expect(CanonLimits.depth == 16)
        for inner in ["00", "4101", "6161", "f6"] { #expect(refusal(of: try nested(16, inner)) == nil) }
        for inner in ["80", "a0"] {
            #expect(refusal(of: try nested(15, inner)) == nil)
            #expect(refusal(of: try nested(16, inner)) == CanonError(.tooDeep, at: 16 * level.count / 2))
        }
        #expect(refusal(of: try nested(5_000, "00")) == CanonError(.tooDeep, at: 16 * level.count / 2))
    }

    @Test("a caller may allow less depth")
    func lesserDepth() throws {
        try expectRefusal(.tooDeep, at: 0, of: "80") { try $0.skip(depth: 0) }
        try expectRefusal(.tooDeep, at: 1, of: "8180") { try $0.skip(depth: 1) }
        let whole = try outcome(of: [0x81, 0x00]) { try $0.skip(depth: 1) }
        #expect(whole == .success(0..<2))
    }
}
