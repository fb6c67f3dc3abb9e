package import Ledger
import NIOCore

/// An open connection with a device that has proven its key; valid inside the closure that received it.
package struct Connection: Sendable {
    package let peer: DeviceID
    /// The dialled address, or the one a caller came from.
    package let remote: Endpoint
    private let inbound: NIOAsyncChannelInboundStream<[UInt8]>
    private let channel: any Channel
    private let status: ConnectionStatus

    init(
        peer: DeviceID, remote: Endpoint, inbound: NIOAsyncChannelInboundStream<[UInt8]>, channel: any Channel,
        status: ConnectionStatus
    ) {
        self.peer = peer
        self.remote = remote
        self.inbound = inbound
        self.channel = channel
        self.status = status
    }

    /// What went over the connection so far, at any time.
    package var traffic: Traffic { status.traffic }

    /// The peer's frames, in order; to be iterated once, by one task.
    ///
    /// Ends after the peer's goodbye or one's own `close()`; throws when the connection ends in any other way. Frames that
    /// are not taken stop the reading of the socket, and with it in the end the peer.
    package var frames: Frames { Frames(inbound: inbound, remote: remote, status: status) }

    /// Sends one frame, and returns when the socket has it or little enough waits for the socket.
    ///
    /// That the peer has it only an answer tells. Each call holds no more than its own frame; a call that is cancelled
    /// drops the connection, because half a frame cannot be taken back. Throws `emptyFrame` or `frameTooLarge` without
    /// harm to the connection, else why the connection ended.
    package func send(_ frame: [UInt8]) async throws(TransportError) {
        guard !frame.isEmpty else { throw .emptyFrame(at: remote) }
        guard frame.count <= TransportLimits.frame else { throw .frameTooLarge(frame.count, at: remote) }
        do {
            try await withTaskCancellationHandler {
                try await channel.eventLoop.flatSubmit { [channel] in
                    let written = channel.writeAndFlush(frame)
                    return channel.isActive && channel.isWritable ? channel.eventLoop.makeSucceededVoidFuture() : written
                }.get()
            } onCancel: {
                channel.abort()
            }
        } catch {
            throw Task.isCancelled ? .cancelled(remote) : status.failure ?? TransportError(error, at: remote)
        }
    }

    /// Says goodbye and closes, as also happens to what is left open; `frames` then ends.
    package func close() { channel.close(promise: nil) }
}

/// The frames of a connection, as they come.
package struct Frames: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = TransportError

    fileprivate let inbound: NIOAsyncChannelInboundStream<[UInt8]>
    fileprivate let remote: Endpoint
    fileprivate let status: ConnectionStatus

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: inbound.makeAsyncIterator(), remote: remote, status: status)
    }

    /// The one reader of a connection.
    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var base: NIOAsyncChannelInboundStream<[UInt8]>.AsyncIterator
        fileprivate let remote: Endpoint
        fileprivate let status: ConnectionStatus

        /// The next frame; nil after a goodbye.
        package mutating func next() async throws(TransportError) -> [UInt8]? {
            do {
                if let frame = try await base.next() { return frame }
            } catch {
                throw Task.isCancelled ? .cancelled(remote) : status.failure ?? TransportError(error, at: remote)
            }
            if Task.isCancelled { throw .cancelled(remote) }
            return nil
        }
    }
}
