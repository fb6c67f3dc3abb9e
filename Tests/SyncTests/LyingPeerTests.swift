import Canon
import Ledger
import LedgerSupport
import Support
import Sync
import SyncSupport
import Testing

/// A peer that does not keep to the protocol, or wants what is not its own.
struct LyingPeerTests {
    /// A replica with one contract, and a session of it with a peer that the test plays.
    private struct Victim {
        let store: MemoryStore
        let contract: MemorySpace.Contract
        var session: SyncSession<MemoryStore>
        var generator: SeededGenerator
        private let content: [SpaceID: Set<ChangeID>]

        /// `peer` is the freelancer's device if it may share the contract, and a stranger's otherwise.
        init(seed: UInt64 = 1, isMember: Bool, isGreeted: Bool = true) throws {
            var generator = SeededGenerator(seed: seed)
            var contract = try MemorySpace.contract(using: &generator)
            try contract.settle(using: &generator)
            let peer = isMember ? contract.bench : try Person(using: &generator).device(using: &generator)
            store = MemoryStore(contract.desk.id)
            try store.adopt(contract.space)
            session = try SyncSession(
                store: store, device: contract.desk.id, peer: peer.id, isDialer: false, nonce: .random(using: &generator),
                claims: [])
            if isGreeted {
                try session.receive(Self.hello.encoded)
                while try session.nextFrame() != nil {}
            }
            content = store.content
            self.contract = contract
            self.generator = generator
        }

        static let hello = Frame.hello(nonce: .zero, incarnation: .zero, seen: nil, claims: [])

        var space: SpaceID { contract.space.id }
        var isUntouched: Bool { store.content == content && store.receipts.isEmpty && store.attachments.isEmpty }

        /// Why the session ends when `frames` arrive; nil if it goes on.
        mutating func refusal(of frames: Frame...) throws -> SyncError.Code? {
            do {
                for frame in frames { try session.receive(frame.encoded) }
                return nil
            } catch let error as SyncError { return error.code }
        }

        /// What the session has to say, decoded.
        mutating func answers() throws -> [Frame] {
            var frames: [Frame] = []
            while let bytes = try session.nextFrame() { frames.append(try Frame(decoding: bytes)) }
            return frames
        }
    }

    private static let unknownSpace = SpaceID(.zero)
    private static let node = [UInt64](repeating: 1, count: SpaceTrie.children)
    private static let blob = Derivation.blobID(chunks: [])

    @Test("answers to what was not asked end the session")
    func unasked() throws {
        let receipt = try Receipt(by: SigningKey(seed: .zero), incarnation: .zero, time: 0, changes: [])
        let cases: [(String, SyncError.Code, (Victim) -> Frame)] = [
            ("a second greeting", .unexpectedFrame, { _ in Victim.hello }),
            ("the end of a comparison", .unexpectedFrame, { _ in .compared(prefix: [1]) }),
            ("a node", .unexpectedFrame, { _ in .node(prefix: [1], Self.node) }),
            ("spaces that changed", .unexpectedFrame, { _ in .recent([]) }),
            ("leaves", .unexpectedFrame, { _ in .leaves(prefix: [1], []) }),
            ("the end of a space", .unexpectedFrame, { .complete($0.space) }),
            ("the end of an unknown space", .unexpectedFrame, { _ in .complete(Self.unknownSpace) }),
            ("changes", .unexpectedFrame, { .changes($0.space, []) }),
            ("changes of an unknown space", .unexpectedFrame, { _ in .changes(Self.unknownSpace, []) }),
            ("a refused space", .unexpectedFrame, { .refused($0.space, "") }),
            ("a list of chunks", .badBlob, { _ in .chunkList(Self.blob, []) }),
            ("a chunk", .badBlob, { _ in .chunk(Self.blob, index: 0, []) }),
            ("the lack of an attachment", .badBlob, { _ in .noBlob(Self.blob) }),
            ("someone else's receipt", .badFrame, { _ in .receipt(receipt) }),
            ("the end of the session", .refusedByPeer, { _ in .refusal("") }),
        ]
        for (name, code, frame) in cases {
            var victim = try Victim(isMember: true)
            #expect(try victim.refusal(of: frame(victim)) == code, "\(name)")
            #expect(victim.isUntouched && victim.store.cursors.isEmpty, "\(name)")
        }
    }

    @Test("a receipt counts only from a relay of one's own, however well it is signed")
    func receiptOfNoRelay() throws {
        var victim = try Victim(isMember: true)
        let signer = victim.contract.bench.keys.signing
        let receipt = try Receipt(by: signer, incarnation: .zero, time: 0, changes: victim.store.content.values.flatMap(\.self))
        #expect(receipt.isValid)
        #expect(try victim.refusal(of: .receipt(receipt)) == .badFrame)
        #expect(victim.isUntouched)
    }

