import Agreement
import Canon
import Ledger
import Replica
import Store
import Support

/// Members who sign what they may not: signed and sealed like everything, and to be counted by nobody.
extension World {
    func misbehave(using generator: inout SeededGenerator) async {
        // Money is moved by an agent's signature alone, so theirs is the one to be abused.
        let agents = machines.filter { $0.role == .agent }
        let machine = generator.pick(!agents.isEmpty && generator.chance(30) ? agents : machines)
        var own = SeededGenerator(seed: generator.next())
        await attempt(machine, "misbehaving", using: &generator) { machine in
            let roster = try machine.replica.roster(of: space)
            guard let person = roster.person(of: machine.device), let role = roster.roles[person] else { return }
            let kind = own.pick(0..<6)
            try machine.replica.commit(in: space) { composer in
                switch kind {
                case 0: try forbiddenAct(composer, role, using: &own)
                case 1: misdeeds.insert(try composer.write(.parties, [Act.pause.operation]))
                case 2, 3: try forbiddenReceipt(composer, role, using: &own)
                case 4: misdeeds.insert(try composer.write(.money, [Operation("act.unheard", on: nil, payload: own.bytes(9))]))
                default: try forbiddenControl(composer, role, using: &own)
                }
            }
            tally.add("fault: misdeeds")
        }
    }

    /// A receipt that is wrong by plain bookkeeping, whatever the rules say of it.
    private func forbiddenReceipt(_ composer: Composer, _ role: Role, using generator: inout SeededGenerator) throws {
        let state = try composer.state()
        guard let milestone = state.milestones.first(where: { $0.totals.held > 0 }) ?? state.milestones.first else { return }
        let (totals, consents) = (milestone.totals, milestone.consents)
        var wrong: [(Totals, EscrowReceipt.Basis)] = []
        func add(_ basis: EscrowReceipt.Basis, _ change: (inout Totals) -> Void) {
            var new = totals
            change(&new)
            wrong.append((new, basis))
        }
        if role != .agent {
            // As the agent might sign it.
            add(.funding) { $0.funded += 500 }
            if consents.release > totals.released, totals.held > 0 { add(.release) { $0.released += 1 } }
        }
        add(.release) { $0.released = max(consents.release, $0.released) + 1_000_000 }
        if totals.held > 0 { add(.funding) { $0.funded -= 1 } }
        if totals.held > 0, totals.released + totals.held > consents.release { add(.release) { $0.released += $0.held } }
        if totals.held > 0, totals.refunded + totals.held > consents.refund { add(.refund) { $0.refunded += $0.held } }
        let (new, basis) = generator.pick(wrong)
        let receipt = EscrowReceipt(
            milestone: milestone.terms.number, totals: new, time: max(state.agentTime, 1), basis: basis,
            reference: basis == .funding ? .random(using: &generator) : nil)
        misdeeds.insert(try composer.write(.money, [Act.receipt(receipt).operation]))
    }

    /// An act of somebody else's, or one about what is not there.
    private func forbiddenAct(_ composer: Composer, _ role: Role, using generator: inout SeededGenerator) throws {
        let state = try composer.state()
        guard let milestone = state.milestones.first else { return }
        let number = milestone.terms.number
        let acts: [Act] = [
            .fund(milestone: number, total: -5), .submit(milestone: 99, round: 1, statement: .zero),
            .release(milestone: number, total: .max), .seen(time: 0, []), .serve(name: "Me"),
            .rule(milestone: number, Split(released: 1, refunded: 1), statement: .zero),
            .approve(invoice: ChangeID(.random(using: &generator))),
        ]
        let act = generator.pick(acts)
        guard state.reasonToRefuse(act, by: role) != nil else { return }
        misdeeds.insert(try composer.write(.money, [act.operation]))
    }

    /// A change of the membership that its author may not make; that these have no effect is seen at the rosters in the end.
    private func forbiddenControl(_ composer: Composer, _ role: Role, using generator: inout SeededGenerator) throws {
        let roster = composer.view.roster
        let others = roster.devices.filter { roster.role(of: $0) != role }.sorted()
        guard !others.isEmpty else { return }
        let other = generator.pick(others)
        switch generator.pick(0..<3) {
        case 0: try composer.write(.removeDevice(other))
        case 1:
            // Keys that leave everybody else out.
            let key = Bytes32.random(using: &generator)
            try composer.write(
                .rotate(
                    predecessor: roster.epochs.last, keys: [:],
                    digests: [.money: Derivation.epochKeyDigest(key), .parties: Derivation.epochKeyDigest(key)]))
        default:
            guard let certificate = roster.certificates[other] else { return }
            try composer.write(.addMember(.agent, certificate))
        }
    }
}
