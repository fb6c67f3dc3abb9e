import AsyncHTTPClient
import Foundation
import NIOHTTP1

/// Asks a timestamp authority over HTTP (RFC 3161, section 3.4).
package struct TimestampClient: Sendable {
    /// How long the authority has to answer in full.
    package static let timeout = Duration.seconds(20)

    private let timeout: Duration

    package init(timeout: Duration = Self.timeout) { self.timeout = timeout }

    /// The authority's response as DER, once it is seen to grant a timestamp of `bytes` with `nonce`.
    ///
    /// Who signed it is not checked here.
    ///
    /// - Throws: `TimestampError`, or `CancellationError`.
    package func stamp(_ bytes: [UInt8], at url: String, nonce: UInt64) async throws -> [UInt8] {
        guard let address = URL(string: url), ["http", "https"].contains(address.scheme?.lowercased()),
            address.host?.isEmpty == false
        else {
            throw TimestampError(
                .badAddress, "\(url) is not the address of a timestamp authority. Give one that begins with http:// or https://.")
        }
        let question = try TimestampRequest(of: bytes, nonce: nonce)
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = ["Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"]
        request.body = .bytes(question.der)

        switch try await HTTPExchange.reply(to: request, limit: Timestamp.maximumSize, within: timeout) {
        case .failed(let reason):
            throw TimestampError(.unreachable, "The timestamp authority at \(url) could not be reached: \(reason).")
        case .complete(let status, _, _) where status != 200:
            throw TimestampError(
                .badStatus, "\(url) answered with HTTP status \(status). Check the address of the timestamp authority.")
        case .tooLarge:
            throw TimestampError.tooLarge
        case .complete(_, let type, _) where type != "application/timestamp-reply":
            throw TimestampError(
                .badType, "What answers at \(url) is no timestamp authority: its answer is of another type. Check the address.")
        case .complete(_, _, let body):
            _ = try Timestamp(body, for: question)
            return body
        }
    }
}
