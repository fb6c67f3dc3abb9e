import Canon
import Ledger

@testable import Agreement

/// Money by plain bookkeeping: where every unit is, moved by what the receipts say and by nothing else.
struct ShadowLedger {
    /// What the last receipt of each milestone says.
    private(set) var lines: [Int: Totals] = [:]
    private var pots: [Int: Int64] = [:]
    private var client: Int64 = 0
    private var freelancer: Int64 = 0
    private var clock: UInt64 = 0
    private var references: Set<Bytes32> = []
    /// The terms that the agent knew when a milestone's first money came in.
    private var fundedUnder: [Int: MilestoneTerms] = [:]
    private var booked: [SignedAct<Act>] = []
    private var endings: [SignedAct<Act>] = []

    init() {}

    /// Books a valid act; returns what is wrong with it.
    mutating func book(_ signed: SignedAct<Act>, in view: ContractState) -> String? {
        booked.append(signed)
        switch signed.act {
        case .end: endings.append(signed)
        case .receipt(let receipt): return book(receipt, in: view)
        default: break
        }
        if let time = signed.act.agentTime {
            guard signed.role == .agent, time >= clock else { return "The agent's clock ran backwards." }
            clock = time
        }
        return nil
    }

    private mutating func book(_ receipt: EscrowReceipt, in view: ContractState) -> String? {
        let (number, new) = (receipt.milestone, receipt.totals)
        let old = lines[number] ?? view.milestone(number)?.totals ?? Totals()
        guard receipt.time >= clock else { return "The agent's clock ran backwards." }
        clock = receipt.time
        if let reference = receipt.reference, !references.insert(reference).inserted { return "A bank entry counts twice." }
        if old.funded == 0 { fundedUnder[number] = view.milestone(number)?.terms }
        // From the client into the pot, from the pot to either side, and from the freelancer back to the client.
        let moves = [
            new.funded - old.funded, new.released - old.released, new.refunded - old.refunded, new.returned - old.returned,
        ]
        guard moves.allSatisfy({ $0 >= 0 }), moves.contains(where: { $0 > 0 }) else { return "A total fell, or nothing moved." }
        client += moves[2] + moves[3] - moves[0]
        pots[number, default: 0] += moves[0] - moves[1] - moves[2]
        freelancer += moves[1] - moves[3]
        lines[number] = new
        if let pot = pots[number], pot < 0 { return "More was paid out of milestone \(number) than came in." }
        if new.returned > new.released { return "More came back than was released." }
        return client + freelancer + pots.values.reduce(0, +) == 0 ? nil : "Money came from nowhere."
    }

    /// What is wrong with the state that the booked acts came to.
    func fault(in contract: ContractState) -> String? {
        for number in lines.keys {
            guard let milestone = contract.milestone(number) else { return "Milestone \(number) has money and is not there." }
            if let terms = fundedUnder[number], terms.number != 0, milestone.terms != terms {
                return "Milestone \(number) was funded under other terms."
            }
        }
        for milestone in contract.milestones {
            let totals = milestone.totals
            guard totals.areSound, totals.funded == totals.released + totals.refunded + totals.held else {
                return "Milestone \(milestone.terms.number) does not add up."
            }
            if totals != expected(on: milestone.terms.number) { return "Totals moved without a receipt or a confirmation." }
        }
        if contract.held > 0, contract.activeTerms?.agent == nil { return "Money is held in a contract without an agent." }
        return faultOfTerms(contract)
    }

    /// The last receipt of a milestone, and what was paid from hand to hand, of which every agent knew who had signed a receipt by then.
    private func expected(on number: Int) -> Totals {
        var totals = lines[number] ?? Totals()
        let receipts = booked.filter { if case .receipt = $0.act { true } else { false } }
        for signed in booked {
            guard case .confirm(number, let total) = signed.act,
                receipts.allSatisfy({ $0.moment.hasSeen(signed.stamp) || signed.moment.hasSeen($0.stamp) })
            else { continue }
            totals.released = max(totals.released, total)
            totals.funded = max(totals.funded, totals.released + totals.refunded)
        }
        return totals
    }

    private func faultOfTerms(_ contract: ContractState) -> String? {
        if contract.offers.count(where: { $0.outcome == .pending }) > 1 { return "Two offers wait at once." }
        if let accord = contract.accords.last, contract.phase != .active(accord.offer) {
            return "The phase is not of the last accord."
        }
        for accord in contract.accords.dropFirst() {
            let unaware = endings.filter { !contract.isKnown(accord, at: $0.moment) }
            // Unless somebody else than its acceptor acted under it, who had not seen the end either.
            let acceptor = contract.offer(accord.offer)?.by.counterpart
            let isRelied = booked.contains { signed in
                signed.role != acceptor && contract.isKnown(accord, at: signed.moment)
            }
            if !unaware.isEmpty, !isRelied { return "An amendment that nobody acted under outlived an end that had not seen it." }
        }
        return nil
    }
}
