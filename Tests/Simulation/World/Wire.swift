import Canon
import Foundation
import Ledger
import Replica
import Store
import Support
import Sync

/// One end of a session, whatever store it is of.
protocol WireEnd: AnyObject {
    func nextFrame() throws -> [UInt8]?
    func receive(_ frame: [UInt8]) throws
    var isSettled: Bool { get }
    var statistics: SyncStatistics { get }
}

/// A session over any store.
final class SessionEnd<Store: SyncStore>: WireEnd {
    private var session: SyncSession<Store>

    init(_ session: SyncSession<Store>) { self.session = session }

    func nextFrame() throws -> [UInt8]? { try session.nextFrame() }
    func receive(_ frame: [UInt8]) throws { try session.receive(frame) }
    var isSettled: Bool { session.isSettled }
    var statistics: SyncStatistics { session.statistics }
}

/// Who takes part in an exchange.
enum Station {
    case machine(Machine)
    case relay(SimulatedRelay)

    var name: String {
        switch self {
        case .machine(let machine): machine.name
        case .relay(let relay): relay.name
        }
    }

    var device: DeviceID {
        switch self {
        case .machine(let machine): machine.device
        case .relay(let relay): relay.device
        }
    }

    var machine: Machine? { if case .machine(let machine) = self { machine } else { nil } }
    var relay: SimulatedRelay? { if case .relay(let relay) = self { relay } else { nil } }

    /// A session of this station with `peer`; `keys` are proved beside those of invites.
    func end(
        with peer: Station, isDialer: Bool, proving keys: [SigningKey], using generator: inout SeededGenerator
    ) throws -> any WireEnd {
        let nonce = Bytes32.random(using: &generator)
        switch self {
        case .machine(let machine):
            let invites = try machine.replica.heldInvites().map { try $0.secret.signingKey() }
            let claims = try (keys + invites).map { try Claim(by: $0, prover: device, verifier: peer.device) }
            return SessionEnd(
                try SyncSession(
                    store: machine.replica, device: device, peer: peer.device, isCarrier: peer.relay != nil, isDialer: isDialer,
                    nonce: nonce, claims: claims))
        case .relay(let relay):
            guard let lie = relay.lie else {
                return SessionEnd(
                    try SyncSession(
                        store: relay.store, device: device, peer: peer.device, isDialer: isDialer, nonce: nonce, claims: []))
            }
            let store = LyingStore(honest: relay.store, lie: lie, seed: generator.next())
            return SessionEnd(
                try SyncSession(store: store, device: device, peer: peer.device, isDialer: isDialer, nonce: nonce, claims: []))
        }
    }
}

/// A connection between two stations, with what is on its way.
final class Wire {
    /// The last step of a connection, or that there will be more.
    enum Outcome {
        case open
        /// Both have said that nothing is left to do.
        case settled
        /// Neither has anything to say, and one still waits: only where frames were lost or somebody lies.
        case silent
        /// One side, which is told, has ended it.
        case failed(any Error, at: Station)
    }

    let dialer: Station
    let listener: Station
    let ends: [any WireEnd]
    var tampering: Tampering?
    /// Frames in transit, to the dialer and to the listener.
    private var transit: [[[UInt8]]] = [[], []]
    /// Is told of every frame that arrives, and where.
    var onFrame: ([UInt8], Station) -> Void = { _, _ in }

    init(
        _ dialer: Station, _ listener: Station, proving keys: [SigningKey] = [], using generator: inout SeededGenerator
    ) throws {
        self.dialer = dialer
        self.listener = listener
        ends = [
            try dialer.end(with: listener, isDialer: true, proving: keys, using: &generator),
            try listener.end(with: dialer, isDialer: false, proving: [], using: &generator),
        ]
    }

    var isSettled: Bool { ends.allSatisfy(\.isSettled) }

    /// Whether nobody lies or takes frames away here.
    var isHonest: Bool { tampering == nil && dialer.relay?.lie == nil && listener.relay?.lie == nil }

    func touches(_ machine: Machine) -> Bool { dialer.machine === machine || listener.machine === machine }
    func touches(_ relay: SimulatedRelay) -> Bool { dialer.relay === relay || listener.relay === relay }

    /// Carries up to `frames` frames.
    func pump(_ frames: Int) -> Outcome {
        var left = frames
        while left > 0 {
            var isMoving = false
            for (index, station) in [dialer, listener].enumerated() {
                do {
                    while left > 0, let frame = try ends[index].nextFrame() {
                        left -= 1
                        isMoving = true
                        transit[1 - index] += tampering?.tamper(with: frame, from: index) ?? [frame]
                    }
                    for frame in transit[index] {
                        isMoving = true
                        onFrame(frame, station)
                        try ends[index].receive(frame)
                    }
                    transit[index] = []
                } catch { return .failed(error, at: station) }
            }
            if !isMoving { return isSettled ? .settled : .silent }
        }
        return .open
    }
}
