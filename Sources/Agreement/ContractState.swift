package import Canon
package import Ledger

/// An offer and what became of it.
package struct Offer: Hashable, Sendable {
    package enum Outcome: String, Hashable, Sendable {
        case pending, accepted, declined, withdrawn
        /// Answered by another offer.
        case countered
    }

    package let id: ChangeID
    package let by: Role
    package let terms: Terms
    /// Salted hash of the prose.
    package let prose: Bytes32
    package internal(set) var outcome: Outcome

    /// What an acceptance names: structured terms and prose, under one hash.
    package var termsHash: Bytes32 { Derivation.termsHash(structured: terms.encoded, prose: prose) }
}

/// A milestone's work: handed in, sent back, handed in again.
package struct Milestone: Hashable, Sendable {
    package enum Work: Hashable, Sendable {
        case open
        case submitted(round: Int)
        case changes(round: Int)
    }

    package let terms: MilestoneTerms
    package internal(set) var work: Work = .open
    /// The statements of submissions and of requests for changes, in order.
    package internal(set) var statements: [Bytes32] = []

    /// The last round handed in; 0 before the first.
    package var round: Int {
        switch work {
        case .open: 0
        case .submitted(let round), .changes(let round): round
        }
    }
}

/// A contract as a fold of its acts in their linear order.
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

    package private(set) var phase: Phase = .empty
    package private(set) var offers: [Offer] = []
    package private(set) var milestones: [Milestone] = []

    package init() {}

    package func offer(_ id: ChangeID) -> Offer? { offers.first { $0.id == id } }

    /// The offer that the contract stands on or that waits for an answer.
    package var current: Offer? {
        switch phase {
        case .empty: nil
        case .offered(let id), .closed(let id), .active(let id): offer(id)
        }
    }

    /// The contract's state in one word, as people see it.
    package var status: String {
        switch phase {
        case .empty: "empty"
        case .offered: offers.count > 1 ? "countered" : "offered"
        case .closed: current?.outcome.rawValue ?? "closed"
        case .active: "active"
        }
    }

    package func milestone(_ number: Int) -> Milestone? { milestones.first { $0.terms.number == number } }
}

extension ContractState {
    /// Folds one act; returns why it is void, or nil if it took effect.
    package mutating func apply(_ act: Act, change: ChangeID, by role: Role) -> String? {
        if let reason = reasonToRefuse(act, by: role) { return reason }
        if case .offer = act, offer(change) != nil { return "A change makes one offer, because its id names the offer." }
        switch act {
        case .offer(let terms, let prose):
            settleCurrent(.countered)
            offers.append(Offer(id: change, by: role, terms: terms, prose: prose, outcome: .pending))
            phase = .offered(change)
        case .accept(let offer, _):
            settleCurrent(.accepted)
            phase = .active(offer)
            milestones = current?.terms.milestones.map { Milestone(terms: $0) } ?? []
        case .decline(let offer):
            settleCurrent(.declined)
            phase = .closed(offer)
        case .withdraw(let offer):
            settleCurrent(.withdrawn)
            phase = .closed(offer)
        case .submit(let number, let round, let statement): advance(number, to: .submitted(round: round), statement)
        case .requestChanges(let number, let round, let statement): advance(number, to: .changes(round: round), statement)
        }
        return nil
    }

    private mutating func settleCurrent(_ outcome: Offer.Outcome) {
        guard let id = current?.id, let index = offers.firstIndex(where: { $0.id == id }), offers[index].outcome == .pending
        else { return }
        offers[index].outcome = outcome
    }

    private mutating func advance(_ number: Int, to work: Milestone.Work, _ statement: Bytes32) {
        guard let index = milestones.firstIndex(where: { $0.terms.number == number }) else { return }
        milestones[index].work = work
        milestones[index].statements.append(statement)
    }
}
