import Canon
import Ledger
import Relay
import Store
import Support
import Sync
import Synchronization
import Testing
import Transport

@Suite("Attachments through a relay", .timeLimit(.minutes(2)))
struct AttachmentTests {
    /// 5 MiB in chunks as large as a replica makes them.
    private static let chunks = (0..<20).map { [UInt8](repeating: $0, count: SyncLimits.chunk) }

    private static func attach(to space: SpaceID, by party: Party) throws -> BlobID {
        var rest = chunks[...]
        let blob = try party.store.addBlob { rest.popFirst() }
        try party.say("See attachment.", in: space, blobs: [blob])
        return blob
    }

    private static func content(of blob: BlobID, at party: Party) throws -> [[UInt8]?] {
        try chunks.indices.map { try party.chunk($0, of: blob) }
    }

    @Test("an attachment of 5 MiB arrives as it was sent")
    func arrives() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (client, freelancer, space) = try await harness.contract(through: relay)
            let blob = try Self.attach(to: space, by: client)
            let sent = try await client.sync(with: relay)
            #expect(sent.chunksSent == Self.chunks.count)
            let received = try await freelancer.sync(with: relay)
            #expect(received.chunksReceived == Self.chunks.count)
            #expect(try Self.content(of: blob, at: freelancer) == Self.chunks)
            #expect(try freelancer.completeBlobs(in: space) == [blob])
        }
    }

    @Test("an upload whose connection ends in the middle goes on where it stopped, and sends no chunk twice")
    func resumesUpload() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (client, freelancer, space) = try await harness.contract(through: relay)
            let blob = try Self.attach(to: space, by: client)
            let frames = FrameRecorder()
            try await client.syncCutOff(with: relay, after: 7, tap: frames.tap)
            #expect(frames.sent.count { Self.isChunk($0) } == 7)
            let resumed = try await client.sync(with: relay, tap: frames.tap)
            #expect(resumed.chunksSent == 13)
            #expect(frames.sent.count { Self.isChunk($0) } == Set(frames.sent.filter(Self.isChunk)).count)
            try await freelancer.sync(with: relay)
            #expect(try Self.content(of: blob, at: freelancer) == Self.chunks)
        }
    }

    @Test("a download whose connection ends in the middle goes on where it stopped")
    func resumesDownload() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (client, freelancer, space) = try await harness.contract(through: relay)
            let blob = try Self.attach(to: space, by: client)
            try await client.sync(with: relay)
            try await freelancer.syncCutOff(with: relay, after: 7)
            #expect(try freelancer.missingChunks(of: blob) == Array(7..<20))
            let resumed = try await freelancer.sync(with: relay)
            #expect(resumed.chunksReceived == 13)
            #expect(try Self.content(of: blob, at: freelancer) == Self.chunks)
        }
    }

    private static func isChunk(_ frame: [UInt8]) -> Bool {
        if case .chunk? = try? Frame(decoding: frame) { true } else { false }
    }

    @Test("an attachment that reaches the relay late is pushed to who is waiting for it")
    func late() async throws {
        let harness = try RelayHarness()
        try await harness.run { relay in
            let (client, freelancer, space) = try await harness.contract(through: relay)
            let blob = try Self.attach(to: space, by: client)
            try await client.syncCutOff(with: relay, after: 3)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await freelancer.sync(with: relay, mode: .live) }
                try await eventually { try freelancer.missingBlobs(in: space) == [blob] }
                try await client.sync(with: relay)
                try await eventually { try freelancer.completeBlobs(in: space) == [blob] }
                group.cancelAll()
            }
            #expect(try Self.content(of: blob, at: freelancer) == Self.chunks)
        }
    }

    @Test("a relay keeps attachments up to its limit, and the rest of the space beyond it")
    func limit() async throws {
        var harness = try RelayHarness()
        harness.limits.blobBytesPerSpace = 4 * 1_024 * 1_024
        try await harness.run { [harness] relay in
            let (client, freelancer, space) = try await harness.contract(through: relay)
            _ = try Self.attach(to: space, by: client)
            let sent = try await client.sync(with: relay)
            #expect(sent.chunksSent == 0 && sent.changesSent == 1)
            try await freelancer.sync(with: relay)
            #expect(try freelancer.messages(in: space) == ["See attachment."])
        }
    }
}

extension Party {
    /// Syncs until so many chunks have passed, and then ends in an error.
    fileprivate func syncCutOff(with relay: DeviceAddress, after count: Int, tap: FrameTap? = nil) async throws {
        chunkBudget.withLock { $0 = count }
        // The relay may have hung up already when the fault is reported.
        await #expect(throws: (any Error).self) { try await sync(with: relay, tap: tap) }
        chunkBudget.withLock { $0 = .max }
    }
}
