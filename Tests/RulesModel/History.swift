import Agreement
import Canon
import Ledger

/// Something that the rules let happen and ought not to, with the acts that led there.
struct Fault: Error, CustomStringConvertible {
    let sentence: String
    let acts: [SignedAct<Act>]

    var description: String {
        let lines = acts.map { signed in
            let unseen = acts.filter { $0.stamp < signed.stamp && !signed.moment.hasSeen($0.stamp) }.map(\.stamp.lamport)
            return
                "\(signed.stamp.lamport) \(signed.role.rawValue): \(Self.short(signed.act)) \(unseen.isEmpty ? "" : "without \(unseen)")"
        }
        return "\(sentence)\n" + lines.joined(separator: "\n")
    }

    private static func short(_ act: Act) -> String { String("\(act)".prefix(400)) }
}

/// Acts that all have seen, and what they come to; where bursts begin.
struct History<Machine: Rules> {
    let world: World
    private(set) var acts: [SignedAct<Act>] = []
    private(set) var fold = ActFold<Machine>()
    private(set) var machine = Machine()
    private(set) var ledger = ShadowLedger()
    private(set) var vector = VersionVector()
    private(set) var lamport: UInt64 = 0

    init(_ world: World) { self.world = world }

    /// Valid acts in linear order, each with what its signer saw, as all come to have them.
    init(_ world: World, _ acts: [(signed: SignedAct<Act>, view: ContractState)]) throws(Fault) {
        self.world = world
        for (signed, view) in acts { try add(signed, in: view) }
    }

    /// The contract offered and accepted.
    static func opened(_ world: World) throws(Fault) -> History {
        var history = History(world)
        try history.act(.offer(world.terms, prose: .zero), by: .client)
        guard let offer = history.machine.contract.pending else { throw Fault(sentence: "No offer waits.", acts: history.acts) }
        try history.act(.accept(offer: offer.id, termsHash: offer.termsHash), by: .freelancer)
        return history
    }

    func signed(_ act: Act, by role: Role) -> SignedAct<Act> {
        world.sign(act, by: role, world.device(role), having: vector, after: lamport)
    }

    /// Signs with everything seen; what is void has no effect.
    mutating func act(_ act: Act, by role: Role) throws(Fault) {
        guard machine.reasonToRefuse(act, by: role) == nil else { return }
        try add(signed(act, by: role), in: machine.contract)
    }

    /// Takes a valid act that comes after all others in linear order, signed in `view`.
    mutating func add(_ signed: SignedAct<Act>, in view: ContractState) throws(Fault) {
        var signed = signed
        signed.accord = view.accords.last?.since.change
        acts.append(signed)
        machine.apply(signed)
        vector.insert(signed.stamp)
        lamport = max(lamport, signed.stamp.lamport)
        try check(signed, in: view)
    }

    private mutating func check(_ signed: SignedAct<Act>, in view: ContractState) throws(Fault) {
        if case .receipt(let receipt) = signed.act, let terms = view.activeTerms {
            let seen = acts.filter { signed.moment.hasSeen($0.stamp) }
            let milestone = view.milestone(receipt.milestone)
            let warrant = Warrant(
                seen: seen, terms: terms, amount: milestone?.terms.amount ?? 0, old: milestone?.totals ?? Totals())
            if let sentence = warrant.fault(of: receipt) { throw Fault(sentence: sentence, acts: acts) }
        }
        if let sentence = ledger.book(signed, in: view) ?? ledger.fault(in: machine.contract) {
            throw Fault(sentence: sentence, acts: acts)
        }
        guard fold.view(of: signed.moment).contract == view else {
            throw Fault(sentence: "The fold sees another past than the acts themselves.", acts: acts)
        }
        if let reason = fold.append(signed) { throw Fault(sentence: "A valid act became void: \(reason)", acts: acts) }
        guard fold.state == machine else { throw Fault(sentence: "The fold comes to another state.", acts: acts) }
    }
}
