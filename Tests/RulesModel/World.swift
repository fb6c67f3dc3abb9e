import Agreement
import Canon
import Ledger
import Testing

/// The rules, or the rules with a planted mistake.
protocol Rules: ActMachine where Act == Agreement.Act {
    var contract: ContractState { get }
}

extension Rules {
    var accordInForce: ChangeID? { contract.accordInForce }
}

extension ContractState: Rules {
    var contract: ContractState { self }
}

/// A small contract to explore, and what may be done in it.
struct World: Sendable {
    let name: String
    let terms: Terms
    /// Terms that the parties may offer over it; without any, nobody amends, pauses or ends.
    var amendments: [Terms] = []
    /// How many offers are made in all, once the contract is active.
    var offers = 3
    /// Negotiates alone: no milestone is worked on beyond funding and release.
    var isNarrow = false
    /// Puts the mediator's and the agent's devices first in the order that breaks ties, and the client's last.
    var isReversed = false

    /// Nil only if the library refused the seed, which the walk's coverage would show.
    static let relayKey = try? SigningKey(seed: bytes(of: 200))
    static let relay = DeviceID(relayKey?.publicKey ?? .zero)
    static let agent = PersonID(bytes(of: 201))
    static let mediator = PersonID(bytes(of: 202))
    /// Devices of each party; the agent has one.
    static let devices = 3
    private static let roles: [Role] = [.client, .freelancer, .agent, .mediator]

    static func bytes(of number: Int, _ second: Int = 0) -> Bytes32 {
        var bytes = [UInt8](repeating: 0, count: Bytes32.count)
        (bytes[0], bytes[1], bytes[2]) = (
            UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: second >> 8), UInt8(truncatingIfNeeded: second)
        )
        return Bytes32(bytes) ?? .zero
    }

    var roles: [Role] { Self.roles.filter { $0 != .agent && $0 != .mediator || terms.agent != nil } }

    func device(_ role: Role, _ number: Int = 0) -> DeviceID {
        let place = (Self.roles.firstIndex(of: role) ?? 0) * 10 + number + 1
        return DeviceID(Self.bytes(of: isReversed ? 100 - place : place))
    }

    /// The agent or the mediator; which of the parties signs makes no difference to the rules.
    static func person(in role: Role) -> PersonID? { role == .agent ? agent : role == .mediator ? mediator : nil }

    /// A device's next act, for which what it had seen determines id, sequence number and place; so that the same history has
    /// the same ids, in whatever order it was explored.
    func sign(_ act: Act, by role: Role, _ device: DeviceID, having past: VersionVector, after lamport: UInt64) -> SignedAct<Act>
    {
        let seq = past[LogID(device)]
        let change = ChangeID(Self.bytes(of: Int(device.bytes[0]), Int(seq) + 1))
        let stamp = Stamp(lamport: lamport + 1, device: device, seq: seq, change: change)
        return SignedAct(act, at: Moment(stamp: stamp, past: past), by: role, of: Self.person(in: role))
    }
}

extension World {
    private static let euro = Currency(code: "EUR")

    private static func fixed(_ amounts: [Int64], by agent: PersonID? = World.agent, _ mediator: PersonID? = World.mediator)
        -> Terms?
    {
        euro.map { currency in
            let milestones = amounts.enumerated().map {
                MilestoneTerms(number: $0.offset + 1, title: "Part \($0.offset + 1)", amount: $0.element, due: nil)
            }
            return Terms(
                title: "Logo", currency: currency, pricing: .fixed(milestones), relays: [relay], agent: agent, mediator: mediator)
        }
    }

    /// A milestone of 100 with agent and mediator.
    static let escrow = fixed([100]).map { World(name: "escrow", terms: $0) }
    /// Two milestones, and amendments that add one, drop one, change amounts, and change the agent.
    static let amended = fixed([100, 40]).flatMap { terms in
        let others = [fixed([80]), fixed([80, 40, 20]), fixed([100, 40], by: nil, nil)].compactMap(\.self)
        return World(name: "amendments", terms: terms, amendments: others, isNarrow: true)
    }
    /// A milestone of 100 for which nobody holds money.
    static let direct = fixed([100], by: nil, nil).map { World(name: "no agent", terms: $0, amendments: [$0]) }
    /// 60 an hour, one hour a week at most, and a deposit of two weeks.
    static let hourly = euro.map { currency in
        World(
            name: "hourly",
            terms: Terms(
                title: "By the hour", currency: currency, pricing: .hourly(rate: 60, weeklyHours: 1, depositWeeks: 2),
                relays: [relay], agent: agent, mediator: mediator))
    }
    /// Everything at once, for long walks.
    static let wide = fixed([100, 40]).flatMap { terms in
        let others = [fixed([100, 40, 20]), fixed([100]), fixed([100, 40], by: nil, nil)].compactMap(\.self)
        return World(name: "wide", terms: terms, amendments: others, offers: 12)
    }

    static let all = [escrow, amended, direct, hourly].compactMap(\.self)

    var reversed: World {
        var other = self
        other.isReversed = true
        return other
    }
}

extension World: CustomTestStringConvertible {
    var testDescription: String { name }
}
