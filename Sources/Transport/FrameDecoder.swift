import NIOCore

/// Cuts a stream of bytes into frames: a length in four bytes, big-endian, then as many bytes of payload.
struct FrameDecoder {
    /// What no peer that follows the protocol sends.
    enum Fault: Error, Equatable {
        case empty
        case tooLarge(Int)
    }

    static let headerLength = 4

    private var unread = ByteBuffer()

    /// Whether some bytes of a frame have come, and others not.
    var isInsideFrame: Bool { unread.readableBytes > 0 }

    mutating func append(_ bytes: ByteBuffer) {
        if unread.readableBytes == 0 {
            unread = bytes
        } else {
            unread.discardReadBytes()
            unread.writeImmutableBuffer(bytes)
        }
    }

    /// The next whole frame; nil until more bytes come.
    ///
    /// The length is judged before its bytes have come, and memory grows with the bytes that came, never with what a header promises.
    mutating func next() throws(Fault) -> [UInt8]? {
        guard let length = unread.getInteger(at: unread.readerIndex, as: UInt32.self).map(Int.init) else { return nil }
        if length == 0 { throw .empty }
        if length > TransportLimits.frame { throw .tooLarge(length) }
        guard unread.readableBytes >= Self.headerLength + length else { return nil }
        unread.moveReaderIndex(forwardBy: Self.headerLength)
        let frame = unread.readBytes(length: length)
        // A connection at rest keeps no buffer.
        if unread.readableBytes == 0 { unread = ByteBuffer() }
        return frame
    }
}
