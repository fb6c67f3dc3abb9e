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
    /// When disputes were open and withdrawn, since money last went out: one that is opened again goes on with their time.
    var spells: [Dispute.Spell] = []
    /// Late answers whose author has since taken the request for mediation back.
    var withdrawnRequests: Set<ChangeID> = []
    /// The agent's time at the last release.
    package internal(set) var releasedAt: UInt64?
    /// What the last receipt says.
    var receipted = Totals()
    /// What moved through the hands of each agent.
    var moved: [PersonID: Totals] = [:]
    /// The freelancer's words that payments came, where nobody holds the money.
    var confirmations: [Confirmation] = []
    /// What the parties said that a timeout has to have seen, and the timeouts.
    var answers: [Answer] = []
    var timeouts: [Timeout] = []

    /// The last release and refund that were signed.
    var gifts: [Role: Stamp] = [:]

    struct Confirmation: Hashable, Sendable {
        let stamp: Stamp
        let total: Int64
    }

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

    /// What moved through the hands of one agent, whoever else had money on the milestone before or after.
    package func totals(through agent: PersonID) -> Totals { moved[agent] ?? Totals() }

    package var agents: Set<PersonID> { Set(moved.keys) }

    /// The last round handed in; 0 before the first.
    package var round: Int {
        switch work {
        case .open: 0
        case .submitted(let round), .changes(let round): round
        }
    }

    /// Nothing is held, and all that was agreed came in.
    package var isDone: Bool { totals.held == 0 && totals.funded >= terms.amount && totals.released + totals.refunded > 0 }

    /// Opens a dispute, or joins the one that is open.
    mutating func open(by role: Role, _ stamp: Stamp) {
        guard totals.held > 0 else { return }
        if openDispute == nil {
            openDispute = Dispute(opener: role, stamp, after: spells)
        } else {
            openDispute?.openers[role, default: []].append(stamp)
            openDispute?.words[role, default: []].append(stamp)
        }
    }

    /// Takes back what opened a dispute, which ends with the last of it.
    mutating func close(_ openings: [Stamp], by role: Role, with change: ChangeID) {
        guard let dispute = openDispute else { return }
        let rest = (dispute.openers[role] ?? []).filter { !openings.contains($0) }
        openDispute?.openers[role] = rest.isEmpty ? nil : rest
        guard openDispute?.openers.isEmpty == true else { return }
        spells = dispute.spells + [Dispute.Spell(from: dispute.since.change, to: change)]
        openDispute = nil
    }

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
        package let moment: Moment
        package internal(set) var accepted: Set<Role>

        /// Rule D3: with both parties' consent.
        package var isAgreed: Bool { accepted.isSuperset(of: [.client, .freelancer]) }
    }

    package struct Ruling: Hashable, Sendable {
        package let id: ChangeID
        package let split: Split
        package let moment: Moment
        /// Whether the mediator had seen a word of both parties.
        package let followsHearing: Bool
    }

    /// From the act that opened a dispute to the one that took it back.
    struct Spell: Hashable, Sendable {
        let from: ChangeID
        let to: ChangeID
    }

    /// What opened it, whoever else has since.
    let since: Stamp
    /// The times before in which it was open; rule E7.
    let spells: [Spell]
    /// Who opened it, with what; on two devices, with two acts that are each withdrawn by what has seen them.
    package internal(set) var openers: [Role: [Stamp]]
    /// What the parties said in it.
    var words: [Role: [Stamp]]
    package internal(set) var proposals: [Proposal] = []
    package internal(set) var ruling: Ruling?

    init(opener: Role, _ stamp: Stamp, after spells: [Spell] = []) {
        (since, self.spells) = (stamp, spells)
        openers = [opener: [stamp]]
        words = [opener: [stamp]]
    }

    /// The parties who have spoken in it.
    package var heard: Set<Role> { Set(words.keys) }
    package var isHeard: Bool { heard.isSuperset(of: [.client, .freelancer]) }

    /// What a decision leaves that had not seen all of it: a dispute over the rest, whose time runs from what opened that.
    func rest(where isLeft: (Stamp) -> Bool) -> Dispute? {
        let openings = openers.mapValues { $0.filter(isLeft) }.filter { !$0.value.isEmpty }
        guard let first = openings.values.joined().min(), let (role, _) = openings.first(where: { $0.value.contains(first) })
        else { return nil }
        var rest = Dispute(opener: role, first)
        (rest.openers, rest.words) = (openings, openings)
        return rest
    }

    /// The first act that opened it.
    package var opening: Stamp? { openers.values.joined().min() }
}

/// A week's bill as it stands.
package struct InvoiceState: Hashable, Sendable {
    struct SlotDispute: Hashable, Sendable {
        let stamp: Stamp
        let slots: SlotRanges
    }

    package let id: ChangeID
    package let stamp: Stamp
    package let invoice: Invoice
    /// What an hour cost under the terms that its signer knew.
    let rate: Int64
    /// What the client does not agree to, act by act.
    var disputes: [SlotDispute] = []
    /// Slots whose dispute was decided, and the decision carried out.
    var settled = SlotRanges([])
    var approvals: [Stamp] = []
    package internal(set) var paid: Int64 = 0
    /// Another invoice of the same slots stands instead.
    package internal(set) var isSuperseded = false
    /// A dispute over its slots that the payment had not seen.
    package internal(set) var contested: ChangeID?

    package var approval: ChangeID? { approvals.last?.change }

    /// Slots that the client does not agree to, decided or not.
    package var disputed: SlotRanges { disputes.reduce(settled) { $0.union($1.slots) } }
    /// A decision over all of its disputed slots was carried out.
    package var isSettled: Bool { !settled.isEmpty && disputes.isEmpty }

    /// What its slots come to without those in dispute.
    var undisputed: Int64 { amount(without: disputed) }
    /// What the slots come to whose dispute is not decided.
    var undecided: Int64 { amount(without: settled) - undisputed }

    private func amount(without slots: SlotRanges) -> Int64 {
        min(invoice.amount, Invoice.amount(of: invoice.slots.count - slots.count, rate: rate))
    }

    /// Takes a decision that had seen some of the disputes.
    mutating func settle(seen: (Stamp) -> Bool) {
        settled = disputes.filter { seen($0.stamp) }.reduce(settled) { $0.union($1.slots) }
        disputes.removeAll { $0.slots.isSubset(of: settled) }
    }
}
