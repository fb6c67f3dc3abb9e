package import Canon
package import Ledger

/// A milestone: its work, and the money held for it.
///
/// An hourly contract has one, with the number 0: its deposit.
package struct Milestone: Hashable, Sendable {
    package enum Work: Hashable, Sendable {
        case open
        case submitted(round: Int)
        case changes(round: Int)
    }

    /// A submission, or a request for changes to one.
    package struct Step: Hashable, Sendable {
        package let round: Int
        package let statement: Bytes32
        package let stamp: Stamp
        package var change: ChangeID { stamp.change }
    }

    /// What a party agreed to, as cumulative totals: up to there the agent may act.
    package struct Consents: Hashable, Sendable {
        package var fund: Int64 = 0
        package var release: Int64 = 0
        package var refund: Int64 = 0
        package var giveBack: Int64 = 0
    }

    package struct Ask: Hashable, Sendable {
        package let total: Int64
        package let stamp: Stamp
    }

    package internal(set) var terms: MilestoneTerms
    package internal(set) var work: Work = .open
    package internal(set) var submissions: [Step] = []
    package internal(set) var requests: [Step] = []
    package internal(set) var totals = Totals()
    package internal(set) var consents = Consents()
    package internal(set) var ask: Ask?
    /// As opened by an act; `ContractState.dispute(over:)` also finds those that a late answer makes.
    package internal(set) var openDispute: Dispute?
    /// Late answers whose author has since taken the request for mediation back.
    var withdrawnRequests: Set<ChangeID> = []
    /// The agent's time at the last release.
    package internal(set) var releasedAt: UInt64?
    /// The freelancer's last word that a payment came, where nobody holds the money.
    var confirmation: Stamp?
    /// What the parties said that a timeout has to have seen, and the timeouts.
    var answers: [Answer] = []
    var timeouts: [Timeout] = []

    /// The last release and refund that were signed.
    var gifts: [Role: Stamp] = [:]

    struct Answer: Hashable, Sendable {
        let role: Role
        let moment: Moment
        var stamp: Stamp { moment.stamp }
    }

    struct Timeout: Hashable, Sendable {
        /// Whose silence it punished.
        let silent: Role
        let stamp: Stamp
        let seen: Set<Stamp>
    }

    init(terms: MilestoneTerms) { self.terms = terms }

    /// The last round handed in; 0 before the first.
    package var round: Int {
        switch work {
        case .open: 0
        case .submitted(let round), .changes(let round): round
        }
    }

    /// Nothing is held, and all that was agreed came in.
    package var isDone: Bool { totals.held == 0 && totals.funded >= terms.amount && totals.released + totals.refunded > 0 }

    /// An answer that a timeout had not seen, by somebody who had not seen the timeout: the money has moved, and people may want to
    /// talk.
    package var contested: ChangeID? {
        for timeout in timeouts {
            let late = answers.first {
                $0.role == timeout.silent && !timeout.seen.contains($0.stamp) && !$0.moment.hasSeen(timeout.stamp)
            }
            if let late { return late.stamp.change }
        }
        return nil
    }

    /// The state in one word, as people see it.
    package var status: String {
        if isDone { return "done" }
        return switch work {
        case .open: "open"
        case .submitted: "submitted"
        case .changes: "changes"
        }
    }
}

/// A dispute over what is held on a milestone.
package struct Dispute: Hashable, Sendable {
    package struct Proposal: Hashable, Sendable {
        package let id: ChangeID
        package let by: Role
        package let split: Split
        package let stamp: Stamp
        package internal(set) var accepted: Set<Role>

        /// Rule D3: with both parties' consent.
        package var isAgreed: Bool { accepted.isSuperset(of: [.client, .freelancer]) }
    }

    package struct Ruling: Hashable, Sendable {
        package let id: ChangeID
        package let split: Split
        /// Whether the mediator had seen a word of both parties.
        package let followsHearing: Bool
    }

    /// Who opened it, with what.
    package internal(set) var openers: [Role: Stamp]
    /// What the parties said in it.
    var words: [Role: [Stamp]]
    package internal(set) var proposals: [Proposal] = []
    package internal(set) var ruling: Ruling?

    package init(opener: Role, _ stamp: Stamp) {
        openers = [opener: stamp]
        words = [opener: [stamp]]
    }

    /// The parties who have spoken in it.
    package var heard: Set<Role> { Set(words.keys) }
    package var isHeard: Bool { heard.isSuperset(of: [.client, .freelancer]) }

    /// The first act that opened it.
    package var opening: Stamp? { openers.values.min() }
}

/// A week's bill as it stands.
package struct InvoiceState: Hashable, Sendable {
    package let id: ChangeID
    package let stamp: Stamp
    package let invoice: Invoice
    /// What an hour cost under the terms that its signer knew.
    let rate: Int64
    /// Slots that the client does not agree to.
    package internal(set) var disputed = SlotRanges([])
    var disputes: [Stamp] = []
    var approvals: [Stamp] = []
    package internal(set) var paid: Int64 = 0
    /// A decision over its disputed slots was carried out.
    package internal(set) var isSettled = false
    /// Another invoice of the same slots stands instead.
    package internal(set) var isSuperseded = false
    /// A dispute over its slots that the payment had not seen.
    package internal(set) var contested: ChangeID?

    package var approval: ChangeID? { approvals.last?.change }

    /// What its slots come to without those in dispute.
    var undisputed: Int64 { min(invoice.amount, Invoice.amount(of: invoice.slots.count - disputed.count, rate: rate)) }
}
