import Canon
import Ledger

/// How far a space was brought to a peer.
struct Progress {
    /// Up to this arrival, what the peer lacked was sent.
    var position: UInt64 = 0
    /// The last changes of each log that the peer has, as far as they are known here.
    private(set) var held: [ChangeID: Tip]
    /// Whether `held` was written down for people to see.
    var isNoted = false

    init(held tips: [Tip]) { held = Dictionary(tips.map { ($0.id, $0) }) { first, _ in first } }

    /// The peer has these changes too, each log's in order.
    mutating func add(_ changes: some Sequence<Change>) {
        for change in changes {
            let header = change.header
            if let previous = header.previous { held[previous] = nil }
            held[change.id] = Tip(device: header.device, seq: header.seq, id: change.id)
            isNoted = false
        }
    }
}

/// Changes that came without what they build on, while tips are unanswered.
enum Lack {
    /// They were news, of which more may have been on their way when tips were sent.
    case news(LedgerError)
    /// They were news, and the answer brings what was missing.
    case mended
    /// They were an answer, so that the rest of it is of no use either.
    case answer(LedgerError)
}

/// Which spaces differ, and then what each side lacks of them.
extension SyncSession {
    mutating func open(_ theirs: Bytes32, _ incarnation: Bytes32, _ seen: StoreCursor?, _ proofs: [Claim]) throws {
        guard !isOpen else { throw SyncError(.unexpectedFrame, "The peer greeted twice.") }
        isOpen = true
        peerIncarnation = incarnation
        let proven = proofs.filter { $0.isValid(prover: peer.device, verifier: device) }
        peer = PeerIdentity(device: peer.device, keys: Set(proven.map(\.key)), isCarrier: peer.isCarrier)
        offered = try store.sequence()
        let key = SessionKey(seed: isDialer ? nonce.bytes + theirs.bytes : theirs.bytes + nonce.bytes)
        // Both sides judge by the two greetings, so they come to the same answer.
        if let seen, seen.incarnation == self.incarnation, self.seen?.incarnation == incarnation {
            comparison = .recent(key)
            try offer(try spacesNew(to: peer, after: seen.sequence), key)
        } else {
            let trie = SpaceTrie(try store.digests(sharedWith: peer), key: key)
            comparison = .all(trie)
            if isDialer { describe([], in: trie) } else { isRootAwaited = true }
        }
        for space in try store.spacesWithMissingBlobs() where try isShared(space) { try askForBlobs(in: space) }
    }

    /// Spaces with changes that the peer has not seen, and those it may read only because of what it proved just now.
    private func spacesNew(to peer: PeerIdentity, after sequence: UInt64) throws -> [SpaceID] {
        let changed = try store.spaces(changedAfter: sequence).filter(isShared)
        guard !peer.keys.isEmpty else { return changed }
        let asMember = Set(try store.spaces(sharedWith: PeerIdentity(device: peer.device, isCarrier: peer.isCarrier)))
        return Set(try store.spaces(sharedWith: peer)).subtracting(asMember).union(changed).sorted()
    }

    /// Offers what was stored since; called by the driver whenever the store has grown.
    package mutating func storeChanged() throws {
        guard isOpen else { return }
        try offerWishedBlobs()
        // News wait while the peer is busy with earlier ones and nothing else is sent, so that what comes fast goes in few frames.
        isHoldingNews = isNewsUnconfirmed && outgoing.isEmpty
        guard !isHoldingNews else { return }
        let sequence = try store.sequence()
        guard sequence > offered else { return }
        for space in try store.spaces(changedAfter: offered) where try isShared(space) && statistics.refusedByPeer[space] == nil {
            if progress[space] == nil {
                sendTips(of: space)
            } else {
                sendNews(of: space)
            }
        }
        offered = sequence
    }

    private mutating func sendNews(of space: SpaceID) {
        guard streams[space] == nil else { return }
        streams[space] = false
        outgoing.append(.changes(space))
    }

    /// Tips that the peer is remembered to have, of all spaces together.
    var heldTips: Int { progress.values.reduce(0) { $0 + $1.held.count } }

    var unasked: SyncError { SyncError(.unexpectedFrame, "The peer answered what was not asked.") }

    mutating func sendTips(of space: SpaceID) {
        guard awaitedSpaces[space] == nil else { return }
        awaitedSpaces[space] = Progress(held: [])
        outgoing.append(.tips(space))
    }

    /// Tells the tips of spaces, of those first in which something happened last.
    ///
    /// The peer answers in this order, and what it lacks is sent in the order of its answers, a space after another. So a new
    /// device can use what its owner works on long before it has all that is past. Of a space that is not shared, not even the
    /// place in this order says whether it is here.
    mutating func sendTips(ofEach spaces: some Sequence<SpaceID>) throws {
        let times = try spaces.map { (space: $0, time: try isShared($0) ? store.lastTime(in: $0) : 0) }
        for (space, _) in times.sorted(by: { ($1.time, $0.space) < ($0.time, $1.space) }) { sendTips(of: space) }
    }

    mutating func produceTips(of space: SpaceID) throws -> Frame? {
        // A peer may have sent all it has before it was asked.
        guard awaitedSpaces[space] != nil else { return nil }
        // What a peer sends without waiting for this stays known, so that the space is refused however fast it was.
        guard try isShared(space) else { return .tips(space, []) }
        try store.makeDurable(through: store.sequence())
        let tips = isMisjudged(space) ? [] : try store.tips(of: space)
        awaitedSpaces[space] = Progress(held: tips)
        return .tips(space, tips)
    }

    /// Whether the peer has twice left out what this side lacks of a space.
    ///
    /// It takes this side to have all that comes before a tip that it does not know; but of a device that forked, that may be another
    /// branch. Where this side names nothing, the peer sends everything.
    private func isMisjudged(_ space: SpaceID) -> Bool { retries[space, default: 0] > 1 }

