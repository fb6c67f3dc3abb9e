import Agreement
import Canon
import Ledger
import Support
import Testing

/// A device in a scene; clients and freelancers have two, so that they can contradict themselves.
enum Actor: UInt8, CaseIterable, Sendable {
    case client = 1
    case otherClient, freelancer, otherFreelancer, agent, mediator, newAgent, newMediator

    var role: Role {
        switch self {
        case .client, .otherClient: .client
        case .freelancer, .otherFreelancer: .freelancer
        case .agent, .newAgent: .agent
        case .mediator, .newMediator: .mediator
        }
    }

    /// As the terms of scenes name the first agent and the first mediator.
    var person: PersonID { PersonID(.filled(rawValue)) }

    static let parties: [Actor] = [.client, .freelancer]
}

/// A history of acts, each with the place and the past that its signer's device gives it.
struct Scene<Machine: ActMachine> {
    private(set) var history: [SignedAct<Machine.Act>] = []
    private(set) var fold = ActFold<Machine>()
    private let devices: [Actor: DeviceID]
    private var counts: [Actor: UInt64] = [:]
    private var own: [Actor: VersionVector] = [:]

    /// Devices in an order that decides between acts that had not seen one another.
    init(order: [Actor] = Actor.allCases) {
        let rest = Actor.allCases.filter { !order.contains($0) }
        devices = Dictionary(
            uniqueKeysWithValues: (order + rest).enumerated().map { ($1, DeviceID(.filled(UInt8($0) + 1))) })
    }

    /// A point in the history: what follows has not been seen by whoever acts `after` it.
    var now: Int { history.count }

    /// Signs an act; whoever signs has seen all that their device has, the first `after` acts, by default all, and those named.
    @discardableResult
    mutating func act(_ actor: Actor, _ act: Machine.Act, seeing: [ChangeID] = [], after: Int? = nil) -> ChangeID {
        var past = own[actor] ?? VersionVector()
        for signed in history.prefix(after ?? history.count) + history.filter({ seeing.contains($0.change) }) {
            past.merge(signed.moment.past)
            past.insert(signed.stamp)
        }
        let lamport = history.filter { past.contains($0.stamp) }.map(\.stamp.lamport).max() ?? 0
        let device = devices[actor] ?? DeviceID(.zero)
        let seq = counts[actor] ?? 0
        let change = Self.change(history.count + 1)
        let stamp = Stamp(lamport: lamport + 1, device: device, seq: seq, change: change)
        let signed = SignedAct(act, at: Moment(stamp: stamp, past: past), by: actor.role, of: actor.person)
        history.append(signed)
        if fold.entries.last.map({ $0.signed.stamp < stamp }) ?? true { fold.append(signed) } else { fold = ActFold(history) }
        past.insert(stamp)
        (own[actor], counts[actor]) = (past, seq + 1)
        return change
    }

    /// The id of the act that was signed at a place, from 1.
    static func change(_ place: Int) -> ChangeID {
        ChangeID(Bytes32([UInt8](repeating: 0, count: 24) + Derivation.bigEndian(UInt64(place))) ?? .zero)
    }

    var state: Machine { fold.state }
    /// Why acts are void, in linear order.
    var voids: [String] { fold.entries.compactMap(\.void) }

    /// Why an act is refused before it is signed.
    func reason(_ actor: Actor, _ act: Machine.Act) -> String? {
        state.reasonToBar(actor.person, as: actor.role) ?? state.reasonToRefuse(act, by: actor.role)
    }

    /// Expects that an act is refused under a rule, both before it is signed and when somebody signs it all the same.
    mutating func refuses(
        _ actor: Actor, _ act: Machine.Act, _ rule: String, _ words: String = "", at location: SourceLocation = #_sourceLocation
    ) {
        let before = state
        let reason = reason(actor, act)
        #expect(
            reason?.hasSuffix(" (rule \(rule)).") == true, "\(actor) \(act): \(reason ?? "allowed")", sourceLocation: location)
        #expect(words.isEmpty || reason?.contains(words) == true, "\(reason ?? "allowed")", sourceLocation: location)
        var hostile = self
        let change = hostile.act(actor, act)
        let entry = hostile.fold.entries.first { $0.signed.change == change }
        #expect(entry?.void == reason, sourceLocation: location)
        #expect(hostile.state == before, "A void act changed the state.", sourceLocation: location)
    }

    /// Expects that an act is allowed, and signs it.
    @discardableResult
    mutating func allows(_ actor: Actor, _ act: Machine.Act, at location: SourceLocation = #_sourceLocation) -> ChangeID {
        let reason = reason(actor, act)
        #expect(reason == nil, "\(actor) \(act)", sourceLocation: location)
        return self.act(actor, act)
    }

    /// Expects the same state and the same refusals in every order of arrival; of many acts, in some.
    func expectOneOutcome(at location: SourceLocation = #_sourceLocation) {
        let expected = fold
        let last = history.suffix(5)
        var generator = SeededGenerator(seed: UInt64(history.count))
        let orders =
            last.permutations.map { Array(history.dropLast(last.count)) + $0 }
            + (0..<10).map { _ in history.shuffled(using: &generator) }
        for order in orders {
            let other = ActFold<Machine>(order)
            #expect(other.state == expected.state, sourceLocation: location)
            #expect(other.entries.map(\.void) == expected.entries.map(\.void), sourceLocation: location)
        }
    }
}

extension RandomAccessCollection {
    /// Every order of the elements.
    var permutations: [[Element]] {
        guard let first else { return [[]] }
        return Array(dropFirst()).permutations.flatMap { rest in
            (0...rest.count).map { Array(rest[..<$0]) + [first] + Array(rest[$0...]) }
        }
    }
}

extension Bytes32 {
    static func filled(_ byte: UInt8) -> Bytes32 { Bytes32([UInt8](repeating: byte, count: count)) ?? .zero }
}
