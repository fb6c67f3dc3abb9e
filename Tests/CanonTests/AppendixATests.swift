import Canon
import Support
import Testing

/// The examples of RFC 8949, appendix A, in the order in which the CBOR working group publishes them.
struct AppendixATests {
    private struct Example: Decodable {
        let hex: String
        /// In diagnostic notation.
        let value: String
        /// The name of an error code; nil if the example is canonical here.
        let refused: String?
    }

    @Test("the table holds each of the 82 examples once")
    func complete() throws {
        let examples: [Example] = try vectors("rfc8949-appendix-a")
        #expect(examples.count == 82)
        #expect(Set(examples.map(\.hex)).count == examples.count)
        #expect(examples.count { $0.refused == nil } == 37)
    }

    @Test("each example is accepted, or refused for the stated reason")
    func acceptance() throws {
        for example in try vectors("rfc8949-appendix-a", of: Example.self) {
            let error = refusal(of: try bytes(hex: example.hex))
            #expect(error.map { "\($0.code)" } == example.refused, "\(example.hex), \(example.value)")
        }
    }

    @Test("the typed readers give an accepted example's value, and the writer its bytes")
    func roundTrip() throws {
        for example in try vectors("rfc8949-appendix-a", of: Example.self) where example.refused == nil {
            let original = try bytes(hex: example.hex)
            var reader = CBORReader(original.span)
            let value = try Value(from: &reader)
            try reader.finish()
            #expect(value.description == example.value)
            #expect(hex(CBORWriter.encode { value.write(to: &$0) }) == example.hex, "\(example.value)")
            #expect(hex(value.encoded) == example.hex, "the oracle, \(example.value)")
        }
    }

    @Test("no example is accepted when its end is missing")
    func truncation() throws {
        for example in try vectors("rfc8949-appendix-a", of: Example.self) {
            let whole = try bytes(hex: example.hex)
            for length in whole.indices {
                let error = refusal(of: Array(whole[..<length]))
                #expect(error != nil, "the first \(length) bytes of \(example.hex)")
                if example.refused == nil { #expect(error?.code == .truncated, "the first \(length) bytes of \(example.hex)") }
            }
        }
    }

    @Test("an accepted example is refused when another byte follows")
    func trailing() throws {
        for example in try vectors("rfc8949-appendix-a", of: Example.self) where example.refused == nil {
            let whole = try bytes(hex: example.hex)
            #expect(refusal(of: whole + [0]) == CanonError(.trailing, at: whole.count), "\(example.hex)")
        }
    }
}

extension Value {
    /// The next value, through the typed readers; a map, which has none, through `skip` and the oracle.
    fileprivate init(from reader: inout CBORReader) throws {
        switch try reader.peekType() {
        case .unsigned: self = .unsigned(try reader.unsigned())
        case .negative: self = try Self.negative(from: &reader)
        case .bytes: self = .bytes(try reader.bytes(limit: 64))
        case .text: self = .text(try reader.text(limit: 64))
        case .simple: self = try reader.skipNull() ? .null : .boolean(try reader.boolean())
        case .array:
            var elements: [Value] = []
            for _ in 0..<(try reader.array(limit: 64)) { elements.append(try Value(from: &reader)) }
            self = .array(elements)
        case .map:
            var content = reader.copy(try reader.skip())[...]
            self = try #require(Value.decode(&content, depth: CanonLimits.depth))
        case .tag: throw CanonError(.unsupported, at: reader.offset)
        }
    }

    /// A negative integer; the ones that no `Int64` holds are only passed over.
    private static func negative(from reader: inout CBORReader) throws -> Value {
        let place = reader.offset
        do {
            return .negative(UInt64(-1 - (try reader.integer())))
        } catch {
            #expect(error == CanonError(.outOfRange, at: place))
            var content = reader.copy(place..<reader.source.count)[...]
            return try #require(Value.decode(&content, depth: 0))
        }
    }

    fileprivate func write(to writer: inout CBORWriter) {
        switch self {
        case .unsigned(let number): writer.unsigned(number)
        case .negative(let number):
            if let number = Int64(exactly: number) { writer.integer(-1 - number) } else { writer.raw(encoded) }
        case .bytes(let bytes): writer.bytes(bytes)
        case .text(let text): writer.text(text)
        case .array(let elements): writer.array(elements) { $1.write(to: &$0) }
        case .map: writer.raw(encoded)
        case .boolean(let value): writer.boolean(value)
        case .null: writer.null()
        }
    }
}
