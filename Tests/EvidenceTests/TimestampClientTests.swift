import Foundation
import Support
import Testing

@testable import Evidence

/// A timestamp authority of another make, over HTTP.
@Suite("Timestamp client", .enabled(if: TimestampAuthority.isAvailable, "needs openssl and python3"), .timeLimit(.minutes(1)))
struct TimestampClientTests {
    private let data = Array("The agreed history.\n".utf8)
    private let nonce: UInt64 = 0xfedc_ba98_7654_3210

    @Test("a timestamp from an authority is believed by us and by openssl under its root, and under no other")
    func stamped() async throws {
        try await TimestampAuthority.with { authority in
            let before = Date()
            let response = try await TimestampClient().stamp(data, at: authority.url(), nonce: nonce)
            let request = try TimestampRequest(of: data, nonce: nonce)
            let timestamp = try Timestamp(response, for: request, anchors: try authority.text("root.pem"))
            #expect(timestamp.trust == .trusted)
            #expect(timestamp.policy == "1.2.3.4.1")
            #expect(timestamp.authority == "CN=Stamps,O=Größe")
            let allowed = (milliseconds(before) - 1)...milliseconds(Date())
            #expect(allowed.contains(timestamp.time), "\(timestamp.time) is not in \(allowed)")

            try Data(data).write(to: authority.directory.appending(path: "manifest"))
            try Data(response).write(to: authority.directory.appending(path: "manifest.tsr"))
            let check = ["ts", "-verify", "-data", "manifest", "-in", "manifest.tsr", "-CAfile"]
            let accepted = try await authority.openssl(check + ["root.pem"])
            #expect(accepted.isSuccess && accepted.text.contains("Verification: OK"), "\(accepted.text)")
            let shown = try await authority.openssl(["ts", "-reply", "-in", "manifest.tsr", "-text"])
            #expect(shown.text.contains("Serial number: \(timestamp.serial)\n"), "\(shown.text)")

            let refused = try await authority.openssl(check + ["stranger.pem"])
            #expect(!refused.isSuccess)
            let error = #expect(throws: TimestampError.self) {
                try Timestamp(response, for: request, anchors: try authority.text("stranger.pem"))
            }
            #expect(error?.code == .untrusted)
            #expect(error?.description.contains("unable to get local issuer certificate") == true, "\(String(describing: error))")
        }
    }

    @Test("a certificate between the authority's and the root is taken from those given")
    func intermediate() async throws {
        try await TimestampAuthority.with { authority in
            let response = try await TimestampClient().stamp(data, at: authority.url("deep"), nonce: nonce)
            let request = try TimestampRequest(of: data, nonce: nonce)
            let root = try authority.text("root.pem")
            let between = try authority.text("between.pem")
            #expect(throws: TimestampError(.untrusted, "")) { try Timestamp(response, for: request, anchors: root) }
            let timestamp = try Timestamp(response, for: request, anchors: root, intermediates: between)
            #expect(timestamp.trust == .trusted && timestamp.authority == "CN=Deep Stamps")
            #expect(throws: TimestampError(.untrusted, "")) {
                try Timestamp(response, for: request, anchors: try authority.text("stranger.pem"), intermediates: root + between)
            }
        }
    }

    @Test("what goes wrong at the authority is told in a sentence")
    func failures() async throws {
        try await TimestampAuthority.with { authority in
            let url = authority.url
            let cases: [(url: String, code: TimestampError.Code, part: String)] = [
                (url("reject"), .refused, "Message digest algorithm is not supported"),
                (url("missing"), .badStatus, "404"),
                (url("moved"), .badStatus, "307"),
                (url("page"), .badType, url("page")),
                (url("large"), .tooLarge, "65536"),
                (url("endless"), .tooLarge, "65536"),
                (url("garbage"), .malformed, "damaged"),
                (url("hurry"), .unreachable, "\(url("hurry")) could not be reached: Remote connection closed"),
                (authority.untrusted, .unreachable, "its certificate is not trusted here"),
                (url("stamp").replacing("http:", with: "https:"), .unreachable, "a TLS connection failed"),
                (authority.untrusted.replacing("https:", with: "http:"), .unreachable, "could not be reached"),
                ("http://nobody.invalid/stamp", .unreachable, "its name is not known"),
                // The discard service of old, which no machine offers.
                ("http://127.0.0.1:9/stamp", .unreachable, "http://127.0.0.1:9/stamp could not be reached: Connection refused"),
            ]
            for (url, code, part) in cases {
                let error = await #expect(throws: TimestampError.self) {
                    try await TimestampClient().stamp(data, at: url, nonce: nonce)
                }
                #expect(error?.code == code, "\(url): \(String(describing: error))")
                #expect(error?.description.contains(part) == true, "\(url): \(String(describing: error))")
                #expect(error?.description.hasSuffix(".") == true, "\(url): \(String(describing: error))")
            }
        }
    }

    @Test("an authority that does not answer is not waited for")
    func silence() async throws {
        try await TimestampAuthority.with { authority in
            let error = await #expect(throws: TimestampError.self) {
                try await TimestampClient(timeout: .milliseconds(200)).stamp(data, at: authority.url("silent"), nonce: nonce)
            }
            #expect(error?.code == .unreachable)
            #expect(error?.description.contains("0.2 seconds") == true, "\(String(describing: error))")
        }
    }

    @Test("who gives up waiting stops at once")
    func cancellation() async throws {
        try await TimestampAuthority.with { authority in
            // At whatever moment.
            for _ in 0..<200 {
                let task = Task { [data, nonce] in
                    try await TimestampClient().stamp(data, at: authority.url("silent"), nonce: nonce)
                }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
        }
    }

    @Test(
        "only an HTTP address is asked",
        arguments: ["", "ts.example.com", "ftp://ts.example.com", "file:///etc/passwd", "http:", "http://", "https:///stamp"])
    func addresses(url: String) async throws {
        let error = await #expect(throws: TimestampError.self) {
            try await TimestampClient().stamp(data, at: url, nonce: nonce)
        }
        #expect(error?.code == .badAddress, "\(String(describing: error))")
    }

    private func milliseconds(_ date: Date) -> Int64 { Int64(date.timeIntervalSince1970 * 1000) }
}
