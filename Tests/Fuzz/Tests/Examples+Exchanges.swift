import Canon
import FuzzSubjects
import Ledger
import LedgerSupport
import Sync
import SyncSupport

extension Examples {
    /// One of each kind.
    func frames() throws -> [Frame] {
        let number = Timeline.numbered
        let claim = try Claim(by: contract.client.key, prover: contract.desk.id, verifier: contract.bench.id)
        let cursor = StoreCursor(incarnation: number(2), sequence: 3)
        let unsigned = Change(header: changes[1].header, signature: nil, body: changes[1].body)
        return [
            .hello(nonce: number(1), incarnation: number(2), seen: cursor, claims: [claim]),
            .node(prefix: [1, 15], (0..<64).map { $0 << 40 }),
            .compared(prefix: []), .recent([SpaceDigest(space: scene.space, digest: 1)]),
            .leaves(prefix: [1], [SpaceDigest(space: scene.space, digest: 7)]),
            .tips(scene.space, [Tip(device: contract.desk.id, seq: 1, id: changes[1].id)]),
            .changes(scene.space, [changes[0], unsigned]), .complete(scene.space),
            .wantBlob(scene.space, BlobID(number(7)), chunks: [0, 7]), .chunkList(BlobID(number(7)), [number(1), number(2)]),
            .chunk(BlobID(number(7)), index: 3, [1, 2, 3]), .noBlob(BlobID(number(7))), .receipt(try receipt()),
            .done(received: 3, sequence: 9), .refusal("Because."), .alive, .refused(scene.space, "Für diesen Raum."),
        ]
    }

    /// The client's store, which has a message and an attachment more.
    private func store() throws -> MemoryStore {
        let store = MemoryStore(contract.desk.id)
        try store.adopt(contract.space)
        var generator = scene.generator
        let blob = store.attach([[1, 2, 3], [4, 5]])
        try store.write(
            in: scene.space, by: contract.desk, .parties, epoch: contract.epoch, [Operation("message.send")], blobs: [blob],
            using: &generator)
        return store
    }

    func bundle() throws -> [UInt8] {
        try Bundle.bytes(of: scene.space, from: try store())
    }

    /// What the client's device sends in a session with the freelancer's.
    func session() throws -> [UInt8] {
        var (_, listener) = try scene.session()
        var dialer = try SyncSession(
            store: try store(), device: contract.desk.id, peer: contract.bench.id, isDialer: true, nonce: Timeline.numbered(2),
            claims: [])
        var sent: [[UInt8]] = []
        while !dialer.isSettled || !listener.isSettled {
            while let frame = try dialer.nextFrame() {
                sent.append(frame)
                try listener.receive(frame)
                try listener.storeChanged()
            }
            while let frame = try listener.nextFrame() {
                try dialer.receive(frame)
                try dialer.storeChanged()
            }
        }
        return Self.file(sent)
    }

    private static func file(_ frames: [[UInt8]]) -> [UInt8] { frames.flatMap { Bundle.prefix($0) + $0 } }
}
