/// A value of CBOR, encoded and decoded the slow and obvious way.
///
/// Independent of the module it checks: `decode` takes any well-formed encoding of these values, `encode` writes the one
/// canonical encoding, and bytes are canonical exactly if `encode(decode(bytes))` gives them back.
indirect enum Value: Equatable {
    case unsigned(UInt64)
    /// −1 − n.
    case negative(UInt64)
    case bytes([UInt8])
    case text(String)
    case array([Value])
    case map([Entry])
    case boolean(Bool)
    case null

    struct Entry: Equatable {
        var key: Value
        var value: Value
    }
}

extension Value {
    /// The canonical encoding (RFC 8949 §4.2.1).
    var encoded: [UInt8] {
        switch self {
        case .unsigned(let number): Self.head(0, number)
        case .negative(let number): Self.head(1, number)
        case .bytes(let bytes): Self.head(2, UInt64(bytes.count)) + bytes
        case .text(let text): Self.head(3, UInt64(text.utf8.count)) + Array(text.utf8)
        case .array(let elements): Self.head(4, UInt64(elements.count)) + elements.flatMap(\.encoded)
        case .map(let entries):
            Self.head(5, UInt64(entries.count))
                + entries.sorted { $0.key.encoded.lexicographicallyPrecedes($1.key.encoded) }
                .flatMap { $0.key.encoded + $0.value.encoded }
        case .boolean(let value): [value ? 0xf5 : 0xf4]
        case .null: [0xf6]
        }
    }

    /// An initial byte and its argument in as few bytes as hold it.
    static func head(_ major: UInt8, _ argument: UInt64) -> [UInt8] {
        switch argument {
        case 0..<24: [major << 5 | UInt8(argument)]
        case ...0xff: head(major, argument, width: 1)
        case ...0xffff: head(major, argument, width: 2)
        case ...0xffff_ffff: head(major, argument, width: 4)
        default: head(major, argument, width: 8)
        }
    }

    /// An initial byte and its argument in `width` bytes: 1, 2, 4 or 8.
    static func head(_ major: UInt8, _ argument: UInt64, width: Int) -> [UInt8] {
        let info = UInt8(24 + width.trailingZeroBitCount)
        let digits = (1...width).map { place in UInt8(truncatingIfNeeded: argument >> UInt64(8 * (width - place))) }
        return [major << 5 | info] + digits
    }
}

extension Value {
    /// Whether `bytes` are the canonical encoding of one value, whose arrays and maps are at most `depth` inside one another.
    static func isCanonical(_ bytes: [UInt8], depth: Int = 16) -> Bool {
        var rest = bytes[...]
        guard let value = decode(&rest, depth: depth), rest.isEmpty else { return false }
        return value.encoded == bytes
    }

    /// The value at the front of `rest`, in any well-formed encoding of definite length.
    static func decode(_ rest: inout ArraySlice<UInt8>, depth: Int) -> Value? {
        guard let initial = rest.popFirst(), let argument = argument(initial & 31, &rest) else { return nil }
        switch initial >> 5 {
        case 0: return .unsigned(argument)
        case 1: return .negative(argument)
        case 2: return take(argument, from: &rest).map { .bytes(Array($0)) }
        case 3: return take(argument, from: &rest).flatMap { String(validating: $0, as: UTF8.self) }.map { .text($0) }
        case 4 where depth > 0: return elements(argument, &rest, depth: depth - 1).map { .array($0) }
        case 5 where depth > 0: return entries(argument, &rest, depth: depth - 1).map { .map($0) }
        case 7: return [0xf4: .boolean(false), 0xf5: .boolean(true), 0xf6: .null][initial]
        default: return nil
        }
    }

    private static func argument(_ info: UInt8, _ rest: inout ArraySlice<UInt8>) -> UInt64? {
        if info < 24 { return UInt64(info) }
        guard info < 28 else { return nil }
        return take(1 << UInt64(info - 24), from: &rest)?.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func take(_ count: UInt64, from rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard count <= UInt64(rest.count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }

    private static func elements(_ count: UInt64, _ rest: inout ArraySlice<UInt8>, depth: Int) -> [Value]? {
        guard count <= UInt64(rest.count) else { return nil }
        var elements: [Value] = []
        for _ in 0..<count {
            guard let element = decode(&rest, depth: depth) else { return nil }
            elements.append(element)
        }
        return elements
    }

    private static func entries(_ count: UInt64, _ rest: inout ArraySlice<UInt8>, depth: Int) -> [Entry]? {
        guard count <= UInt64(rest.count), let flat = elements(2 * count, &rest, depth: depth) else { return nil }
        let entries = stride(from: 0, to: flat.count, by: 2).map { Entry(key: flat[$0], value: flat[$0 + 1]) }
        return Set(entries.map(\.key.encoded)).count == entries.count ? entries : nil
    }
}

extension Value: CustomStringConvertible {
    /// Diagnostic notation (RFC 8949 §8).
    var description: String {
        switch self {
        case .unsigned(let number): "\(number)"
        case .negative(.max): "-18446744073709551616"
        case .negative(let number): "-\(number + 1)"
        case .bytes(let bytes): "h'\(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())'"
        case .text(let text): Self.quoted(text)
        case .array(let elements): "[\(elements.map(\.description).joined(separator: ", "))]"
        case .map(let entries): "{\(entries.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
        case .boolean(let value): "\(value)"
        case .null: "null"
        }
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.map { ["\"", "\\"].contains($0) ? "\\\($0)" : "\($0)" }.joined() + "\""
    }
}
