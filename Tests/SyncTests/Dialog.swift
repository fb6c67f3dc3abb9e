import Canon
import Ledger
import Support
import Sync
import SyncSupport

/// Two sessions and the frames on their way between them.
struct Dialog {
    private(set) var dialer: SyncSession<MemoryStore>
    private(set) var listener: SyncSession<MemoryStore>
    private var toListener: [[UInt8]] = []
    private var toDialer: [[UInt8]] = []
    /// Frames of any kind that have arrived.
    private(set) var delivered = 0

    init(
        _ dialing: MemoryStore, _ listening: MemoryStore, seed: UInt64 = 1, dialerClaims: [Claim] = [], isCarrier: Bool = false
    ) throws {
        var generator = SeededGenerator(seed: seed)
        dialer = try SyncSession(
            store: dialing, device: dialing.device, peer: listening.device, isCarrier: isCarrier, isDialer: true,
            nonce: .random(using: &generator), claims: dialerClaims)
        listener = try SyncSession(
            store: listening, device: listening.device, peer: dialing.device, isDialer: false,
            nonce: .random(using: &generator), claims: [])
    }

    var isSettled: Bool { dialer.isSettled && listener.isSettled && toListener.isEmpty && toDialer.isEmpty }

    /// Lets one side take a step, if there is one; returns whether there was.
    private mutating func step(_ side: Int) throws -> Bool {
        switch side {
        case 0:
            guard let frame = try dialer.nextFrame() else { return false }
            toListener.append(frame)
        case 1:
            guard let frame = try listener.nextFrame() else { return false }
            toDialer.append(frame)
        case 2:
            guard !toListener.isEmpty else { return false }
            try listener.receive(toListener.removeFirst())
            try listener.storeChanged()
            delivered += 1
        default:
            guard !toDialer.isEmpty else { return false }
            try dialer.receive(toDialer.removeFirst())
            try dialer.storeChanged()
            delivered += 1
        }
        return true
    }

    struct Endless: Error {}

    /// Goes on until nothing moves any more or `limit` frames have arrived, in an order that the generator picks.
    mutating func run(limit: Int = 100_000, using generator: inout SeededGenerator) throws {
        var steps = 0
        while delivered < limit {
            let first = generator.pick(0..<4)
            guard try (0..<4).contains(where: { try step((first + $0) % 4) }) else { return }
            steps += 1
            if steps > 1_000_000 { throw Endless() }
        }
    }

    /// Goes on in the order in which two processes with an idle network would: each sends all it has, then both read.
    mutating func run() throws {
        var steps = 0
        while true {
            var moved = false
            for side in 0..<4 { while try step(side) { moved = true } }
            guard moved else { return }
            steps += 1
            if steps > 10_000 { throw Endless() }
        }
    }

    /// Has the dialler send all it can, while nothing arrives anywhere.
    mutating func sendFromDialer() throws { while try step(0) {} }

    mutating func tellDialerOfNews() throws { try dialer.storeChanged() }
    mutating func tellListenerOfNews() throws { try listener.storeChanged() }
}

extension Dialog {
    /// Syncs two stores to the end.
    @discardableResult
    static func sync(
        _ dialing: MemoryStore, _ listening: MemoryStore, isCarrier: Bool = false, using generator: inout SeededGenerator
    ) throws -> Dialog {
        var dialog = try Dialog(dialing, listening, seed: generator.next(), isCarrier: isCarrier)
        try dialog.run(using: &generator)
        return dialog
    }
}
