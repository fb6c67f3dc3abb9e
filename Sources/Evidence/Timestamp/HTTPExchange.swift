import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One request over HTTP whose reply is limited in size and time.
enum HTTPExchange {
    enum Reply: Sendable {
        /// With the type of the body, without parameters, in lower case.
        case complete(status: UInt, type: String?, body: [UInt8])
        case tooLarge
        /// With the reason, which goes into a sentence.
        case failed(String)
    }

    /// Lives as long as the process: to shut a client down is to wait for each of its connections, also for a name that is not found.
    private static let client: HTTPClient = {
        // A redirection could lead from HTTPS to HTTP, and the question would be left behind.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// - Throws: `CancellationError`, and nothing else.
    static func reply(to request: HTTPClientRequest, limit: Int, within timeout: Duration) async throws -> Reply {
        try await withThrowingTaskGroup(of: Reply.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await reply(to: request, limit: limit) }
            // The client's own deadline ends with the head of a reply, and its body may drip.
            group.addTask {
                try await Task.sleep(for: timeout)
                return .failed("it did not answer within \(timeout)")
            }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    private static func reply(to request: HTTPClientRequest, limit: Int) async throws -> Reply {
        do {
            let response = try await client.execute(request, deadline: .distantFuture)
            // The status of what is no reply says more than its size.
            guard response.status == .ok else { return .complete(status: response.status.code, type: nil, body: []) }
            let type = response.headers.first(name: "Content-Type")?.prefix { $0 != ";" && $0 != " " }.lowercased()
            return .complete(status: 200, type: type, body: Array(buffer: try await response.body.collect(upTo: limit)))
        } catch is NIOTooManyBytesError {
            return .tooLarge
        } catch {
            try Task.checkCancellation()
            return .failed(reason(of: error))
        }
    }

    private static func reason(of error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError: error.connectionErrors.first.map { reason(of: $0.error) } ?? "its name is not known"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case is HTTPParserError: "it does not speak HTTP"
        case NIOSSLError.handshakeFailed(.sslError(let stack)):
            "\(stack)".contains("CERTIFICATE_VERIFY_FAILED") ? "its certificate is not trusted here" : "a TLS connection failed"
        case let error as HTTPClientError: error.shortDescription
        default: "\(error)"
        }
    }
}
