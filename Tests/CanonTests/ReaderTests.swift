import Canon
import Support
import Testing

/// The typed readers: the ranges of integers, and one type where another is expected.
struct ReaderTests {
    @Test("integers are read up to the ends of their ranges, and refused beyond")
    func integerRange() throws {
        let cases: [(hex: String, value: Int64?)] = [
            ("00", 0), ("17", 23), ("1818", 24), ("20", -1), ("37", -24), ("3818", -25), ("3903e7", -1_000),
            ("1b7fffffffffffffff", .max), ("1b8000000000000000", nil), ("1bffffffffffffffff", nil),
            ("3b7fffffffffffffff", .min), ("3b8000000000000000", nil), ("3bffffffffffffffff", nil),
        ]
        for (text, value) in cases {
            let read = try outcome(of: bytes(hex: text)) { try $0.integer() }
            #expect(read == value.map { .success($0) } ?? .failure(CanonError(.outOfRange, at: 0)), "\(text)")
        }
    }

    @Test("a bounded integer is read up to its bound, and refused beyond")
    func boundedIntegers() throws {
        let seven = try bytes(hex: "07")
        #expect(try outcome(of: seven) { try $0.unsigned(upTo: 7) } == .success(7))
        #expect(try outcome(of: seven) { try $0.count(upTo: 7) } == .success(7))
        try expectRefusal(.outOfRange, at: 0, of: "07") { try $0.unsigned(upTo: 6) }
        try expectRefusal(.outOfRange, at: 0, of: "07") { try $0.count(upTo: 6) }
        let greatest = try bytes(hex: "1b7fffffffffffffff")
        #expect(try outcome(of: greatest) { try $0.count() } == .success(.max))
        try expectRefusal(.outOfRange, at: 0, of: "1b8000000000000000") { try $0.count() }
        try expectRefusal(.outOfRange, at: 0, of: "1bffffffffffffffff") { try $0.count() }
    }

    /// A value of each type, by the name of the reader that takes it.
    static let samples = [
        "unsigned": ["00"], "negative": ["20"], "bytes": ["40"], "text": ["60"], "array": ["80"], "map": ["a0"],
        "boolean": ["f4", "f5"], "null": ["f6"],
    ]

    private typealias Read = (inout CBORReader) throws -> Void

    private func anyValue<Value>(_ read: @escaping (inout CBORReader) throws -> Value) -> Read {
        { _ = try read(&$0) }
    }

    @Test("a value of another type than expected is refused", arguments: samples.keys.sorted())
    func wrongType(given: String) throws {
        let readers: [(takes: [String], read: Read)] = [
            (["unsigned"], anyValue { try $0.unsigned() }),
            (["unsigned"], anyValue { try $0.unsigned(upTo: 9) }),
            (["unsigned"], anyValue { try $0.count() }),
            (["unsigned", "negative"], anyValue { try $0.integer() }),
            (["boolean"], anyValue { try $0.boolean() }),
            (["bytes"], anyValue { try $0.byteRange() }),
            (["bytes"], anyValue { try $0.bytes(limit: 9) }),
            (["text"], anyValue { try $0.text(limit: 9) }),
            (["array"], anyValue { try $0.array(limit: 9) }),
            (["array"], { try $0.array(of: 0) }),
        ]
        for text in Self.samples[given, default: []] {
            for (index, (takes, read)) in readers.enumerated() where !takes.contains(given) {
                try expectRefusal(.unexpectedType, at: 0, of: text, "reader \(index)", read)
            }
            for (index, (takes, read)) in readers.enumerated() where takes.contains(given) {
                guard case .failure(let error) = try outcome(of: bytes(hex: text), read) else { continue }
                Issue.record("reader \(index) refuses \(text): \(error)")
            }
        }
    }

    @Test("a form that is allowed nowhere is named as such by every typed reader")
    func forbiddenForms() throws {
        for (text, code) in ["c000": .unsupported, "f7": .unsupported, "f93c00": .floatingPoint, "9fff": .indefiniteLength]
            as [String: CanonError.Code]
        {
            try expectRefusal(code, at: 0, of: text) { try $0.unsigned() }
            try expectRefusal(code, at: 0, of: text) { try $0.integer() }
            try expectRefusal(code, at: 0, of: text) { try $0.boolean() }
            try expectRefusal(code, at: 0, of: text) { try $0.bytes(limit: 9) }
            try expectRefusal(code, at: 0, of: text) { try $0.text(limit: 9) }
            try expectRefusal(code, at: 0, of: text) { try $0.array(limit: 9) }
        }
    }

    @Test("every reader refuses to read past the end")
    func end() throws {
        try expectRefusal(.truncated, at: 0, of: "") { try $0.unsigned() }
        try expectRefusal(.truncated, at: 0, of: "") { try $0.integer() }
        try expectRefusal(.truncated, at: 0, of: "") { try $0.boolean() }
        try expectRefusal(.truncated, at: 0, of: "") { try $0.skipNull() }
        try expectRefusal(.truncated, at: 0, of: "") { try $0.bytes32() }
        try expectRefusal(.truncated, at: 0, of: "") { try $0.peekType() }
        try expectRefusal(.truncated, at: 0, of: "") { try $0.skip() }
    }

    @Test("a null is consumed where one is next, and nothing else is")
    func nulls() throws {
        let source = try bytes(hex: "f6f400")
        var reader = CBORReader(source.span)
        #expect(try reader.skipNull())
        #expect(reader.offset == 1)
        #expect(try !reader.skipNull())
        #expect(try !reader.boolean())
        #expect(try !reader.skipNull())
        #expect(try reader.unsigned() == 0)
        try reader.finish()
    }

    @Test("skipping gives each value's place")
    func places() throws {
        let values = ["00", "3903e7", "4401020304", "6161", "820102", "a10102", "f6"]
        let source = try bytes(hex: values.joined())
        var reader = CBORReader(source.span)
        for value in values { #expect(hex(reader.copy(try reader.skip())) == value) }
        try reader.finish()
    }

    @Test("an error names the place and the fault")
    func description() {
        let error = CanonError(.unsortedKeys, at: 12)
        #expect("\(error)" == "map keys are not sorted or not unique (at byte 12)")
    }
}
