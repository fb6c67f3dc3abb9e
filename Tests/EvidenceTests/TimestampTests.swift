import Support
import Testing

@testable import Evidence

/// Reading and checking a response that the command `openssl` made.
@Suite("Timestamp")
struct TimestampTests {
    private let request: TimestampRequest

    init() throws { request = try TimestampRequest(of: TimestampVector.data, nonce: TimestampVector.nonce) }

    private func trusted(_ response: [UInt8]) throws -> Timestamp {
        try Timestamp(response, for: request, anchors: TimestampVector.root)
    }

    @Test("a request is the one that openssl writes")
    func encoding() throws {
        #expect(hex(request.der) == TimestampVector.request)
        let other = try TimestampRequest(of: TimestampVector.data, nonce: nil)
        #expect(other.der.count == request.der.count - 10, "no nonce, nothing else")
        #expect(try TimestampRequest(of: [], nonce: .max).der.count == request.der.count + 1, "a number above zero")
    }

    @Test("a response says who saw the data and when, and is believed under its root long after the certificates expired")
    func contents() throws {
        let timestamp = try trusted(TimestampVector.response)
        #expect(timestamp.trust == .trusted)
        #expect(timestamp.time == 1_795_545_538_636)
        #expect(timestamp.serial == "0x7F3B")
        #expect(timestamp.policy == "1.3.6.1.4.1.99999.1")
        #expect(timestamp.authority == "CN=Example Timestamps")
    }

    @Test("without roots, and without the nonce, a response says the same, unverified")
    func unverified() throws {
        let later = try TimestampRequest(of: TimestampVector.data, nonce: nil)
        let timestamp = try Timestamp(TimestampVector.response, for: later)
        #expect(timestamp.trust == .unverified)
        let verified = try trusted(TimestampVector.response)
        #expect(timestamp.time == verified.time && timestamp.serial == verified.serial)
        #expect(timestamp.policy == verified.policy && timestamp.authority == verified.authority)
    }

    @Test("a certificate that had expired when it signed is not trusted")
    func expired() throws {
        #expect(try Timestamp(TimestampVector.expired, for: request).authority == "CN=Expired Timestamps")
        let error = try #require(throws: TimestampError.self) { try trusted(TimestampVector.expired) }
        #expect(error.code == .untrusted)
        #expect(error.description.contains("certificate has expired"), "\(error)")
    }

    @Test("a response about other data or to another request is refused, whoever signed it")
    func otherRequest() throws {
        let changed = try TimestampRequest(of: TimestampVector.data + [0], nonce: TimestampVector.nonce)
        let repeated = try TimestampRequest(of: TimestampVector.data, nonce: TimestampVector.nonce + 1)
        for anchors in [nil, TimestampVector.root] {
            func refusal(of request: TimestampRequest) -> TimestampError? {
                #expect(throws: TimestampError.self) {
                    try Timestamp(TimestampVector.response, for: request, anchors: anchors)
                }
            }
            #expect(refusal(of: changed)?.code == .wrongData)
            #expect(refusal(of: repeated)?.code == .wrongNonce)
        }
    }

    @Test("a changed byte is refused or without meaning, wherever it is")
    func changedBytes() throws {
        let original = try trusted(TimestampVector.response)
        let claim = try Timestamp(TimestampVector.response, for: request)
        var (withoutMeaning, claims) = (0, 0)
        for place in TimestampVector.response.indices {
            for change: UInt8 in [0x01, 0x80, 0xff] {
                var response = TimestampVector.response
                response[place] ^= change
                if let timestamp = accepted({ try trusted(response) }) {
                    withoutMeaning += 1
                    #expect(timestamp == original, "byte \(place) xor \(change)")
                }
                if let timestamp = accepted({ try Timestamp(response, for: request) }) {
                    claims += 1
                    #expect(timestamp.trust == claim.trust, "byte \(place) xor \(change)")
                }
            }
        }
        let changes = TimestampVector.response.count * 3
        #expect(withoutMeaning < changes / 50, "\(withoutMeaning) of \(changes) changes had no meaning")
        #expect(claims > withoutMeaning, "what is not verified may say anything")
    }

    @Test("what is cut short, followed by something or altered at random is refused", arguments: seeds(20))
    func damage(seed: UInt64) throws {
        let original = try trusted(TimestampVector.response)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let start = generator.pick(0..<TimestampVector.response.count)
            let end = generator.pick(start..<TimestampVector.response.count) + 1
            var response = TimestampVector.response
            switch generator.pick(0..<4) {
            case 0: response.replaceSubrange(start..<end, with: generator.bytes(end - start))
            case 1: response.removeSubrange(start..<end)
            case 2: response.insert(contentsOf: response[start..<end], at: generator.pick(0..<response.count))
            default: response = generator.bytes(end)
            }
            if let timestamp = accepted({ try trusted(response) }) { #expect(timestamp == original, "seed \(seed)") }
            _ = accepted { try Timestamp(response, for: request) }
        }
    }

    @Test("no beginning of a response is a response, and nothing may follow one")
    func length() {
        let response = TimestampVector.response
        let wrong = response.indices.map { Array(response.prefix($0)) } + [response + [0], response + response]
        for bytes in wrong {
            let error = #expect(throws: TimestampError.self) { try Timestamp(bytes, for: request) }
            #expect(error?.code == .malformed, "\(bytes.count) bytes")
        }
        let large = [UInt8](repeating: 0x30, count: Timestamp.maximumSize + 1)
        let error = #expect(throws: TimestampError.self) { try Timestamp(large, for: request) }
        #expect(error?.code == .tooLarge)
    }

    @Test(
        "roots that cannot be read are not passed over",
        arguments: [
            "", "no certificate", TimestampVector.root.replacing("MIIB", with: "MIIC"),
            TimestampVector.root + "\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            TimestampVector.root.replacing("-----END", with: "Proc-Type: 4,ENCRYPTED\n-----END"),
        ])
    func damagedRoots(anchors: String) {
        let error = #expect(throws: TimestampError.self) {
            try Timestamp(TimestampVector.response, for: request, anchors: anchors)
        }
        #expect(error?.code == .badCertificates, "\(String(describing: error))")
    }

    /// The value, or nil where it is refused in a sentence; every other error is a failure.
    private func accepted(_ read: () throws -> Timestamp) -> Timestamp? {
        do {
            return try read()
        } catch let error as TimestampError {
            #expect(error.description.hasSuffix("."), "\(error)")
        } catch {
            Issue.record(error)
        }
        return nil
    }
}
