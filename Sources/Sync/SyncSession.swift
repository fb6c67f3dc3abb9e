package import Canon
package import Ledger

/// One sync with one peer, as a state machine: frames in, frames out, no socket and no clock.
///
/// Both sides run the same machine. Whoever drives it passes in what arrives, sends what `nextFrame` hands out, and calls
/// `storeChanged` when something new was stored. Running it again is how an interrupted sync resumes.
package struct SyncSession<Store: SyncStore> {
    /// What waits to be sent; all but answers are read from the store as the peer takes them, so nothing piles up here.
    enum Outgoing {
        case frame(Frame)
        case tips(SpaceID)
        /// What the peer lacks of a space; how it ends stands in `streams`.
        case changes(SpaceID)
        case chunkList(BlobID, SpaceID)
        case chunks(BlobID, ArraySlice<Int>)
    }

    let store: Store
    let device: DeviceID
    let nonce: Bytes32
    let isDialer: Bool
    /// What this side's greeting says; a session that runs beside this one may move the store's cursor on.
    let incarnation: Bytes32
    let seen: StoreCursor?

    package internal(set) var peer: PeerIdentity
    package internal(set) var statistics = SyncStatistics()
    var outgoing: [Outgoing]
    var isOpen = false
    var peerIncarnation = Bytes32.zero
    /// Nil before the greeting of the peer.
    var comparison: Comparison?
    /// Up to here this side's changes were offered to the peer.
    var offered: UInt64 = 0
    /// Up to here they include what the peer has sent.
    var arrived: UInt64 = 0
    /// Nodes that were sent and not yet compared, each with the children that the peer has described, one a bit.
    var awaitedNodes: [[UInt8]: UInt64] = [:]
    /// Whether the peer, who dialled, has yet to describe the root.
    var isRootAwaited = false
    /// Each with what the peer will have by the time it has answered, unless it says otherwise: what this side told and got.
    var awaitedSpaces: [SpaceID: Progress] = [:]
    /// How far the spaces that were compared in this session were brought to the peer; their news is pushed at once.
    var progress: [SpaceID: Progress] = [:]
    /// Streams of changes under way; true if one answers the peer's tips, and so has to end with `complete`.
    var streams: [SpaceID: Bool] = [:]
    /// Spaces whose changes came without what they build on while tips of them are unanswered.
    var lacking: [SpaceID: Lack] = [:]
    var retries: [SpaceID: Int] = [:]
    var blobs = BlobTransfers()
    /// After which frame each side had the last news that this side sent; nil while they are known to have arrived.
    var unconfirmedNews: (sent: UInt64, received: UInt64)?
    /// Whether something was stored of which the peer was not told yet, so that it goes out together with what follows.
    var isHoldingNews = false
    private var sentDone: (received: UInt64, sequence: UInt64)?
    private var peerDone: (received: UInt64, sequence: UInt64)?
    private var storedCursor: StoreCursor?
    private var isWaiting = false

    /// `peer` is who TLS proved it to be; `nonce` has to be fresh randomness; `claims` are proofs of invites and of the person,
    /// made for this peer.
    package init(
        store: Store, device: DeviceID, peer: DeviceID, isCarrier: Bool = false, isDialer: Bool, nonce: Bytes32, claims: [Claim]
    ) throws {
        self.store = store
        self.device = device
        self.peer = PeerIdentity(device: peer, isCarrier: isCarrier)
        self.isDialer = isDialer
        self.nonce = nonce
        incarnation = try store.incarnation()
        seen = try store.seen(of: peer)
        outgoing = [.frame(.hello(nonce: nonce, incarnation: incarnation, seen: seen, claims: claims))]
    }

    /// Whether both sides have said that nothing is left to do, about everything sent so far.
    package var isSettled: Bool {
        isIdle && sentDone?.received == statistics.framesReceived && peerDone?.received == statistics.framesSent
    }

    private var isIdle: Bool {
        isOpen && outgoing.isEmpty && awaitedNodes.isEmpty && awaitedSpaces.isEmpty && blobs.isIdle
    }
}

