import Canon
import Ledger

@testable import Agreement

/// Re-checks what a receipt claims from the bare acts that the agent had seen, without the state that they came to.
struct Warrant {
    /// Valid acts in the agent's past, in linear order.
    let seen: [SignedAct<Act>]
    let terms: Terms
    /// The milestone as the agent knew it: what it is worth, and its line before the receipt.
    let amount: Int64
    let old: Totals

    /// Why the agent had no right to sign; nil if it had.
    func fault(of receipt: EscrowReceipt) -> String? {
        let (new, number) = (receipt.totals, receipt.milestone)
        let moved = (0..<4).filter { new.all[$0] != old.all[$0] }
        func only(_ place: Int) -> Bool { moved == [place] }
        let isWarranted: Bool =
            switch receipt.basis {
            case .funding: only(0) && seen.contains { $0.role == .client && $0.act.fundTotal(number) != nil }
            case .release: only(1) && seen.contains { $0.role == .client && $0.act.releaseTotal(number) >= new.released }
            case .refund: only(2) && seen.contains { $0.role == .freelancer && $0.act.refundTotal(number) >= new.refunded }
            case .giveBack: only(3) && seen.contains { $0.role == .freelancer && $0.act.giveBackTotal(number) >= new.returned }
            case .excess: only(2) && new.funded - new.refunded >= amount
            case .reviewTimeout: only(1) && isUnreviewed(receipt)
            case .askTimeout: only(2) && isUnanswered(receipt)
            case .split(let id): agreed(id, receipt)
            case .ruling(let id): ruled(id, receipt)
            case .defaultShare: isUndecided(receipt)
            case .invoice(let id): only(1) && isPayable(id, receipt)
            }
        return isWarranted ? nil : "A receipt \(receipt) of \(old) has no warrant."
    }

    private func acts(_ number: Int) -> [SignedAct<Act>] { seen.filter { $0.act.milestone == number } }

    /// Whether hours and the outages in them have passed since a change was delivered.
    private func isPast(_ change: ChangeID, _ hours: UInt64, at time: UInt64) -> Bool {
        delivery(change).map { time > end($0, hours) } ?? false
    }

    private func delivery(_ change: ChangeID) -> UInt64? {
        var times: [UInt64] = []
        let noted = seen.compactMap { signed -> UInt64? in
            if case .seen(let time, let changes) = signed.act, changes.contains(change) { return time }
            if case .escalate(_, let time) = signed.act, signed.change == change { return time }
            return nil
        }
        if let first = noted.first { times.append(first) }
        let relayed = seen.compactMap { signed -> UInt64? in
            if case .delivered(let receipt) = signed.act, receipt.changes.contains(change) { return receipt.time }
            return nil
        }
        if let first = relayed.min() { times.append(first) }
        return times.max()
    }

    /// Lengthened by the outages that it runs through until it no longer grows.
    private func end(_ start: UInt64, _ hours: UInt64) -> UInt64 {
        var end = start + hours * 3_600_000
        while true {
            let lost = Self.covered(outages, from: start, to: end)
            let next = start + hours * 3_600_000 + lost
            if next == end { return end }
            end = next
        }
    }

    private var outages: [Range<UInt64>] {
        seen.compactMap { signed in
            if case .outage(let from, let to) = signed.act { return from..<to }
            return nil
        }
    }

    private static func covered(_ outages: [Range<UInt64>], from start: UInt64, to end: UInt64) -> UInt64 {
        let edges = ([start, end] + outages.flatMap { [$0.lowerBound, $0.upperBound] }).filter { start <= $0 && $0 <= end }
            .sorted()
        return zip(edges, edges.dropFirst()).reduce(0) { sum, edge in
            outages.contains { $0.lowerBound <= edge.0 && edge.1 <= $0.upperBound } ? sum + edge.1 - edge.0 : sum
        }
    }

