import Canon
import Crypto
import Support
import Testing

/// Signatures as RFC 9052 lays them out, against the COSE working group's examples, and the one form that is ours.
struct COSESign1Tests {
    private struct Example: Decodable {
        struct Signed: Decodable {
            let publicKey: String
            let signature: String
        }

        let title: String
        let protected: String
        let external: String
        let toBeSigned: String
        /// Only where the example is signed with Ed25519.
        let ed25519: Signed?
    }

    /// The payload of every example.
    private let content = Array("This is the content.".utf8)

    @Test("what is signed equals the working group's examples")
    func signatureStructure() throws {
        let examples: [Example] = try vectors("cose-wg-sign1")
        #expect(examples.count == 4)
        for example in examples {
            let toBeSigned = COSESign1.toBeSigned(
                protected: try bytes(hex: example.protected), externalAAD: try bytes(hex: example.external), payload: content)
            #expect(hex(toBeSigned) == example.toBeSigned, "\(example.title)")
        }
    }

    @Test("an example's Ed25519 signature verifies over it, and over nothing else")
    func exampleSignature() throws {
        for example in try vectors("cose-wg-sign1", of: Example.self) {
            guard let signed = example.ed25519 else { continue }
            let key = try Curve25519.Signing.PublicKey(rawRepresentation: bytes(hex: signed.publicKey))
            let signature = try bytes(hex: signed.signature)
            let protected = try bytes(hex: example.protected)
            let toBeSigned = COSESign1.toBeSigned(protected: protected, externalAAD: [], payload: content)
            #expect(key.isValidSignature(signature, for: toBeSigned))
            for other in [
                COSESign1.toBeSigned(protected: protected, externalAAD: [0], payload: content),
                COSESign1.toBeSigned(protected: [0xa0], externalAAD: [], payload: content),
                COSESign1.toBeSigned(protected: protected, externalAAD: [], payload: content + [0]),
            ] { #expect(!key.isValidSignature(signature, for: other)) }
        }
    }

    private let kid = Bytes32(repeatElement(0x4b, count: 32)) ?? .zero
    private let signature = Array(0..<64 as Range<UInt8>)

    /// The parts of our form in hexadecimal, each of which a test may replace.
    private func form(
        head: String = "84", protected: String? = nil, unprotected: String = "a0", payload: String = "f6",
        signature: String? = nil,
        tail: String = ""
    ) throws -> [UInt8] {
        let protected = protected ?? "a201270458 20" + hex(kid.bytes)
        let signature = signature ?? "5840" + hex(self.signature)
        let header = Value.bytes(try bytes(hex: protected)).encoded
        return try bytes(hex: head + hex(header) + unprotected + payload + signature + tail)
    }

    @Test("our form has kid and alg protected, nothing unprotected, and no payload")
    func ownForm() throws {
        let cose = COSESign1(kid: kid, signature: signature)
        #expect(hex(cose.encoded) == hex(try form()))
        #expect(try COSESign1(decoding: cose.encoded) == cose)
        #expect(refusal(of: cose.encoded) == nil)
    }

    @Test("what a device signs covers its key id, the purpose and the payload")
    func coverage() throws {
        let toBeSigned = COSESign1.toBeSigned(kid: kid, externalAAD: [1], payload: [2])
        #expect(toBeSigned == COSESign1.toBeSigned(protected: COSESign1.protected(kid: kid), externalAAD: [1], payload: [2]))
        let structure = Value.array([.text("Signature1"), .bytes(COSESign1.protected(kid: kid)), .bytes([1]), .bytes([2])])
        #expect(toBeSigned == structure.encoded)
    }

    @Test("a signature made over our form is verified after a round trip")
    func ownSignature() throws {
        let key = try Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: 7, count: 32))
        let kid = try #require(Bytes32(key.publicKey.rawRepresentation))
        let toBeSigned = COSESign1.toBeSigned(kid: kid, externalAAD: Array("test".utf8), payload: content)
        let sent = COSESign1(kid: kid, signature: Array(try key.signature(for: toBeSigned)))
        let received = try COSESign1(decoding: sent.encoded)
        let publicKey = try Curve25519.Signing.PublicKey(rawRepresentation: received.kid.bytes)
        #expect(publicKey.isValidSignature(received.signature, for: toBeSigned))
    }

    @Test("every deviation from our form is refused")
    func deviations() throws {
        let id = hex(kid.bytes)
        let cases: [(what: String, code: CanonError.Code, bytes: [UInt8])] = [
            ("kid unprotected", .unexpectedValue, try form(protected: "a10127", unprotected: "a1045820" + id)),
            ("another alg", .unexpectedValue, try form(protected: "a2012604 5820" + id)),
            ("alg missing", .unexpectedValue, try form(protected: "a1045820" + id)),
            ("another protected header", .unexpectedValue, try form(protected: "a30127030004 5820" + id)),
            ("kid of 31 bytes", .unexpectedValue, try form(protected: "a2012704581f" + id.dropLast(2))),
            ("protected keys in another order", .unexpectedValue, try form(protected: "a2045820" + id + "0127")),
            ("alg not in the shortest form", .unexpectedValue, try form(protected: "a201380704 5820" + id)),
            ("no protected header", .unexpectedValue, try form(protected: "")),
            ("a protected header beyond its limit", .tooLong, try form(protected: String(repeating: "00", count: 65))),
            ("tag 18", .unsupported, try form(head: "d284")),
            ("a payload attached", .unexpectedValue, try form(payload: "4101")),
            ("an empty payload attached", .unexpectedValue, try form(payload: "40")),
            ("an unprotected header", .unexpectedValue, try form(unprotected: "a10300")),
            ("unprotected headers that are no map", .unexpectedValue, try form(unprotected: "80")),
            ("an indefinite unprotected map", .indefiniteLength, try form(unprotected: "bfff")),
            ("a signature of 63 bytes", .unexpectedValue, try form(signature: "583f" + hex(signature.dropLast()))),
            ("a signature of 65 bytes", .tooLong, try form(signature: "5841" + hex(signature) + "00")),
            ("a signature of a declared 2^64-1 bytes", .tooLong, try form(signature: "5bffffffffffffffff")),
            ("a signature that is text", .unexpectedType, try form(signature: "7840" + hex(signature))),
            ("an array of three", .unexpectedValue, try form(head: "83")),
            ("an array of five", .unexpectedValue, try form(head: "85", tail: "00")),
            ("a byte too many", .trailing, try form(tail: "00")),
            ("nothing", .truncated, []),
        ]
        for (what, code, bytes) in cases {
            let error = #expect(throws: CanonError.self, "\(what)") { try COSESign1(decoding: bytes) }
            #expect(error?.code == code, "\(what)")
        }
    }

    @Test("a signature whose end is missing is refused")
    func truncation() throws {
        let whole = COSESign1(kid: kid, signature: signature).encoded
        for length in whole.indices {
            let error = #expect(throws: CanonError.self) { try COSESign1(decoding: Array(whole[..<length])) }
            #expect(error?.code == .truncated, "\(length) bytes")
        }
    }
}