    @Test("a stranger who replays a space is refused, whether they wait for the answer to each frame or not", arguments: 0..<8)
    func replay(waiting: Int) throws {
        var victim = try Victim(isMember: false)
        let changes = victim.contract.space.changes.map(\.value)
        let last = try #require(changes.last)
        let tip = Tip(device: last.header.device, seq: last.header.seq, id: last.id)
        let frames = [Frame.tips(victim.space, [tip]), .changes(victim.space, changes), .complete(victim.space)]
        var answers: [Frame] = []
        for (place, frame) in frames.enumerated() {
            try victim.session.receive(frame.encoded)
            // Each bit says whether what is to be said goes out before the next frame arrives.
            if waiting >> place & 1 == 1 { answers += try victim.answers() }
        }
        answers += try victim.answers()
        #expect(answers.contains { if case .refused(victim.space, _) = $0 { true } else { false } })
        #expect(victim.isUntouched)
    }

    @Test("a stranger who names spaces learns nothing from the order of the answers")
    func orderOfAnswers() throws {
        var victim = try Victim(isMember: false)
        let contract = victim.contract
        victim.store.now = 77
        try victim.store.write(
            in: victim.space, by: contract.desk, .parties, epoch: contract.epoch, [Operation("said")], using: &victim.generator)
        #expect(victim.store.lastTime(in: victim.space) == 77)
        let spaces = [Self.unknownSpace, victim.space, try #require(SpaceID(bytes: [UInt8](repeating: 0xff, count: 32)))]
        try victim.session.receive(Frame.leaves(prefix: [], spaces.map { SpaceDigest(space: $0, digest: 1) }).encoded)
        let tips = try victim.answers().compactMap { if case .tips(let space, let tips) = $0 { (space, tips) } else { nil } }
        #expect(tips.map(\.0) == spaces && tips.allSatisfy(\.1.isEmpty))
    }

    @Test("many tips, of however many spaces, are refused rather than kept")
    func manyTips() throws {
        var victim = try Victim(isMember: true)
        var generator = SeededGenerator(seed: 1)
        let tips = (0..<SyncLimits.tips).map { _ in
            Tip(device: victim.contract.bench.id, seq: 9, id: ChangeID(.random(using: &generator)))
        }
        var refusal: SyncError.Code?
        for _ in 0...SyncLimits.heldTips / SyncLimits.tips where refusal == nil {
            var contract = try MemorySpace.contract(
                between: victim.contract.client, at: victim.contract.desk, and: victim.contract.freelancer,
                at: victim.contract.bench, using: &generator)
            try contract.settle(using: &generator)
            try victim.store.adopt(contract.space)
            refusal = try victim.refusal(of: .tips(contract.space.id, tips))
        }
        #expect(refusal == .limit)
    }

    @Test("nothing counts before the greeting")
    func beforeGreeting() throws {
        for frame in [
            Frame.tips(Self.unknownSpace, []), .node(prefix: [], Self.node), .noBlob(Self.blob), .complete(Self.unknownSpace),
        ] {
            var victim = try Victim(isMember: true, isGreeted: false)
            #expect(try victim.refusal(of: frame) == .unexpectedFrame)
            #expect(victim.isUntouched)
        }
        var victim = try Victim(isMember: true, isGreeted: false)
        #expect(try victim.refusal(of: .done(received: 1, sequence: 9), .alive) == nil)
        #expect(victim.isUntouched && victim.store.cursors.isEmpty && !victim.session.isSettled)
    }

    @Test("a peer that says it is through when it is not settles nothing")
    func earlyDone() throws {
        var victim = try Victim(isMember: true)
        #expect(try victim.refusal(of: .tips(victim.space, []), .done(received: 99, sequence: 9)) == nil)
        _ = try victim.answers()
        #expect(!victim.session.isSettled && victim.store.cursors.isEmpty)
    }

    @Test("to a stranger, a space that is here looks like one that is not")
    func strangers() throws {
        for space in [SpaceID?.none, Self.unknownSpace] {
            var victim = try Victim(isMember: false)
            let unknown = Tip(device: DeviceID(.zero), seq: 7, id: ChangeID(.zero))
            let known = try #require(victim.store.tips(of: victim.space).first)
            for tip in [unknown, known] {
                #expect(try victim.refusal(of: .tips(space ?? victim.space, [tip])) == nil)
                let answers = try victim.answers()
                let said = answers.map { frame in
                    switch frame {
                    case .tips(_, let tips): tips.isEmpty ? "no tips" : "tips"
                    case .complete: "complete"
                    case .done: "done"
                    default: "more"
                    }
                }
                #expect(said.sorted() == (tip == unknown ? ["complete", "no tips"] : ["complete"]), "\(tip == unknown)")
            }
            #expect(victim.isUntouched && victim.store.notes.isEmpty)
        }
    }

    @Test("a stranger cannot fetch an attachment")
    func foreignAttachments() throws {
        for isMember in [true, false] {
            var victim = try Victim(isMember: isMember)
            let blob = victim.store.attach([[1], [2]])
            try victim.store.write(
                in: victim.space, by: victim.contract.desk, .parties, epoch: victim.contract.epoch, blobs: [blob],
                using: &victim.generator)
            #expect(try victim.refusal(of: .wantBlob(victim.space, blob, chunks: nil)) == nil)
            let lists = try victim.answers().filter { if case .chunkList = $0 { true } else { false } }
            #expect(lists.count == (isMember ? 1 : 0))
        }
    }

    @Test("a member cannot ask for chunks that do not exist, or twice at once")
    func greedyMember() throws {
        for chunks in [[], [2], [0, 5], [-1].map { $0 + 24_576 }] {
            var victim = try Victim(isMember: true)
            let blob = victim.store.attach([[1], [2]])
            try victim.store.write(
                in: victim.space, by: victim.contract.desk, .parties, epoch: victim.contract.epoch, blobs: [blob],
                using: &victim.generator)
            #expect(try victim.refusal(of: .wantBlob(victim.space, blob, chunks: chunks)) == .limit, "\(chunks)")
        }
        var victim = try Victim(isMember: true)
        let blob = victim.store.attach([[1], [2]])
        try victim.store.write(
            in: victim.space, by: victim.contract.desk, .parties, epoch: victim.contract.epoch, blobs: [blob],
            using: &victim.generator)
        let want = Frame.wantBlob(victim.space, blob, chunks: [0])
        #expect(try victim.refusal(of: want, want) == .limit)
        #expect(try victim.refusal(of: .tips(victim.space, []), .tips(victim.space, [])) == .unexpectedFrame)
    }

    /// What a stranger sends as the contract's changes, once it was asked.
    private static let intrusions: [(name: String, make: @Sendable (inout Victim) throws -> [Change])] = [
        (
            "a change by a device that is no member",
            { victim in
                let stranger = try Person(using: &victim.generator).device(using: &victim.generator)
                var space = victim.contract.space
                let draft = space.draft(by: stranger.id)
                return [try draft.sealed(by: stranger.keys, salt: .zero).value]
            }
        ),
        (
            "a member's change with a bad signature",
            { victim in
                let change = try Self.next(&victim)
                return [Change(header: change.header, signature: change.signature?.map { ~$0 }, body: change.body)]
            }
        ),
        (
            "a member's change without a signature",
            { victim in
                let change = try Self.next(&victim)
                return [Change(header: change.header, signature: nil, body: change.body)]
            }
        ),
        (
            "a change whose past is missing",
            { victim in
                var space = victim.contract.space
                try space.write(by: victim.contract.bench, .control, [Operation("a")], using: &victim.generator)
                return [try space.write(by: victim.contract.bench, .control, [Operation("b")], using: &victim.generator)]
            }
        ),
        (
            "a fork",
            { victim in
                let genesis = victim.contract.space.changes[0].value
                var space = victim.contract.space
                var draft = space.draft(by: victim.contract.desk.id)
                (draft.seq, draft.previous, draft.parents) = (1, genesis.id, [])
                return [try draft.sealed(by: victim.contract.desk.keys, salt: .zero).value]
            }
        ),
        (
            "a good change before a bad one",
            { victim in
                let change = try Self.next(&victim)
                var space = victim.contract.space
                let stranger = try Person(using: &victim.generator).device(using: &victim.generator)
                return [change, try space.draft(by: stranger.id).sealed(by: stranger.keys, salt: .zero).value]
            }
        ),
    ]

    private static func next(_ victim: inout Victim) throws -> Change {
        var space = victim.contract.space
        return try space.write(
            by: victim.contract.bench, .parties, epoch: victim.contract.epoch, [Operation("any")], using: &victim.generator)
    }

    @Test("changes that do not belong are refused whole, and the other spaces go on", arguments: intrusions.indices)
    func intrusion(index: Int) throws {
        let (name, make) = Self.intrusions[index]
        var victim = try Victim(isMember: true)
        let changes = try make(&victim)
        let tip = Tip(device: DeviceID(.zero), seq: 0, id: ChangeID(.zero))
        var isRefused = false
        for _ in 0...SyncLimits.retries + 1 where !isRefused {
            #expect(try victim.refusal(of: .tips(victim.space, [tip])) == nil, "\(name)")
            _ = try victim.answers()
            #expect(try victim.refusal(of: .changes(victim.space, changes), .complete(victim.space)) == nil, "\(name)")
            isRefused = try victim.answers().contains { if case .refused(victim.space, _) = $0 { true } else { false } }
        }
        #expect(isRefused && victim.session.statistics.refused[victim.space] != nil, "\(name)")
        #expect(victim.isUntouched, "\(name)")
        let other = Tip(device: DeviceID(.zero), seq: 0, id: ChangeID(.zero))
        #expect(try victim.refusal(of: .tips(Self.unknownSpace, [other])) == nil, "the session goes on")
    }

    @Test("sound changes of a contract are not taken from a stranger who got hold of them")
    func stolenChanges() throws {
        var victim = try Victim(isMember: false)
        let stolen = try Self.next(&victim)
        let tip = Tip(device: stolen.header.device, seq: stolen.header.seq, id: stolen.id)
        #expect(try victim.refusal(of: .tips(victim.space, [tip])) == nil)
        _ = try victim.answers()
        #expect(try victim.refusal(of: .changes(victim.space, [stolen]), .complete(victim.space)) == nil)
        #expect(victim.isUntouched && victim.session.statistics.refused[victim.space] != nil)
    }

    @Test("news that lack what they build on are asked for once, however many were on their way", arguments: [1, 4, 20])
    func newsOnTheirWay(count: Int) throws {
        var victim = try Victim(isMember: true)
        let tips = victim.store.tips(of: victim.space)
        #expect(try victim.refusal(of: .tips(victim.space, tips)) == nil)
        _ = try victim.answers()
        var space = victim.contract.space
        let changes = try (0...count).map { _ in
            try space.write(
                by: victim.contract.bench, .parties, epoch: victim.contract.epoch, [Operation("any")], using: &victim.generator)
        }
        for change in changes.dropFirst() { #expect(try victim.refusal(of: .changes(victim.space, [change])) == nil) }
        let asked = try victim.answers().filter { if case .tips = $0 { true } else { false } }
        #expect(asked.count == 1)
        #expect(try victim.refusal(of: .changes(victim.space, changes), .complete(victim.space)) == nil)
        let rest = try victim.answers()
        #expect(rest.allSatisfy { if case .done = $0 { true } else { false } }, "\(rest)")
        #expect(victim.store.content[victim.space]?.isSuperset(of: changes.map(\.id)) == true)
        #expect(victim.session.statistics.refused.isEmpty)
    }

    @Test("a peer that sends all it has before it is asked is not asked any more, and the session ends")
    func unaskedAnswer() throws {
        var victim = try Victim(isMember: true)
        let change = try Self.next(&victim)
        let tip = Tip(device: change.header.device, seq: change.header.seq, id: change.id)
        let frames = [Frame.tips(victim.space, [tip]), .changes(victim.space, [change]), .complete(victim.space)]
        for frame in frames { #expect(try victim.refusal(of: frame) == nil) }
        let answers = try victim.answers()
        #expect(!answers.contains { if case .tips = $0 { true } else { false } }, "\(answers)")
        #expect(answers.contains { if case .done(received: 4, _) = $0 { true } else { false } }, "\(answers)")
        #expect(victim.store.content[victim.space]?.contains(change.id) == true)
    }

    @Test("a flood of questions is refused rather than queued")
    func flood() throws {
        var victim = try Victim(isMember: true)
        var generator = SeededGenerator(seed: 1)
        var refusal: SyncError.Code?
        for _ in 0...SyncLimits.outgoing where refusal == nil {
            refusal = try victim.refusal(of: .tips(SpaceID(.random(using: &generator)), []))
        }
        #expect(refusal == .limit && victim.isUntouched)
    }

    @Test("nobody compares spaces where both greetings say what changed")
    func comparisonAfterCursors() throws {
        var generator = SeededGenerator(seed: 1)
        let store = MemoryStore(DeviceID(.random(using: &generator)))
        let peer = DeviceID(.random(using: &generator))
        store.cursors[peer] = StoreCursor(incarnation: .zero, sequence: 0)
        var session = try SyncSession(
            store: store, device: store.device, peer: peer, isDialer: false, nonce: .zero, claims: [])
        let seen = StoreCursor(incarnation: store.incarnation(), sequence: 0)
        try session.receive(Frame.hello(nonce: .zero, incarnation: .zero, seen: seen, claims: []).encoded)
        #expect(throws: SyncError(.unexpectedFrame, "")) { try session.receive(Frame.node(prefix: [], Self.node).encoded) }
    }
}
