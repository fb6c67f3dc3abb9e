import Foundation

/// JSON in one form: sorted keys, two spaces of indentation, no escaped slashes, a newline at the end.
enum StableJSON {
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value)) + Array("\n".utf8)
    }

    static func decode<Value: Decodable>(_: Value.Type, _ bytes: [UInt8]) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(bytes))
    }
}
