package import Canon
package import Ledger

/// An offer and what became of it.
package struct Offer: Hashable, Sendable {
    package enum Outcome: String, Hashable, Sendable {
        case pending, accepted, declined, withdrawn
        /// Answered by another offer.
        case countered
        /// Overtaken by an acceptance or an end that its signer had not seen.
        case lapsed
    }

    package var id: ChangeID { moment.stamp.change }
    let moment: Moment
    package let by: Role
    package let terms: Terms
    /// Salted hash of the prose.
    package let prose: Bytes32
    package internal(set) var outcome: Outcome
    /// The act that made it so.
    package internal(set) var settledBy: ChangeID?

    /// What an acceptance names: structured terms and prose, under one hash.
    package var termsHash: Bytes32 { Derivation.termsHash(structured: terms.encoded, prose: prose) }
}

/// Terms that both parties signed, and since when.
package struct Accord: Hashable, Sendable {
    package let offer: ChangeID
    package let terms: Terms
    /// Of the acceptance.
    let moment: Moment
    package var since: Stamp { moment.stamp }
}

/// A contradiction between acts that had not seen one another, and how it was settled.
package struct Resolution: Hashable, Sendable {
    /// The act that gave way, and the one that stood.
    package let lost: ChangeID
    package let stood: ChangeID
    /// For people, with the rule's number.
    package let sentence: String
}

/// When an act was delivered, by those whose word deadlines run from.
package struct Delivery: Hashable, Sendable {
    /// The earliest receipt of a relay that the terms name, in milliseconds.
    package var relay: UInt64?
    /// When the agent had it.
    package var agent: UInt64?

    /// Rule E10: the later if both are known.
    package var time: UInt64? { [relay, agent].compactMap { $0 }.max() }
}
