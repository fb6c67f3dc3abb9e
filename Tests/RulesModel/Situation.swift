import Ledger

@testable import Agreement

/// What a state comes to for whoever has seen all of it: no ids, no places, and times as what is left of them.
///
/// Two histories in the same situation allow the same acts with the same effects, so one of them is explored.
struct Situation: Hashable {
    private var values: [Int64] = []

    init(_ contract: ContractState) {
        let now = contract.agentTime
        /// Of a time: whether it runs, and what is left.
        func left(_ time: UInt64?) -> Int64 { time.map { $0 <= now ? 0 : Int64($0 - now) } ?? -1 }
        func isIn(_ roles: some Collection<Role>) -> Int64 {
            [Role.client, .freelancer, .mediator, .agent].enumerated().reduce(0) {
                $0 | (roles.contains($1.element) ? 1 << Int64($1.offset) : 0)
            }
        }
        values += [Int64(contract.activeTerms?.hashValue ?? 0), Int64(contract.accords.count), Int64(contract.offers.count)]
        values += [isIn(contract.pausedBy), isIn(contract.endings.keys), Int64(contract.references.hashValue)]
        for offer in contract.offers where offer.outcome == .pending {
            values += [isIn([offer.by]), Int64(offer.terms.hashValue)]
        }
        for milestone in contract.milestones {
            let terms = contract.activeTerms
            values += [Int64(milestone.terms.hashValue), Int64(milestone.work.hashValue), Int64(milestone.consents.hashValue)]
            values += milestone.totals.all
            values += [milestone.ask?.total ?? -1, left(contract.askTimeout(milestone)), milestone.submissions.isEmpty ? 0 : 1]
            let submission = contract.submission(milestone.round, of: milestone)
            values.append(left(submission.flatMap { contract.deadline(of: $0.change, hours: terms?.deadlines.review ?? 0) }))
            if let request = milestone.requests.last {
                values.append(contract.deliveries[request.change]?.time == nil ? 1 : 2)
                values.append(milestone.withdrawnRequests.contains(request.change) ? 1 : 0)
            }
            values.append(left(milestone.releasedAt.map { $0 + (terms?.deadlines.giveBack ?? 0) * 3_600_000 }))
            values += [milestone.contested == nil ? 0 : 1, Int64(min(2, milestone.spells.count))]
            guard let dispute = contract.dispute(over: milestone) else { continue }
            values += [isIn(dispute.openers.keys), isIn(dispute.parties), left(contract.defaultTime(dispute))]
            values += [milestone.openDispute == nil ? 0 : 1, left(contract.hearingEnd(dispute))]
            for proposal in dispute.proposals {
                values += [Int64(proposal.split.hashValue), isIn(proposal.accepted), isIn([proposal.by])]
            }
            if let ruling = dispute.ruling { values += [-7, Int64(ruling.split.hashValue), ruling.followsHearing ? 1 : 0] }
        }
        for invoice in contract.invoices {
            values += [-8, Int64(invoice.invoice.hashValue), Int64(invoice.disputed.hashValue), invoice.paid]
            values += [invoice.isSuperseded ? 1 : 0, invoice.approval == nil ? 0 : 1, left(contract.payableAt(invoice))]
            values += [contract.owed(invoice), contract.disputedAmount]
        }
    }
}

extension Dispute {
    var parties: [Role] { [.client, .freelancer].filter(heard.contains) }
}
