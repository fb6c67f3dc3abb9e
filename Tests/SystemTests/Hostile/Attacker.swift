import Canon
import Ledger
import LedgerSupport
import Support
import Sync
import Synchronization
import Transport

/// Somebody with a device key and a program of their own.
struct Attacker: Sendable {
    /// Connections of one attacker: fewer than one address may have, because the honest have the same address here.
    static let connections = 40

    let target: DeviceAddress
    let keys: DeviceKeys
    private let identity: DeviceTLS

    init(_ keys: DeviceKeys, against target: DeviceAddress) throws {
        self.target = target
        self.keys = keys
        identity = try DeviceTLS(keys.signing.key)
    }

    static let greeting = greeting(claims: [])

    static func greeting(claims: [Claim]) -> Frame {
        .hello(nonce: .zero, incarnation: .zero, seen: nil, claims: claims)
    }

    func connect<Result: Sendable>(_ body: @Sendable (Connection) async throws -> Result) async throws -> Result {
        try await Dialer.withConnection(to: target.endpoint, expecting: target.device, identity: identity, body)
    }

    /// Greets, says `frames` and returns what is answered until the other side is through with them or refuses one.
    @discardableResult
    func tell(_ frames: [Frame]) async throws -> [Frame] {
        try await connect { connection in
            async let saying: Void = say([Self.greeting.encoded] + frames.map(\.encoded), to: connection)
            var answers: [Frame] = []
            do {
                for try await bytes in connection.frames {
                    let frame = try Frame(decoding: bytes)
                    answers.append(frame)
                    if case .done(let received, _) = frame, received > frames.count { break }
                    if Self.refusal(in: [frame]) != nil { break }
                }
            } catch is TransportError {}
            try? await saying
            return answers
        }
    }

    /// Why a space, or the whole session, was refused.
    static func refusal(in answers: [Frame]) -> String? {
        answers.lazy.compactMap { answer in
            switch answer {
            case .refused(_, let reason), .refusal(let reason): reason
            default: nil
            }
        }.first
    }

    private func say(_ frames: [[UInt8]], to connection: Connection) async throws {
        for frame in frames { try await connection.send(frame) }
    }

    /// Does `deed` on many connections, on each again and again, for as long as `others` need.
    func swarm(
        _ count: Int = connections, while others: @escaping @Sendable () async throws -> Void,
        _ deed: @escaping @Sendable (Connection) async throws -> Void
    ) async throws {
        let arrivals = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask {
                    while !Task.isCancelled {
                        // Being thrown out is what an attacker expects.
                        try? await connect { connection in
                            arrivals.increment()
                            try await deed(connection)
                        }
                    }
                }
            }
            try await eventually(within: .seconds(60)) { arrivals.count >= count }
            try await others()
            group.cancelAll()
        }
    }

    /// Greets and says the same frames on many connections, for as long as `others` need.
    func flood(
        _ count: Int = connections, with frames: [Frame], isReading: Bool = false,
        while others: @escaping @Sendable () async throws -> Void
    ) async throws {
        let frames = ([Self.greeting] + frames).map(\.encoded)
        try await swarm(count, while: others) { connection in
            try await say(frames, to: connection)
            if isReading { for try await _ in connection.frames {} } else { await Self.wait() }
        }
    }

    /// Waits until the task is cancelled.
    static func wait() async {
        let (never, continuation) = AsyncStream<Never>.makeStream()
        for await _ in never {}
        continuation.finish()
    }
}

extension Attacker {
    static func stranger(to target: DeviceAddress, using generator: inout SeededGenerator) throws -> Attacker {
        try Attacker(DeviceKeys(using: &generator), against: target)
    }

    /// Puts changes of a space there, as a member does.
    @discardableResult
    func push(_ changes: [Change], to space: SpaceID) async throws -> [Frame] {
        guard let last = changes.last else { return [] }
        let tip = Tip(device: last.header.device, seq: last.header.seq, id: last.id)
        let frames = changes.chunked(upTo: SyncLimits.frame / 2).map { Frame.changes(space, $0) }
        return try await tell([.tips(space, [tip])] + frames + [.complete(space)])
    }
}

extension [Change] {
    /// In parts of at most so many bytes, as far as whole changes allow.
    fileprivate func chunked(upTo limit: Int) -> [[Change]] {
        var parts: [[Change]] = [[]]
        var size = 0
        for change in self {
            let bytes = change.headerBytes.count + change.body.count + 128
            if size + bytes > limit, !parts[parts.count - 1].isEmpty {
                parts.append([])
                size = 0
            }
            parts[parts.count - 1].append(change)
            size += bytes
        }
        return parts
    }
}

/// Counts what many tasks do.
private final class Counter: Sendable {
    private let value = Mutex(0)
    var count: Int { value.withLock { $0 } }
    func increment() { value.withLock { $0 += 1 } }
}
