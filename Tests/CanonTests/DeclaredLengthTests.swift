import Canon
import Support
import Testing

/// A length is only a claim: one beyond the data or the limit is refused before anything is made of it.
struct DeclaredLengthTests {
    /// Lengths at which a conversion or an addition could overflow, and what refuses them.
    static let lengths: [(length: UInt64, code: CanonError.Code)] = [
        (1, .truncated), (24, .truncated), (0x1_0000_0000, .truncated), (UInt64(Int64.max) - 8, .truncated),
        (UInt64(Int64.max), .truncated), (UInt64(Int64.max) + 1, .tooLong), (UInt64.max - 8, .tooLong), (.max, .tooLong),
    ]

    @Test("a length beyond the data is refused in each type", arguments: 2..<6 as Range<UInt8>)
    func beyondTheData(major: UInt8) throws {
        for (length, code) in Self.lengths {
            let encoded = Value.head(major, length)
            let place = code == .truncated && major >= 4 ? encoded.count : 0
            #expect(refusal(of: encoded) == CanonError(code, at: place), "\(length)")
            #expect(refusal(of: [0x81] + encoded) == CanonError(code, at: place + 1), "\(length)")
            #expect(refusal(of: [0xa1, 0x00] + encoded) == CanonError(code, at: place + 2), "\(length)")
        }
    }

    @Test("a reader without a limit of its own refuses every length beyond the data")
    func readersWithoutLimit() throws {
        for (length, code) in Self.lengths {
            let bytes = hex(Value.head(2, length))
            try expectRefusal(code, at: 0, of: bytes) { try $0.byteRange() }
            try expectRefusal(code, at: 0, of: bytes) { try $0.bytes(limit: .max) }
            try expectRefusal(code, at: 0, of: hex(Value.head(3, length))) { try $0.text(limit: .max) }
        }
    }

    @Test("a length over the caller's limit is refused even when the data is there")
    func overTheLimit() throws {
        try expectRefusal(.tooLong, at: 0, of: "43010203") { try $0.bytes(limit: 2) }
        try expectRefusal(.tooLong, at: 0, of: "43010203") { try $0.byteRange(limit: 2) }
        try expectRefusal(.tooLong, at: 0, of: "63616263") { try $0.text(limit: 2) }
        try expectRefusal(.tooLong, at: 0, of: "83010203") { try $0.array(limit: 2) }
        try expectRefusal(.tooLong, at: 0, of: "4100") { try $0.bytes(limit: 0) }
    }

    @Test("a length at the caller's limit is accepted")
    func atTheLimit() throws {
        #expect(
            try outcome(of: bytes(hex: "4101")) { try $0.bytes(limit: 1) } == .success([1]))
        #expect(try outcome(of: bytes(hex: "6161")) { try $0.text(limit: 1) } == .success("a"))
        #expect(try outcome(of: bytes(hex: "8101")) { try $0.array(limit: 1) } == .success(1))
        #expect(try outcome(of: bytes(hex: "40")) { try $0.bytes(limit: 0) } == .success([]))
    }

    @Test("an array that has to have a certain number of elements is refused with any other")
    func arrayOfCount() throws {
        for (length, code) in Self.lengths where length != 1 {
            let expected: CanonError.Code = code == .tooLong ? .tooLong : .unexpectedValue
            try expectRefusal(expected, at: 0, of: hex(Value.head(4, length))) { try $0.array(of: 1) }
        }
        try expectRefusal(.unexpectedValue, at: 0, of: "80") { try $0.array(of: 1) }
    }

    @Test("a field of 32 bytes is refused with 31, with 33, and with a length that is not there")
    func bytes32() throws {
        for (length, code) in [(0, .unexpectedValue), (31, .unexpectedValue), (33, .tooLong)] as [(UInt64, CanonError.Code)] {
            let encoded = Value.bytes([UInt8](repeating: 7, count: Int(length))).encoded
            try expectRefusal(code, at: 0, of: hex(encoded)) { try $0.bytes32() }
        }
        for length in [32, UInt64(Int64.max), .max] {
            let code: CanonError.Code = length == 32 ? .truncated : .tooLong
            try expectRefusal(code, at: 0, of: hex(Value.head(2, length))) { try $0.bytes32() }
        }
    }
}
