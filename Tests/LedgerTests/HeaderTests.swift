import Canon
import Ledger
import Support
import Testing

/// What a header has to look like, before anything is known of its space.
struct HeaderTests {
    private static func id<ID: Identifier>(_ byte: UInt8) -> ID { ID(Bytes32(repeatElement(byte, count: 32)) ?? .zero) }

    private static let sound = Header(
        space: id(1), device: id(2), seq: 7, previous: id(3), parents: [id(4), id(5)], membership: id(6), audience: .parties,
        epoch: id(7), salt: .zero, claimedTime: 8, bodyLength: 9, bodyDigest: .zero, commitment: .zero, blobs: [id(8), id(9)])

    private static func header(_ change: (inout Header) -> Void) -> Header {
        var header = sound
        change(&header)
        return header
    }

    private func refusal(of header: Header) -> LedgerError.Code? {
        do {
            _ = try Header(decoding: header.encoded)
            return nil
        } catch { return error.code }
    }

    @Test("a header reads as it was written")
    func roundTrip() throws {
        let genesis = Self.header {
            ($0.space, $0.seq, $0.previous, $0.parents, $0.membership) = (nil, 0, nil, [], nil)
            ($0.audience, $0.epoch, $0.blobs) = (.control, nil, [])
        }
        let fullest = Self.header {
            ($0.seq, $0.claimedTime, $0.bodyLength) = (UInt64(Int64.max) - 1, UInt64(Int64.max), LedgerLimits.body)
            $0.parents = (0..<UInt8(LedgerLimits.parents)).map(Self.id)
            $0.blobs = (0..<UInt8(LedgerLimits.blobs)).map(Self.id)
        }
        for header in [Self.sound, genesis, fullest] {
            #expect(try Header(decoding: header.encoded) == header)
        }
    }

    private static let broken: [(rule: String, header: Header, code: LedgerError.Code)] = [
        ("a first change has no previous", header { $0.seq = 0 }, .malformed),
        ("every other has one", header { $0.previous = nil }, .malformed),
        ("parents are sorted", header { $0.parents.reverse() }, .malformed),
        ("parents are unique", header { $0.parents = [id(4), id(4)] }, .malformed),
        ("parents are limited", header { $0.parents = (0...UInt8(LedgerLimits.parents)).map(id) }, .malformed),
        ("attachments are sorted", header { $0.blobs.reverse() }, .malformed),
        ("attachments are unique", header { $0.blobs = [id(8), id(8)] }, .malformed),
        ("attachments are limited", header { $0.blobs = (0...UInt8(LedgerLimits.blobs)).map(id) }, .malformed),
        ("attachments belong to the parties", header { $0.audience = .money }, .malformed),
        ("a sealed body names its epoch", header { $0.epoch = nil }, .malformed),
        (
            "a bare body names none",
            header {
                $0.audience = .control
                $0.blobs = []
            }, .malformed
        ),
        ("a change that is no genesis names a membership", header { $0.membership = nil }, .malformed),
        (
            "a change that is no genesis follows another",
            header { ($0.seq, $0.previous, $0.parents) = (0, nil, []) }, .malformed
        ),
        ("a genesis stands alone", header { $0.space = nil }, .malformed),
        ("a number leaves room for the next", header { $0.seq = UInt64(Int64.max) }, .malformed),
        ("a time fits 63 bits", header { $0.claimedTime = 1 << 63 }, .malformed),
        ("a body is limited", header { $0.bodyLength = LedgerLimits.body + 1 }, .malformed),
    ]

    @Test("a header that breaks a rule of the format is refused", arguments: broken.indices)
    func rules(index: Int) {
        let (rule, header, code) = Self.broken[index]
        #expect(refusal(of: header) == code, "\(rule)")
    }

    @Test("a version from the future is named as such")
    func version() throws {
        var bytes = Self.sound.encoded
        bytes[1] = 2
        #expect(throws: LedgerError(.unsupportedVersion, "")) { try Header(decoding: bytes) }
    }

    @Test("an audience that does not exist is refused")
    func audience() throws {
        let other = Self.header { $0.audience = .money }.encoded
        let place = try #require(zip(Self.sound.encoded, other).enumerated().first { $0.element.0 != $0.element.1 }?.offset)
        var bytes = Self.sound.encoded
        for audience in UInt8(4)..<24 {
            bytes[place] = audience
            #expect(throws: LedgerError(.malformed, "")) { try Header(decoding: bytes) }
        }
    }

    @Test("bytes before, after and beyond the limit are refused")
    func surroundings() {
        let bytes = Self.sound.encoded
        #expect(throws: LedgerError(.malformed, "")) { try Header(decoding: bytes + [0]) }
        #expect(throws: LedgerError(.malformed, "")) { try Header(decoding: [0] + bytes) }
        #expect(throws: LedgerError(.limit, "")) {
            try Header(decoding: bytes + [UInt8](repeating: 0, count: LedgerLimits.header))
        }
        for length in bytes.indices {
            #expect(throws: LedgerError(.malformed, ""), "\(length) bytes") { try Header(decoding: Array(bytes[..<length])) }
        }
    }

    @Test("an author cannot sign what others would refuse")
    func drafts() throws {
        var generator = SeededGenerator(seed: 1)
        let keys = try DeviceKeys(using: &generator)
        var draft = Draft(
            space: Self.id(1), seq: 1, previous: Self.id(2), membership: Self.id(3), claimedTime: 0, operations: [])
        #expect(throws: Never.self) { try draft.sealed(by: keys, salt: .zero) }
        draft.parents = (0...UInt8(LedgerLimits.parents)).map(Self.id)
        #expect(throws: LedgerError(.malformed, "")) { try draft.sealed(by: keys, salt: .zero) }
        draft.parents = []
        draft.membership = nil
        #expect(throws: LedgerError(.malformed, "")) { try draft.sealed(by: keys, salt: .zero) }
        draft.membership = Self.id(3)
        draft.audience = .money
        #expect(throws: LedgerError(.unknownEpoch, "")) { try draft.sealed(by: keys, salt: .zero) }
        draft.audience = .control
        draft.operations = [Operation](repeating: Operation("any"), count: LedgerLimits.operations + 1)
        #expect(throws: LedgerError(.limit, "")) { try draft.sealed(by: keys, salt: .zero) }
        draft.operations = [Operation("any") { $0.bytes([UInt8](repeating: 0, count: LedgerLimits.body)) }]
        #expect(throws: LedgerError(.limit, "")) { try draft.sealed(by: keys, salt: .zero) }
    }
}
