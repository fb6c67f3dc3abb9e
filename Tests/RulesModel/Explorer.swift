import Agreement
import Ledger

/// Every burst of acts, each signed by somebody who may not have seen the others, from every situation that bursts lead to.
///
/// A burst begins where all have seen everything. Each act of it has seen all before the burst, and of the burst any part that is
/// closed under what its own authors had seen; so that all orders of arrival occur, each once. What a burst comes to, once all have
/// seen it, is where the next begin, unless its situation was met before.
struct Explorer<Machine: Rules> {
    let world: World
    /// Acts of one burst.
    let burst: Int
    /// Situations from which bursts are explored.
    let limit: Int

    private(set) var situations = 0
    private(set) var bursts = 0
    private(set) var attempts = 0
    private(set) var depth = 0
    /// Whether every situation within reach was explored.
    private(set) var isComplete = false
    private var known: Set<Situation> = []
    private var waiting: [(history: History<Machine>, depth: Int)] = []

    init(_ world: World, burst: Int, limit: Int) {
        self.world = world
        self.burst = burst
        self.limit = limit
    }

    mutating func run() throws(Fault) {
        try meet(.opened(world), 0)
        var next = 0
        while next < waiting.count, situations < limit {
            let (history, depth) = waiting[next]
            waiting[next] = (History(world), depth)
            next += 1
            situations += 1
            self.depth = depth
            try extend(Burst(from: history), depth)
        }
        isComplete = next == waiting.count
    }

    var found: Int { known.count }

    /// Everyone hears everything; the situation is new, or was explored from elsewhere.
    private mutating func meet(_ history: History<Machine>, _ depth: Int) throws(Fault) {
        guard known.insert(Situation(history.machine.contract)).inserted else { return }
        let slow = SlowFold<Machine>(history.acts)
        guard slow.machine == history.machine, slow.reasons.values.allSatisfy({ $0 == nil }) else {
            throw Fault(sentence: "The slow fold comes to something else.", acts: history.acts)
        }
        let shuffled = ActFold<Machine>(history.acts.reversed())
        guard shuffled.state == history.machine, shuffled.entries.allSatisfy({ $0.void == nil }) else {
            throw Fault(sentence: "Another order of arrival comes to something else.", acts: history.acts)
        }
        try Liveness(history).check()
        waiting.append((history, depth))
    }

    private mutating func extend(_ burst: Burst<Machine>, _ depth: Int) throws(Fault) {
        for seen in burst.pasts {
            let view = burst.view(seen)
            for role in world.roles {
                guard let device = burst.device(role, seen) else { continue }
                for act in Choices(world: world, contract: view.contract).acts(by: role) {
                    attempts += 1
                    guard view.reasonToRefuse(act, by: role) == nil,
                        let longer = try burst.adding(act, by: role, device, seen, in: view.contract)
                    else { continue }
                    bursts += 1
                    try meet(longer.history, depth + 1)
                    if longer.count < self.burst { try extend(longer, depth) }
                }
            }
        }
    }
}

/// Acts after a point where all had seen everything, in linear order.
struct Burst<Machine: Rules> {
    private struct Step {
        let signed: SignedAct<Act>
        /// Which steps its signer had seen, one bit each.
        let seen: Int
    }

    private let start: History<Machine>
    private(set) var history: History<Machine>
    private var steps: [Step] = []

    init(from start: History<Machine>) {
        self.start = start
        history = start
    }

    var count: Int { steps.count }

    /// Every part of the burst that somebody may have seen: with an act all that its signer had seen.
    var pasts: [Int] {
        (0..<1 << steps.count).filter { seen in
            steps.indices.allSatisfy { seen & 1 << $0 == 0 || steps[$0].seen & seen == steps[$0].seen }
        }
    }

    func view(_ seen: Int) -> Machine {
        if seen == 1 << steps.count - 1 { return history.machine }
        var machine = start.machine
        for index in steps.indices where seen & 1 << index != 0 { machine.apply(steps[index].signed) }
        return machine
    }

    /// A device of the role that had no part in what is not seen; the agent has one device.
    func device(_ role: Role, _ seen: Int) -> DeviceID? {
        let unseen = Set(steps.indices.filter { seen & 1 << $0 == 0 }.map { steps[$0].signed.stamp.device })
        let numbers = role == .agent ? 0..<1 : 0..<World.devices
        return numbers.lazy.map { history.world.device(role, $0) }.first { !unseen.contains($0) }
    }

    /// With one more act; nil if it comes before another in linear order, which is met as that other one's successor.
    func adding(_ act: Act, by role: Role, _ device: DeviceID, _ seen: Int, in view: ContractState) throws(Fault) -> Burst? {
        var (past, lamport) = (start.vector, start.lamport)
        for index in steps.indices where seen & 1 << index != 0 {
            let stamp = steps[index].signed.stamp
            past.insert(stamp)
            lamport = max(lamport, stamp.lamport)
        }
        var signed = history.world.sign(act, by: role, device, having: past, after: lamport)
        signed.accord = view.accordInForce
        if let last = steps.last, signed.stamp < last.signed.stamp { return nil }
        var longer = self
        longer.steps.append(Step(signed: signed, seen: seen))
        try longer.history.add(signed, in: view)
        return longer
    }
}
