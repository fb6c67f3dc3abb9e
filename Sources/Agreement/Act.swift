package import Canon
package import Ledger

/// A signed fact that binds; append-only, in the `money` audience.
///
/// Totals are cumulative over a milestone's life, so that a repeat changes nothing and order does not add money.
package enum Act: Hashable, Sendable {
    // The contract.

    /// Terms offered, first or in answer; over an active contract, an amendment. Cites their prose by its salted hash.
    case offer(Terms, prose: Bytes32)
    /// Agrees to an offer, over the hash of exactly its terms and prose.
    case accept(offer: ChangeID, termsHash: Bytes32)
    case decline(offer: ChangeID)
    /// Takes back an offer of one's own.
    case withdraw(offer: ChangeID)
    /// Stops hourly time from being billed; never a milestone's deadlines.
    case pause
    case resume
    /// No new work and no new funding; what is held is still settled.
    case end

    // Work on a milestone; `statement` is the salted hash of what was said and delivered.

    case submit(milestone: Int, round: Int, statement: Bytes32)
    case requestChanges(milestone: Int, round: Int, statement: Bytes32)

    // Intents about money: what a party agrees to, up to a total.

    /// The client orders a deposit.
    case fund(milestone: Int, total: Int64)
    /// The client gives to the freelancer; where nobody holds the money, claims to have paid.
    case release(milestone: Int, total: Int64)
    /// The freelancer gives back to the client what is held.
    case refund(milestone: Int, total: Int64)
    /// The freelancer gives back to the client what was released.
    case giveBack(milestone: Int, total: Int64)
    /// The freelancer confirms a payment that the client claims, where nobody holds the money.
    case confirm(milestone: Int, total: Int64)
    /// The client asks for a refund.
    case ask(milestone: Int, total: Int64, statement: Bytes32)
    case withdrawAsk(milestone: Int)
    case declineAsk(milestone: Int, statement: Bytes32)

    // Disputes.

    case dispute(milestone: Int, statement: Bytes32)
    case withdrawDispute(milestone: Int)
    /// Speaks in a dispute, and reveals the keys of changes that the mediator shall read.
    case answer(milestone: Int, statement: Bytes32, keys: [ChangeKey])
    case propose(milestone: Int, Split, statement: Bytes32)
    case acceptSplit(proposal: ChangeID, milestone: Int)
    /// The mediator decides.
    case rule(milestone: Int, Split, statement: Bytes32)

    // Hourly weeks.

    /// The freelancer bills a week's slots.
    case invoice(Invoice)
    case approve(invoice: ChangeID)
    case disputeSlots(invoice: ChangeID, SlotRanges, statement: Bytes32)

    // The agent, one device with one log, whose word says what moved and when.

    case receipt(EscrowReceipt)
    /// Changes that the agent had before it at `time`, by its clock.
    case seen(time: UInt64, [ChangeID])
    /// A time in which the agent could not be reached; deadlines that run through it are extended by it.
    case outage(from: UInt64, to: UInt64)
    /// An ask that was not answered in time, though work had been submitted, becomes a dispute.
    case escalate(milestone: Int, time: UInt64)

    // Anyone.

    /// A relay's receipt for an act, which deadlines run from.
    case delivered(Receipt)
    /// The agent or the mediator takes up the role, under a name.
    case serve(name: String)
}

/// The key of one change, revealed so that someone who lacks its audience's key can read that change and no other.
package struct ChangeKey: Hashable, Sendable {
    package let change: ChangeID
    package let key: Bytes32

    package init(change: ChangeID, key: Bytes32) {
        self.change = change
        self.key = key
    }
}

/// How what was funded is divided, in cumulative totals.
package struct Split: Hashable, Sendable {
    package let released: Int64
    package let refunded: Int64

    package init(released: Int64, refunded: Int64) {
        self.released = released
        self.refunded = refunded
    }
}

extension Act {
    /// The milestone it is about; nil for acts on the whole contract.
    package var milestone: Int? {
        switch self {
        case .submit(let number, _, _), .requestChanges(let number, _, _), .fund(let number, _), .release(let number, _),
            .refund(let number, _), .giveBack(let number, _), .confirm(let number, _), .ask(let number, _, _),
            .withdrawAsk(let number), .declineAsk(let number, _), .dispute(let number, _), .withdrawDispute(let number),
            .answer(let number, _, _), .propose(let number, _, _), .acceptSplit(_, let number), .rule(let number, _, _),
            .escalate(let number, _):
            number
        case .receipt(let receipt): receipt.milestone
        case .invoice, .approve, .disputeSlots: 0
        default: nil
        }
    }

    /// The prose that it cites.
    package var statement: Bytes32? {
        switch self {
        case .offer(_, let prose): prose
        case .submit(_, _, let statement), .requestChanges(_, _, let statement), .ask(_, _, let statement),
            .declineAsk(_, let statement), .dispute(_, let statement), .answer(_, let statement, _),
            .propose(_, _, let statement), .rule(_, _, let statement), .disputeSlots(_, _, let statement):
            statement
        default: nil
        }
    }

    /// Whether what it cites is said to those who decide about money, and so stands where they can read it.
    package var isSaidInHearing: Bool {
        switch self {
        case .offer, .submit, .requestChanges: false
        default: true
        }
    }

    /// The time that the agent's clock showed, where the act states one.
    var agentTime: UInt64? {
        switch self {
        case .receipt(let receipt): receipt.time
        case .seen(let time, _), .escalate(_, let time): time
        default: nil
        }
    }
}
