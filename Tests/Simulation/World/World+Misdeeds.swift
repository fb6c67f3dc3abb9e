import Agreement
import Canon
import Ledger
import Replica
import Store
import Support

/// Members who sign what they may not: signed and sealed like everything, and to be counted by nobody.
extension World {
    func misbehave(using generator: inout SeededGenerator) async {
        let machine = generator.pick(machines)
        var own = SeededGenerator(seed: generator.next())
        await attempt(machine, "misbehaving", using: &generator) { machine in
            let roster = try machine.replica.roster(of: space)
            guard let person = roster.person(of: machine.device), let role = roster.roles[person] else { return }
            let kind = own.pick(0..<4)
            try machine.replica.commit(in: space) { composer in
                switch kind {
                case 0: try forbiddenAct(composer, role, using: &own)
                case 1: misdeeds.insert(try composer.write(.parties, [Act.pause.operation]))
                case 2: misdeeds.insert(try composer.write(.money, [Operation("act.unheard", on: nil, payload: own.bytes(9))]))
                default: try forbiddenControl(composer, role, using: &own)
                }
            }
            tally.add("fault: misdeeds")
        }
    }

    /// An act of somebody else's, or a receipt for what was never agreed.
    private func forbiddenAct(_ composer: Composer, _ role: Role, using generator: inout SeededGenerator) throws {
        let state = try composer.state()
        guard let milestone = state.milestones.first else { return }
        let number = milestone.terms.number
        var much = milestone.totals
        much.released += 1_000_000
        var (less, more, all) = (milestone.totals, milestone.totals, milestone.totals)
        less.funded -= 1
        more.funded += 500
        all.released = all.funded - all.refunded
        let time = max(state.agentTime, 1)
        let acts: [Act] = [
            .receipt(EscrowReceipt(milestone: number, totals: much, time: time, basis: .release)),
            .receipt(EscrowReceipt(milestone: number, totals: Totals(funded: -1), time: time, basis: .funding)),
            .receipt(EscrowReceipt(milestone: number, totals: less, time: time, basis: .funding)),
            .receipt(EscrowReceipt(milestone: number, totals: more, time: time, basis: .funding, reference: .zero)),
            .receipt(EscrowReceipt(milestone: number, totals: all, time: time, basis: .release)),
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
