import Canon
import Ledger

@testable import Agreement

/// What an agent may try on a milestone: its duties, payments that came in, notes of what it has seen, and receipts that it owes nobody.
struct AgentChoices {
    let contract: ContractState
    let milestone: Milestone

    private static let year: UInt64 = 366 * 24 * 3_600_000

    private var number: Int { milestone.terms.number }
    private var totals: Totals { milestone.totals }
    private var now: UInt64 { contract.agentTime }

    var acts: [Act] {
        let due = contract.deadlines.filter { $0 > now }
        var acts = contract.duties(at: now)
        for time in due.prefix(2) { acts += contract.duties(at: time + 1) }
        let undelivered = contract.undelivered
        if !undelivered.isEmpty {
            acts.append(.seen(time: max(now, 1), undelivered))
            if let last = due.last { acts.append(.seen(time: last + 1, undelivered)) }
        }
        acts += incoming + voluntary
        // On time to the millisecond is not yet late, and long after everything is.
        let late = max(now, contract.deadlines.last ?? 0) + Self.year
        for time in [due.first, late].compactMap(\.self) { acts += undue(at: time) }
        return acts + undue(at: now)
    }

    private func receipt(
        _ basis: EscrowReceipt.Basis, at time: UInt64, reference: Bytes32? = nil, _ change: (inout Totals) -> Void
    ) -> Act {
        var new = totals
        change(&new)
        return .receipt(EscrowReceipt(milestone: number, totals: new, time: time, basis: basis, reference: reference))
    }

    /// Bank entries of 100 or 150, each under a reference of its own; so that some try to count one entry twice.
    private var incoming: [Act] {
        let amount = milestone.terms.amount
        guard milestone.consents.fund > 0, totals.funded <= 2 * amount else { return [] }
        return [amount, amount * 3 / 2].map { sum in
            receipt(.funding, at: now, reference: World.bytes(of: number, Int(sum))) { $0.funded += sum }
        }
    }

    private var voluntary: [Act] {
        var acts: [Act] = []
        if totals.funded - totals.refunded > milestone.terms.amount {
            acts.append(
                receipt(.excess, at: now) {
                    $0.refunded = $0.funded - max(milestone.terms.amount, contract.releasable(milestone))
                })
        }
        if milestone.consents.giveBack > totals.returned {
            acts.append(receipt(.giveBack, at: now) { $0.returned = milestone.consents.giveBack })
        }
        return acts
    }

    /// Everything held, to either side, by every right that could be claimed.
    private func undue(at time: UInt64) -> [Act] {
        guard totals.funded > 0 else { return [] }
        var acts = [receipt(.release, at: now) { $0.released = $0.funded - $0.refunded }]
        acts.append(receipt(.release, at: now) { $0.released = $0.funded })
        acts.append(receipt(.refund, at: now) { $0.refunded = $0.funded - $0.released })
        acts.append(receipt(.excess, at: now) { $0.refunded = $0.funded - $0.released })
        acts.append(receipt(.giveBack, at: now) { $0.returned = $0.released })
        acts.append(receipt(.funding, at: now) { $0.funded -= 1 })
        acts.append(receipt(.reviewTimeout, at: time) { $0.released = $0.funded - $0.refunded })
        acts.append(receipt(.askTimeout, at: time) { $0.refunded = $0.funded - $0.released })
        acts.append(receipt(.defaultShare, at: time) { $0.released = $0.funded - $0.refunded })
        acts.append(receipt(.defaultShare, at: time) { $0 = $0.divided(contract.defaultSplit(milestone)) })
        if let dispute = contract.dispute(over: milestone) {
            acts += dispute.proposals.map { proposal in receipt(.split(proposal.id), at: time) { $0 = $0.divided(proposal.split) }
            }
            if let ruling = dispute.ruling {
                acts.append(receipt(.ruling(ruling.id), at: time) { $0 = $0.divided(ruling.split) })
            }
        }
        acts += contract.invoices.map { invoice in
            receipt(.invoice(invoice.id), at: time) { $0.released += min($0.held, invoice.invoice.amount) }
        }
        return acts
    }
}

extension ContractState {
    /// Every time at which something becomes due, in order.
    var deadlines: [UInt64] {
        var times: [UInt64?] = invoices.map { payableAt($0) }
        for milestone in milestones {
            let dispute = dispute(over: milestone)
            times += [reviewTimeout(milestone), askTimeout(milestone), dispute.flatMap(hearingEnd), dispute.flatMap(defaultTime)]
        }
        return times.compactMap(\.self).sorted()
    }

    /// Acts from which a time runs, and which nobody has vouched for yet.
    var undelivered: [ChangeID] {
        var changes: [ChangeID?] = invoices.flatMap { [$0.id, $0.approval] }
        for milestone in milestones {
            changes += [
                milestone.submissions.last?.change, milestone.requests.last?.change, milestone.ask?.stamp.change,
                dispute(over: milestone)?.since.change,
            ]
            changes += milestone.spells.flatMap { [$0.from, $0.to] }
        }
        return changes.compactMap(\.self).filter { deliveries[$0]?.time == nil }
    }
}