    func isShared(_ space: SpaceID) throws -> Bool { try store.isShared(space, with: peer) }

    mutating func receiveSpace(_ frame: Frame) throws {
        switch frame {
        case .tips(let space, let theirs): try answerTips(space, theirs)
        case .changes(let space, let changes): try take(changes, of: space)
        case .complete(let space): try complete(space)
        case .refused(let space, let reason):
            // Of a fork each side may refuse what the other has.
            let isOver = statistics.refusedByPeer[space] != nil || statistics.refused[space] != nil
            guard progress.removeValue(forKey: space) != nil || isOver else { throw unasked }
            statistics.refusedByPeer[space] = reason
        default: break
        }
    }

    /// Streams what the peer lacks, and asks in turn if it has something that is missing here.
    ///
    /// To a peer that does not share the space, all spaces look as if they were unknown here.
    private mutating func answerTips(_ space: SpaceID, _ theirs: [Tip]) throws {
        guard streams[space] != true else { throw unasked }
        guard try isShared(space) else {
            // In this order, since the tips may say more by the time they are sent, and the peer then has to ask for that.
            outgoing.append(.frame(.complete(space)))
            if !theirs.isEmpty { sendTips(of: space) }
            return
        }
        if try theirs.contains(where: { try !store.holds($0.id, in: space) }) { sendTips(of: space) }
        progress[space] = Progress(held: theirs)
        guard heldTips <= SyncLimits.heldTips else { throw tooMuch }
        if streams.updateValue(true, forKey: space) == nil { outgoing.append(.changes(space)) }
    }

    mutating func produceChanges(of space: SpaceID) throws -> Frame? {
        guard let reached = progress[space],
            let batch = try store.changes(in: space, after: Array(reached.held.values), from: reached.position)
        else { return streams.removeValue(forKey: space) == true ? .complete(space) : nil }
        progress[space]?.position = batch.next
        progress[space]?.add(batch.changes)
        if streams[space] == false {
            unconfirmedNews = (statistics.framesSent + 1, statistics.framesReceived)
            if batch.next >= offered { streams[space] = nil }
        }
        if streams[space] != nil { outgoing.insert(.changes(space), at: 0) }
        try store.makeDurable(through: batch.next)
        statistics.changesSent += batch.changes.count
        return .changes(space, batch.changes)
    }
}

/// What the peer sends of a space.
extension SyncSession {
    private mutating func take(_ changes: [Change], of space: SpaceID) throws {
        guard statistics.refused[space] == nil else { return }
        if case .answer = lacking[space] { return }
        guard awaitedSpaces[space] != nil || progress[space] != nil else { throw unasked }
        do {
            let result = Verification.verify(changes)
            if let unproven = result.unproven.first {
                throw LedgerError(.badSignature, "\(unproven) is covered by no valid signature, so it is refused.")
            }
            let ingested = try store.ingest(result.verified, in: space, from: peer)
            if case .news = lacking[space] { lacking[space] = .mended }
            if !ingested.admitted.isEmpty { arrived = try store.sequence() }
            statistics.changesReceived += ingested.admitted.count
            statistics.changesKnown += ingested.known
            progress[space]?.add(changes)
            awaitedSpaces[space]?.add(changes)
            if !ingested.admitted.isEmpty, let receipt = try store.receipt(for: ingested.admitted) {
                outgoing.append(.frame(.receipt(receipt)))
            }
            if try awaitedSpaces[space] == nil && isShared(space) { try askForBlobs(in: space) }
        } catch let error as LedgerError where error.code == .missingDependency || error.code == .badSignature {
            try askAgain(for: space, because: error)
        } catch let error as any PeerReadable {
            try refuse(space, because: error)
        }
    }

    /// Compares a space anew; if its changes are still arriving, once they are through.
    private mutating func askAgain(for space: SpaceID, because error: LedgerError) throws {
        guard awaitedSpaces[space] != nil else {
            lacking[space] = .news(error)
            return try retry(space, because: error)
        }
        if case .news = lacking[space] { return }
        lacking[space] = .answer(error)
    }

    /// Sends the tips of a space once more, or refuses it because that was of no use so often.
    private mutating func retry(_ space: SpaceID, because error: LedgerError) throws {
        retries[space, default: 0] += 1
        guard retries[space, default: 0] <= SyncLimits.retries else { return try refuse(space, because: error) }
        sendTips(of: space)
    }

    /// Ends the exchange about one space; what is wrong with it need not keep the others from being synced.
    private mutating func refuse(_ space: SpaceID, because error: any PeerReadable) throws {
        guard statistics.refused.count < SyncLimits.refusedSpaces else { throw error }
        let reason = String(error.description.prefix(SyncLimits.reason / 4))
        statistics.refused[space] = reason
        progress[space] = nil
        outgoing.append(.frame(.refused(space, reason)))
    }

    private mutating func complete(_ space: SpaceID) throws {
        guard let reached = awaitedSpaces.removeValue(forKey: space) else { throw unasked }
        switch lacking.removeValue(forKey: space) {
        case .news(let error), .answer(let error): return try retry(space, because: error)
        case .mended: break
        case nil: retries[space] = nil
        }
        guard statistics.refused[space] == nil else { return }
        if try isShared(space) {
            // A peer that did not tell its own tips lacks nothing of what it was told, but what was stored since.
            if progress[space] == nil {
                progress[space] = reached
                sendNews(of: space)
            }
            try askForBlobs(in: space)
        } else if !reached.held.isEmpty {
            try refuse(
                space, because: SyncError(.notShared, "\(space) is not shared with \(peer.device), so it is not kept in sync."))
        }
    }
}