    /// Disputes that acts opened, that were neither withdrawn since nor decided, and over which money stayed.
    private func openDisputes(_ number: Int) -> [SignedAct<Act>] {
        var open: [SignedAct<Act>] = []
        // Slots stay in dispute while nothing is held, and what comes in later is divided by them too.
        var disputed: [SignedAct<Act>] = []
        var held: Int64 = 0
        var decided: [ChangeID: Set<Slot>] = [:]
        func isDecided(_ signed: SignedAct<Act>) -> Bool {
            guard case .disputeSlots(let id, let slots, _) = signed.act else { return false }
            return decided[id, default: []].isSuperset(of: slots.slots)
        }
        func takeBack(where isTaken: (SignedAct<Act>) -> Bool) {
            open.removeAll(where: isTaken)
            disputed.removeAll(where: isTaken)
        }
        for signed in acts(number) {
            switch signed.act {
            case .dispute, .escalate: if held > 0 { open.append(signed) }
            case .disputeSlots(let id, _, _):
                // An approval stands against a dispute that had not seen it.
                let isApproved = seen.contains {
                    $0.stamp < signed.stamp && $0.act == .approve(invoice: id) && !signed.moment.hasSeen($0.stamp)
                }
                guard !isApproved, !isPaid(id, before: signed.stamp), !isDecided(signed) else { continue }
                disputed.append(signed)
                if held > 0 { open.append(signed) }
            case .withdrawDispute: takeBack { $0.opener == signed.role && signed.moment.hasSeen($0.stamp) }
            case .approve(let id): takeBack { $0.act.disputedInvoice == id }
            case .receipt(let receipt):
                held = receipt.totals.held
                // A payment stands that had not seen the dispute.
                if case .invoice(let id) = receipt.basis {
                    takeBack { $0.act.disputedInvoice == id && !signed.moment.hasSeen($0.stamp) }
                }
                if receipt.basis.endsDispute {
                    let decider = decision(receipt.basis)?.moment ?? signed.moment
                    for dispute in disputed where decider.hasSeen(dispute.stamp) {
                        if case .disputeSlots(let id, let slots, _) = dispute.act {
                            decided[id, default: []].formUnion(slots.slots)
                        }
                    }
                    disputed.removeAll(where: isDecided)
                    // Slots are decided by whoever had seen their dispute, all else by the receipt.
                    open.removeAll { $0.act.disputedInvoice == nil ? signed.moment.hasSeen($0.stamp) : isDecided($0) }
                }
                if held == 0 { open = [] }
            default: break
            }
        }
        return open
    }

    private func isPaid(_ invoice: ChangeID, before stamp: Stamp) -> Bool {
        seen.contains {
            guard case .receipt(let receipt) = $0.act else { return false }
            return receipt.basis == .invoice(invoice) && $0.stamp < stamp
        }
    }

    /// The proposal or the ruling that a receipt carries out.
    private func decision(_ basis: EscrowReceipt.Basis) -> SignedAct<Act>? {
        switch basis {
        case .split(let id), .ruling(let id): seen.first { $0.change == id }
        default: nil
        }
    }

    private func isUnreviewed(_ receipt: EscrowReceipt) -> Bool {
        let steps = acts(receipt.milestone)
        let submissions = steps.filter { $0.role == .freelancer && $0.act.submittedRound != nil }
        guard let last = submissions.map({ $0.act.submittedRound ?? 0 }).max() else { return false }
        let isAnswered = steps.contains { $0.role == .client && $0.act.answeredRound == last }
        let isDelivered = submissions.contains {
            $0.act.submittedRound == last && isPast($0.change, terms.deadlines.review, at: receipt.time)
        }
        return !isAnswered && isDelivered && openDisputes(receipt.milestone).isEmpty
            && receipt.totals.released <= old.funded - old.refunded
    }