extension SyncSession {
    /// The next frame to send, or nil if this side waits.
    package mutating func nextFrame() throws -> [UInt8]? {
        repeat {
            while !outgoing.isEmpty {
                guard let frame = try produce() else { continue }
                statistics.framesSent += 1
                isWaiting = false
                return frame.encoded
            }
            // What was stored meanwhile is part of what `done` says is done.
            if isIdle || isHoldingNews { try storeChanged() }
        } while !outgoing.isEmpty
        if isIdle, sentDone?.received != statistics.framesReceived || sentDone?.sequence != offered {
            // It tells the peer that what came is here, so that has to outlive a loss of power too.
            try store.makeDurable(through: max(offered, arrived))
            sentDone = (statistics.framesReceived, offered)
            try settle()
            return Frame.done(received: statistics.framesReceived, sequence: offered).encoded
        }
        if !isWaiting, !isSettled {
            isWaiting = true
            statistics.roundTrips += 1
        }
        return nil
    }

    /// Takes the next step of the first thing that waits to be sent.
    private mutating func produce() throws -> Frame? {
        switch outgoing.removeFirst() {
        case .frame(let frame): return frame
        case .tips(let space): return try produceTips(of: space)
        case .changes(let space): return try produceChanges(of: space)
        case .chunkList(let blob, let space): return try produceChunkList(of: blob, in: space)
        case .chunks(let blob, let indices): return try produceChunk(of: blob, indices)
        }
    }

    /// Takes one frame from the peer.
    package mutating func receive(_ bytes: [UInt8]) throws { try receive(Frame(decoding: bytes)) }

    package mutating func receive(_ frame: Frame) throws {
        switch frame {
        case .alive: return
        case .refusal(let reason): throw SyncError(.refusedByPeer, reason)
        case .done(let received, let sequence):
            peerDone = (received, sequence)
            return try settle()
        default: break
        }
        statistics.framesReceived += 1
        guard isOpen || frame.isGreeting else {
            throw SyncError(.unexpectedFrame, "The peer sent something before its greeting.")
        }
        switch frame {
        case .hello(let theirs, let incarnation, let seen, let claims): try open(theirs, incarnation, seen, claims)
        case .node, .compared, .leaves: try receiveTrie(frame)
        case .recent(let spaces): try compare(spaces)
        case .tips, .changes, .complete, .refused: try receiveSpace(frame)
        case .wantBlob, .chunkList, .chunk, .noBlob: try receiveBlob(frame)
        case .receipt(let receipt):
            // Whoever is no relay of this side's has no word in when something was delivered.
            guard peer.isCarrier, receipt.relay == peer.device, receipt.isValid else {
                throw SyncError(.badFrame, "The peer sent a receipt that it did not sign, or is no relay of this side.")
            }
            try store.store(receipt)
            statistics.receipts += 1
        case .alive, .refusal, .done: break
        }
        guard outgoing.count <= SyncLimits.outgoing, awaitedSpaces.count <= SyncLimits.openSpaces else { throw tooMuch }
    }

    var tooMuch: SyncError { SyncError(.limit, "The peer asks for more at once than is allowed. Update the older side.") }

    /// Whether the peer has yet to say anything since the last news were sent, its `done` included.
    var isNewsUnconfirmed: Bool {
        guard let news = unconfirmedNews else { return false }
        return peerDone?.received ?? 0 < news.sent && statistics.framesReceived == news.received
    }

    /// Once both sides are through, what the peer had is seen, and the next session starts from there.
    ///
    /// A refused space was not seen, so that it is offered again.
    private mutating func settle() throws {
        guard isSettled, let peerDone else { return }
        // An answer that was here before this side began to wait took its time all the same.
        statistics.roundTrips = max(1, statistics.roundTrips)
        var held: [SpaceID: [Tip]] = [:]
        for (space, reached) in progress where !reached.isNoted {
            progress[space]?.isNoted = true
            held[space] = reached.held.values.sorted()
        }
        var cursor: StoreCursor? = StoreCursor(incarnation: peerIncarnation, sequence: peerDone.sequence)
        if !statistics.refused.isEmpty || cursor == storedCursor { cursor = nil }
        guard !held.isEmpty || cursor != nil else { return }
        storedCursor = cursor ?? storedCursor
        try store.remember(held: held, seen: cursor, of: peer.device)
    }

    /// What keeps a quiet connection open.
    package static var alive: [UInt8] { Frame.alive.encoded }

    /// The last frame of a session that this side ends because of `error`.
    package static func refusal(_ error: any Error) -> [UInt8] {
        let reason = (error as? any PeerReadable)?.description ?? "This side cannot go on because of a fault of its own."
        return Frame.refusal(String(reason.prefix(SyncLimits.reason / 4))).encoded
    }
}

extension Frame {
    fileprivate var isGreeting: Bool { if case .hello = self { true } else { false } }
}
