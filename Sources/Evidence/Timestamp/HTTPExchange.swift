import Foundation
import FoundationNetworking
import Synchronization

/// One request over HTTP whose reply is limited in size and time.
final class HTTPExchange: NSObject, URLSessionDataDelegate {
    enum Reply: Sendable {
        case complete(status: Int, type: String?, body: [UInt8])
        case tooLarge
        /// With the reason, which goes into a sentence.
        case failed(String)
    }

    private let limit: Int
    private let body = Mutex<[UInt8]>([])
    /// The first reply counts.
    private let replies: AsyncStream<Reply>.Continuation

    private init(limit: Int, replies: AsyncStream<Reply>.Continuation) {
        self.limit = limit
        self.replies = replies
    }

    static func reply(to request: URLRequest, limit: Int, within timeout: Duration) async throws -> Reply {
        let (stream, replies) = AsyncStream<Reply>.makeStream()
        let exchange = HTTPExchange(limit: limit, replies: replies)
        let configuration = URLSessionConfiguration.ephemeral
        // No reply is of use twice, and Foundation ends the process where a request is cancelled while it looks into a cache.
        configuration.urlCache = nil
        let session = URLSession(configuration: configuration, delegate: exchange, delegateQueue: nil)
        defer { session.invalidateAndCancel() }
        session.dataTask(with: request).resume()
        // A timeout of the session's own starts again with each byte that arrives.
        let alarm = Task {
            try await Task.sleep(for: timeout)
            replies.yield(.failed("it did not answer within \(timeout)"))
        }
        defer { alarm.cancel() }
        guard let reply = await stream.first(where: { _ in true }) else { throw CancellationError() }
        return reply
    }

    func urlSession(_: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let count = body.withLock {
            $0 += data
            return $0.count
        }
        // The status of what is no reply says more than its size.
        guard count > limit else { return }
        let status = (dataTask.response as? HTTPURLResponse)?.statusCode ?? 200
        replies.yield(status == 200 ? .tooLarge : .complete(status: status, type: nil, body: []))
    }

    func urlSession(_: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        if let error {
            replies.yield(.failed(error.localizedDescription))
        } else if let response = task.response as? HTTPURLResponse {
            replies.yield(.complete(status: response.statusCode, type: response.mimeType, body: body.withLock { $0 }))
        } else {
            replies.yield(.failed("it does not speak HTTP"))
        }
    }

    /// Follows no redirection: it could lead from HTTPS to HTTP, and the question would be left behind.
    func urlSession(
        _: URLSession, task _: URLSessionTask, willPerformHTTPRedirection _: HTTPURLResponse, newRequest _: URLRequest,
        completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