    private func isUnanswered(_ receipt: EscrowReceipt) -> Bool {
        let steps = acts(receipt.milestone)
        let isWorked = steps.contains { $0.act.submittedRound != nil }
        let asks = steps.filter { $0.role == .client && $0.act.askTotal >= receipt.totals.refunded }
        return !isWorked && openDisputes(receipt.milestone).isEmpty
            && asks.contains { ask in
                isPast(ask.change, terms.deadlines.answer, at: receipt.time)
                    && !steps.contains { $0.act.answersAsk && $0.moment.hasSeen(ask.stamp) }
            }
    }

    private func agreed(_ id: ChangeID, _ receipt: EscrowReceipt) -> Bool {
        guard let proposal = seen.first(where: { $0.change == id }), case .propose(receipt.milestone, let split, _) = proposal.act
        else { return false }
        let accepting = seen.filter { $0.act == .acceptSplit(proposal: id, milestone: receipt.milestone) }.map(\.role)
        return Set(accepting + [proposal.role]).isSuperset(of: [.client, .freelancer]) && receipt.totals == old.divided(split)
    }

    private func ruled(_ id: ChangeID, _ receipt: EscrowReceipt) -> Bool {
        guard let ruling = seen.first(where: { $0.change == id }), ruling.role == .mediator,
            case .rule(receipt.milestone, let split, _) = ruling.act, receipt.totals == old.divided(split)
        else { return false }
        // Both had spoken when it was signed; or the time to speak is over for a dispute that is open.
        let spoken = acts(receipt.milestone).filter { ruling.moment.hasSeen($0.stamp) }.compactMap(\.speaker)
        if Set(spoken).isSuperset(of: [.client, .freelancer]) { return true }
        return openings(receipt.milestone).contains { isPast($0.change, terms.deadlines.hearing, at: receipt.time) }
    }

    /// What opened a dispute, taken back since or not, and requests for changes, which open one if they are late.
    private func openings(_ number: Int) -> [SignedAct<Act>] {
        acts(number).filter { $0.act.opensDispute || $0.act.answeredRound != nil }
    }

    private func lateRequests(_ number: Int) -> [SignedAct<Act>] { acts(number).filter { $0.act.answeredRound != nil } }

    private func isUndecided(_ receipt: EscrowReceipt) -> Bool {
        let (number, new) = (receipt.milestone, receipt.totals)
        let hours = terms.deadlines.hearing + terms.deadlines.silence
        let isOpen = !(openDisputes(number) + lateRequests(number)).isEmpty
        // A dispute that was taken back and opened again goes on with the time that it had.
        let isOver = isOpen && openings(number).contains { isPast($0.change, hours, at: receipt.time) }
        let share = new.released - old.released
        let sum = share + new.refunded - old.refunded
        // Half of what is divided, or as near as a minor unit allows; all that is held, but of a deposit.
        let isHalf = number == 0 || abs(2 * share - sum) <= 1
        return isOver && isHalf && new.funded == old.funded && new.returned == old.returned && (number == 0 || sum == old.held)
    }

    private func isPayable(_ id: ChangeID, _ receipt: EscrowReceipt) -> Bool {
        guard let signed = seen.first(where: { $0.change == id }), signed.role == .freelancer,
            case .invoice(let invoice) = signed.act
        else { return false }
        let paid = seen.reduce(into: (last: Int64(0), sum: Int64(0))) { line, other in
            guard case .receipt(let other) = other.act, other.milestone == 0 else { return }
            if other.basis == .invoice(id) { line.sum += other.totals.released - line.last }
            line.last = other.totals.released
        }.sum
        let approvals = seen.filter { $0.role == .client && $0.act == .approve(invoice: id) }
        let isReviewed =
            isPast(id, terms.deadlines.billing + terms.deadlines.security, at: receipt.time)
            || approvals.contains { isPast($0.change, terms.deadlines.security, at: receipt.time) }
        return isReviewed && paid + receipt.totals.released - old.released <= invoice.amount
    }
}
