import NIOCore
import Support
import Testing

@testable import Transport

@Suite("Frame decoder")
struct FrameDecoderTests {
    @Test("frames come out whole, however the bytes are cut", arguments: seeds(50))
    func cutsDoNotMatter(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let frames = (0..<20).map { _ in random.bytes(random.pick(1..<200)) }
        let stream = frames.flatMap { frame(length: $0.count, $0) }
        var decoder = FrameDecoder()
        var decoded: [[UInt8]] = []
        var offset = 0
        while offset < stream.count {
            let end = min(stream.count, offset + random.pick(1..<300))
            decoder.append(ByteBuffer(bytes: stream[offset..<end]))
            while let frame = try decoder.next() { decoded.append(frame) }
            offset = end
        }
        #expect(decoded == frames, "seed \(seed)")
        #expect(!decoder.isInsideFrame)
    }

    @Test("any bytes whatever come to the same frames and the same fault, however they are cut", arguments: seeds(200))
    func anyBytes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        // Mostly zeros, so that lengths are often ones that frames may have.
        let stream = (0..<random.pick(0..<600)).map { _ in random.chance(70) ? 0 : UInt8(truncatingIfNeeded: random.next()) }
        func decode(cutting next: () -> Int) -> (frames: [[UInt8]], fault: FrameDecoder.Fault?, isInside: Bool) {
            var decoder = FrameDecoder()
            var frames: [[UInt8]] = []
            var offset = 0
            while offset < stream.count {
                let end = min(stream.count, offset + next())
                decoder.append(ByteBuffer(bytes: stream[offset..<end]))
                offset = end
                do throws(FrameDecoder.Fault) {
                    while let frame = try decoder.next() { frames.append(frame) }
                } catch { return (frames, error, true) }
            }
            return (frames, nil, decoder.isInsideFrame)
        }
        let whole = decode { stream.count }
        let cut = decode { random.pick(1..<8) }
        #expect(cut.frames == whole.frames && cut.fault == whole.fault && cut.isInside == whole.isInside, "seed \(seed)")
    }

    @Test("a length is judged before its bytes have come")
    func judgesLengthFirst() throws {
        func fault(_ length: Int) -> FrameDecoder.Fault? {
            var decoder = FrameDecoder()
            decoder.append(ByteBuffer(bytes: frame(length: length)))
            do throws(FrameDecoder.Fault) {
                let frame = try decoder.next()
                #expect(frame == nil)
                return nil
            } catch {
                return error
            }
        }
        #expect(fault(0) == .empty)
        #expect(fault(1) == nil)
        #expect(fault(TransportLimits.frame) == nil)
        #expect(fault(TransportLimits.frame + 1) == .tooLarge(TransportLimits.frame + 1))
        #expect(fault(Int(UInt32.max)) == .tooLarge(Int(UInt32.max)))
    }

    @Test("an incomplete header or payload counts as inside a frame")
    func knowsWhetherItIsInsideAFrame() throws {
        var decoder = FrameDecoder()
        #expect(!decoder.isInsideFrame)
        for byte in frame(length: 2, [7]) {
            decoder.append(ByteBuffer(bytes: [byte]))
            #expect(try decoder.next() == nil)
            #expect(decoder.isInsideFrame)
        }
        decoder.append(ByteBuffer(bytes: [8]))
        #expect(try decoder.next() == [7, 8])
        #expect(!decoder.isInsideFrame)
    }
}
