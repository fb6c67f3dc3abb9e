import Ledger

/// Terms that somebody may have acted under, although they gave way or were accepted twice: money that came in stays where it is.
struct Lapse: Hashable, Sendable {
    let accord: Accord
    /// What it gave way to; whoever has seen none of that goes by it.
    var to: [Stamp]
}

extension ContractState {
    static let custodySentence =
        "Money had come in before that was known to whoever signed in a contract without that agent; what the agent holds counts (rule G3)."

    /// The agreement that an act was signed under, whatever became of it since.
    func accord(knownTo signed: SignedAct<Act>) -> Accord? {
        (accords + lapses.map(\.accord)).first { $0.since.change == signed.accord }
    }

    /// Whether somebody at this point knew of an agreement, by whichever of its acceptances.
    func isKnown(_ accord: Accord, at moment: Moment) -> Bool {
        moment.hasSeen(accord.since) || lapses.contains { $0.accord.offer == accord.offer && moment.hasSeen($0.accord.since) }
    }

    /// Takes the last agreement out of force.
    mutating func revoke(_ accord: Accord, for stood: Stamp, _ sentence: String) {
        accords.removeLast()
        lapses.append(Lapse(accord: accord, to: [stood]))
        setOutcome(.lapsed, of: accord.offer, by: stood.change)
        resolve(accord.since.change, stood.change, sentence)
        if let accord = accords.last { phase = .active(accord.offer) }
    }

    mutating func setOutcome(_ outcome: Offer.Outcome, of offer: ChangeID, by change: ChangeID) {
        guard let index = offers.firstIndex(where: { $0.id == offer }) else { return }
        (offers[index].outcome, offers[index].settledBy) = (outcome, change)
    }

    /// The first receipt that somebody at this point had not seen.
    func unseenReceipt(by moment: Moment) -> Stamp? { receipts.first { !moment.hasSeen($0) } }

    /// What a receipt moves money on stays as the agent knew it, whatever was signed meanwhile: the milestone's terms, and that there
    /// is an agent; rule C7.
    mutating func takeCustody(of number: Int, _ signed: SignedAct<Act>) {
        receipts.append(signed.stamp)
        forgetConfirmations(unseenBy: signed)
        guard let known = accord(knownTo: signed), known != accords.last else { return }
        if known.terms.agent != activeTerms?.agent { reinstate(known, signed) }
        guard let terms = known.terms.accounts.first(where: { $0.number == number }) else { return }
        if milestone(number) == nil {
            milestones.append(Milestone(terms: terms))
            milestones.sort { $0.terms.number < $1.terms.number }
        }
        change(number) { if $0.totals.funded == 0 { $0.terms = terms } }
    }

    private mutating func reinstate(_ known: Accord, _ signed: SignedAct<Act>) {
        while let last = accords.last, !isKnown(last, at: signed.moment) { revoke(last, for: signed.stamp, Self.custodySentence) }
        if known.offer != accords.last?.offer { accords.append(known) }
        lapses.removeAll { $0.accord == known }
        setOutcome(.accepted, of: known.offer, by: signed.change)
        phase = .active(known.offer)
        adoptTerms()
    }

    /// Payments that were confirmed without the agent's knowledge are none of its line.
    private mutating func forgetConfirmations(unseenBy signed: SignedAct<Act>) {
        for index in milestones.indices {
            for change in milestones[index].forgetConfirmations(where: { !signed.moment.hasSeen($0) }) {
                resolve(change, signed.change, Self.custodySentence)
            }
        }
    }
}
