import Ledger

/// Agreements that somebody acted under: no device that was out of reach undoes them later; rule G3.
extension ContractState {
    static let endSentence =
        "The contract was ended meanwhile, and an amendment that nobody had acted under loses to an end (rule G3)."

    /// Whether an acceptance stands against one that it had not seen: its offer had replaced the other one, under which nobody acted.
    func replaces(_ offer: Offer, _ standing: Accord, _ signed: SignedAct<Act>) -> Bool {
        guard let replaced = self.offer(standing.offer), offer.moment.hasSeen(replaced.moment.stamp) else { return false }
        return canGiveWay(standing, to: Accord(offer: offer.id, terms: offer.terms, moment: signed.moment))
    }

    /// Whether only an agreement that nobody acted under stands in the way of another one.
    private func canGiveWay(_ standing: Accord, to other: Accord) -> Bool {
        let isNext = accords.count < 2 || isKnown(accords[accords.count - 2], at: other.moment)
        return isNext && !relied.contains(standing.offer) && isInCustody(other)
    }

    /// Whether money stays with its agent, or all of it was known to whoever agreed to another.
    private func isInCustody(_ accord: Accord) -> Bool {
        accord.terms.agent == activeTerms?.agent || unseenReceipt(by: accord.moment) == nil
    }

    /// Somebody else than the acceptor's side acts, who knows of an acceptance and of nothing that it gave way to.
    mutating func noteReliance(_ signed: SignedAct<Act>) {
        func isRelied(_ accord: Accord) -> Bool {
            signed.role != offer(accord.offer)?.by.counterpart && isKnown(accord, at: signed.moment)
        }
        relied.formUnion(accords.filter(isRelied).map(\.offer))
        for lapse in lapses where isRelied(lapse.accord) && !lapse.to.contains(where: signed.moment.hasSeen) { restore(lapse) }
    }

    private mutating func restore(_ lapse: Lapse) {
        let accord = lapse.accord
        guard !lapse.to.isEmpty, !accords.contains(where: { $0.offer == accord.offer }), isInCustody(accord) else { return }
        if let last = accords.last, !isKnown(last, at: accord.moment) {
            guard canGiveWay(last, to: accord) else { return }
            revoke(
                last, for: accord.since,
                "Another offer had been accepted, and somebody had acted under it; that acceptance stands (rule G3).")
        }
        accords.append(accord)
        lapses.removeAll { $0 == lapse }
        relied.insert(accord.offer)
        resolutions.removeAll { $0.lost == accord.since.change || $0.lost == accord.offer }
        setOutcome(.accepted, of: accord.offer, by: accord.since.change)
        phase = .active(accord.offer)
        adoptTerms()
    }
}
