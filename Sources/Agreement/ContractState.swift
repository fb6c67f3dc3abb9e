package import Canon
package import Ledger

/// A contract as a fold of its acts: what their signers, who may not have seen one another's, come to.
package struct ContractState: Hashable, Sendable {
    package enum Phase: Hashable, Sendable {
        /// Nothing was offered yet.
        case empty
        /// One offer waits for the other side.
        case offered(ChangeID)
        /// The last offer was declined or withdrawn, and none has followed.
        case closed(ChangeID)
        /// Both agreed to the same terms.
        case active(ChangeID)
    }

    package internal(set) var phase: Phase = .empty
    package internal(set) var offers: [Offer] = []
    /// Every agreement in force so far: the contract, then its amendments.
    package internal(set) var accords: [Accord] = []
    /// Agreements that gave way to an act that had not seen them, which others may have acted under.
    var lapses: [Lapse] = []
    /// Offers whose acceptance somebody else than the acceptor's side knew when they acted.
    var relied: Set<ChangeID> = []
    /// What moved money: an agent whose receipt was not known to whoever changed the agent stays.
    var receipts: [Stamp] = []
    /// An offer to amend that waits for the other side.
    package internal(set) var amendment: ChangeID?
    package internal(set) var pausedBy: Set<Role> = []
    var pauses: [Pause] = []
    /// The first end that each side signed, and all of them.
    package internal(set) var endings: [Role: Stamp] = [:]
    var allEndings: [Stamp] = []
    /// What money is held for, by number.
    package internal(set) var milestones: [Milestone] = []
    package internal(set) var invoices: [InvoiceState] = []
    package internal(set) var deliveries: [ChangeID: Delivery] = [:]
    package internal(set) var outages: [Range<UInt64>] = []
    /// Each agent's clock at its last act that states a time.
    var agentTimes: [PersonID: UInt64] = [:]
    /// Bank entries that have become receipts.
    package internal(set) var references: Set<Bytes32> = []
    /// Agents and mediators who have taken up their roles, by the names they use.
    var services: [Service] = []
    /// Changes that parties revealed to the mediator, with their keys.
    package internal(set) var disclosed: [ChangeKey] = []
    package internal(set) var resolutions: [Resolution] = []

    package init() {}

    struct Service: Hashable, Sendable {
        let role: Role
        let person: PersonID?
        let name: String
    }

    struct Pause: Hashable, Sendable {
        let by: Role
        let from: ChangeID
        var to: ChangeID?
    }

    package func offer(_ id: ChangeID) -> Offer? { offers.first { $0.id == id } }

    /// The offer that the contract stands on or that waits for an answer.
    package var current: Offer? {
        switch phase {
        case .empty: nil
        case .offered(let id), .closed(let id), .active(let id): offer(id)
        }
    }

    /// The offer, first or to amend, that waits for an answer.
    package var pending: Offer? {
        if let amendment { return offer(amendment) }
        if case .offered(let id) = phase { return offer(id) }
        return nil
    }

    /// The terms that both parties signed last.
    package var activeTerms: Terms? { accords.last?.terms }

    package var accordInForce: ChangeID? { accords.last?.since.change }

    /// The agent and the mediator whom the terms name, once they have taken up their roles, by the names they use.
    package var serving: [Role: String] {
        var names: [Role: String] = [:]
        for service in services where names[service.role] == nil {
            guard let named = activeTerms?.person(serving: service.role), named == service.person else { continue }
            names[service.role] = service.name
        }
        return names
    }

    /// The name under which somebody took up a role, whoever has it since.
    package func serviceName(of person: PersonID) -> String? { services.first { $0.person == person }?.name }

    /// The clock of the agent whom the terms name, at its last act that states a time.
    package var agentTime: UInt64 { activeTerms?.agent.flatMap { agentTimes[$0] } ?? 0 }

    package var isActive: Bool { activeTerms != nil }
    package var isEnding: Bool { !endings.isEmpty }
    package var held: Int64 { milestones.reduce(0) { $0 + $1.totals.held } }
    package var totals: Totals { milestones.reduce(Totals()) { $0 + $1.totals } }

    /// The contract's state in one word, as people see it.
    package var status: String {
        switch phase {
        case .empty: "empty"
        case .offered: offers.count > 1 ? "countered" : "offered"
        case .closed: current?.outcome.rawValue ?? "closed"
        case .active: isEnding ? held == 0 ? "ended" : "ending" : pausedBy.isEmpty ? "active" : "paused"
        }
    }

    package func milestone(_ number: Int) -> Milestone? { milestones.first { $0.terms.number == number } }

    package func invoice(_ id: ChangeID) -> InvoiceState? { invoices.first { $0.id == id } }
}

extension ContractState {
    /// Such as `500.00 EUR`, in the contract's currency.
    package func money(_ minor: Int64) -> String {
        let terms = activeTerms ?? current?.terms
        return terms.map { Money(minor: minor, currency: $0.currency).text } ?? String(minor)
    }

    /// The dispute over a milestone, whether an act opened it or an answer that came after its time.
    package func dispute(over milestone: Milestone) -> Dispute? {
        if let open = milestone.openDispute { return open }
        guard case .changes = milestone.work, let request = milestone.requests.last, milestone.totals.held > 0,
            !milestone.withdrawnRequests.contains(request.change), isLate(request, to: milestone)
        else { return nil }
        return Dispute(opener: .client, request.stamp, after: milestone.spells)
    }

    /// Rule M3: whether a request for changes was delivered after the review time of its round.
    private func isLate(_ request: Milestone.Step, to milestone: Milestone) -> Bool {
        guard let terms = activeTerms, let answered = deliveries[request.change]?.time,
            let start = submission(request.round, of: milestone).flatMap({ deliveries[$0.change]?.time })
        else { return false }
        return answered > deadline(from: start, hours: terms.deadlines.review)
    }

    /// Whether a time lies in a pause; both its bounds take effect when they are delivered.
    func isPaused(at time: UInt64) -> Bool {
        pauses.contains { pause in
            guard let from = deliveries[pause.from]?.time, from <= time else { return false }
            return pause.to.flatMap { deliveries[$0]?.time }.map { time < $0 } ?? true
        }
    }

    /// When the first end was delivered.
    var endTime: UInt64? { endings.values.compactMap { deliveries[$0.change]?.time }.min() }

    package func submission(_ round: Int, of milestone: Milestone) -> Milestone.Step? {
        milestone.submissions.last { $0.round == round }
    }

    /// Milliseconds at which a time in hours is over, without the agent's outages; rule E10.
    package func deadline(from start: UInt64, hours: UInt64) -> UInt64 { deadline(from: start, milliseconds: hours * 3_600_000) }

    func deadline(from start: UInt64, milliseconds: UInt64) -> UInt64 {
        var end = start.saturating(plus: milliseconds)
        var counted = start
        for outage in outages.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let lower = max(counted, outage.lowerBound)
            guard lower < end, outage.upperBound > lower else { continue }
            end = end.saturating(plus: outage.upperBound - lower)
            counted = outage.upperBound
        }
        return end
    }

    /// When an act's time in hours is over; nil while nobody has vouched for its delivery.
    package func deadline(of change: ChangeID, hours: UInt64) -> UInt64? {
        deliveries[change]?.time.map { deadline(from: $0, hours: hours) }
    }
}

extension UInt64 {
    func saturating(plus other: UInt64) -> UInt64 {
        let (sum, isOver) = addingReportingOverflow(other)
        return isOver ? .max : sum
    }
}
