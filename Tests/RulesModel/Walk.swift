import Canon
import Ledger
import Support

@testable import Agreement

/// How often acts of each kind had an effect.
struct Tally {
    private(set) var valid: [String: Int] = [:]
    private(set) var void: [String: Int] = [:]

    mutating func count(_ act: Act, isValid: Bool) {
        if isValid { valid[act.tallyName, default: 0] += 1 } else { void[act.tallyName, default: 0] += 1 }
    }

    mutating func merge(_ other: Tally) {
        valid.merge(other.valid, uniquingKeysWith: +)
        void.merge(other.void, uniquingKeysWith: +)
    }

    var acts: Int { valid.values.reduce(0, +) + void.values.reduce(0, +) }

    /// Kinds, each with the number of valid and void acts.
    var lines: [String] {
        Set(valid.keys).union(void.keys).sorted().map { "\($0): \(valid[$0] ?? 0) valid, \(void[$0] ?? 0) void" }
    }
}

extension Act {
    /// How often it is taken when it comes up, so that contracts do not end before they begin.
    fileprivate var percent: Int {
        switch self {
        case .end, .pause: 6
        case .offer, .withdraw, .decline, .release, .refund, .withdrawAsk, .declineAsk: 30
        default: 100
        }
    }

    /// Its kind, and of a receipt also the right that it claims.
    fileprivate var tallyName: String {
        guard case .receipt(let receipt) = self else { return kind }
        return "receipt \("\(receipt.basis)".prefix { $0 != "(" })"
    }
}

/// One contract from nothing to its end, by several devices of each party that hear of one another now and then.
struct Walk<Machine: Rules> {
    private struct Desk {
        let role: Role
        let device: DeviceID
        var known = VersionVector()
    }

    private let world: World
    private let length: Int
    private var generator: SeededGenerator
    private var desks: [Desk]
    /// Everything that was signed, in linear order, with the signer's view and verdict.
    private var acts: [(signed: SignedAct<Act>, view: Machine, void: String?)] = []
    private(set) var tally = Tally()

    private static var tries: Int { 6 }

    init(_ world: World, seed: UInt64, length: Int) {
        self.world = world
        self.length = length
        generator = SeededGenerator(seed: seed)
        desks = world.roles.flatMap { role in
            (0..<(role == .agent ? 1 : 2)).map { Desk(role: role, device: world.device(role, $0)) }
        }
    }

    mutating func run() throws(Fault) {
        for step in 1...length {
            // The agent has one device and much to do.
            let agent = desks.firstIndex { $0.role == .agent }
            let index = generator.chance(15) ? agent ?? 0 : generator.pick(desks.indices)
            hear(at: index)
            if let act = choose(at: index) { try sign(act, at: index) }
            if step.isMultiple(of: length / 3) { try meet() }
        }
    }

    /// Everything from one other device, or from all.
    private mutating func hear(at index: Int) {
        if generator.chance(15) {
            for desk in desks { desks[index].known.merge(desk.known) }
        } else if generator.chance(60) {
            desks[index].known.merge(generator.pick(desks).known)
        }
    }

    private func known(to desk: Desk) -> [SignedAct<Act>] {
        acts.filter { $0.void == nil && desk.known.contains($0.signed.stamp) }
            .map(\.signed)
    }

    private func view(of desk: Desk) -> Machine {
        var machine = Machine()
        for signed in known(to: desk) { machine.apply(signed) }
        return machine
    }

    private mutating func choose(at index: Int) -> Act? {
        let role = desks[index].role
        let view = view(of: desks[index])
        let contract = view.contract
        var options = Choices(world: world, contract: contract).acts(by: role) + rareActs(contract, role)
        if role == .agent, generator.chance(40), let time = contract.deadlines.randomElement(using: &generator) {
            options = contract.duties(at: time + 1) + [.seen(time: contract.agentTime, contract.undelivered)]
        }
        for _ in 0..<Self.tries where !options.isEmpty {
            let act = options.remove(at: generator.pick(options.indices))
            if !generator.chance(act.percent) { continue }
            // Some void acts are signed all the same, as by a program that does not check.
            if view.reasonToRefuse(act, by: role) == nil || generator.chance(15) { return act }
        }
        return nil
    }

    private mutating func rareActs(_ contract: ContractState, _ role: Role) -> [Act] {
        var acts: [Act] = []
        if generator.chance(20) { acts.append(.serve(name: role.rawValue)) }
        if role == .agent, generator.chance(20) {
            let start = contract.agentTime + UInt64(generator.pick(0..<100_000))
            acts.append(.outage(from: start, to: start + UInt64(generator.pick(0..<900_000_000))))
        }
        if generator.chance(10), let change = contract.undelivered.first { acts += delivered([change], contract) }
        if contract.isActive, generator.chance(3) { acts += [.offer(world.terms, prose: .zero)] }
        return acts
    }

    private mutating func delivered(_ changes: [ChangeID], _ contract: ContractState) -> [Act] {
        let time = contract.agentTime + UInt64(generator.pick(0..<1_000_000))
        let receipt = World.relayKey.flatMap { try? Receipt(by: $0, incarnation: .zero, time: time, changes: changes) }
        return receipt.map { [.delivered($0)] } ?? []
    }

    private mutating func sign(_ act: Act, at index: Int) throws(Fault) {
        let desk = desks[index]
        let lamport =
            acts.lazy.map(\.signed.stamp)
            .filter { desk.known.contains($0) }.map(\.lamport).max() ?? 0
        var signed = world.sign(act, by: desk.role, desk.device, having: desk.known, after: lamport)
        let view = view(of: desk)
        let void = view.judge(&signed)
        tally.count(act, isValid: void == nil)
        desks[index].known.insert(signed.stamp)
        let place = acts.firstIndex { signed.stamp < $0.signed.stamp } ?? acts.count
        acts.insert((signed, view, void), at: place)
    }

    /// What holds for everybody at this point, once all has arrived.
    private mutating func meet() throws(Fault) {
        let signed = acts.map(\.signed)
        for fold in [ActFold<Machine>(signed), ActFold<Machine>(signed.shuffled(using: &generator))] {
            guard fold.entries.map(\.void) == acts.map(\.void) else {
                throw Fault(sentence: "What arrived later changed what was valid.", acts: signed)
            }
        }
        let history = try History<Machine>(world, acts.filter { $0.void == nil }.map { ($0.signed, $0.view.contract) })
        try Liveness(history).check()
        guard generator.chance(10) else { return }
        let slow = SlowFold<Machine>(signed)
        guard slow.machine == history.machine, acts.allSatisfy({ slow.reasons[$0.signed.change] == .some($0.void) }) else {
            throw Fault(sentence: "The slow fold comes to something else.", acts: signed)
        }
    }
}
