import Canon
import Ledger

/// What valid acts come to, in linear order.
///
/// An act is here because its signer's view allowed it; where it contradicts one that its signer had not seen, rule G3 says which
/// of the two stands, and a `Resolution` tells people.
extension ContractState {
    package mutating func apply(_ signed: SignedAct<Act>) {
        if let time = signed.act.agentTime, let agent = signer(signed, as: .agent) {
            agentTimes[agent] = max(agentTimes[agent] ?? 0, time)
        }
        noteReliance(signed)
        switch signed.act {
        case .offer(let terms, let prose): applyOffer(terms, prose, signed)
        case .accept(let offer, _): applyAcceptance(of: offer, signed)
        case .decline(let offer): close(offer, .declined, signed)
        case .withdraw(let offer): close(offer, .withdrawn, signed)
        case .pause:
            if !isEnding, pausedBy.insert(signed.role).inserted { pauses.append(Pause(by: signed.role, from: signed.change)) }
        case .resume:
            pausedBy.remove(signed.role)
            for index in pauses.indices where pauses[index].by == signed.role && pauses[index].to == nil {
                pauses[index].to = signed.change
            }
        case .end: applyEnd(signed)
        case .serve(let name): services.append(Service(role: signed.role, person: signer(signed, as: signed.role), name: name))
        case .delivered(let receipt):
            for change in receipt.changes {
                deliveries[change, default: Delivery()].relay = min(deliveries[change]?.relay ?? .max, receipt.time)
            }
        case .seen(let time, let changes):
            for change in changes where deliveries[change]?.agent == nil { deliveries[change, default: Delivery()].agent = time }
        case .outage(let from, let to): outages.append(from..<to)
        case .invoice(let invoice): applyInvoice(invoice, signed)
        case .approve(let id): applyReview(of: id, nil, signed)
        case .disputeSlots(let id, let slots, _): applyReview(of: id, slots, signed)
        case .receipt(let receipt): applyReceipt(receipt, signed)
        case .answer(_, _, let keys):
            disclosed += keys
            applyMilestoneAct(signed)
        case .escalate(_, let time):
            // The dispute's times run from the agent's word that opens it.
            deliveries[signed.change, default: Delivery()].agent = time
            applyMilestoneAct(signed)
        default: applyMilestoneAct(signed)
        }
    }

    /// Who signed in a role, whom the terms that they knew name.
    func signer(_ signed: SignedAct<Act>, as role: Role) -> PersonID? {
        signed.person ?? (accord(knownTo: signed)?.terms ?? activeTerms)?.person(serving: role)
    }

    mutating func resolve(_ lost: ChangeID, _ stood: ChangeID, _ sentence: String) {
        resolutions.append(Resolution(lost: lost, stood: stood, sentence: sentence))
    }

    private mutating func settle(_ id: ChangeID?, _ outcome: Offer.Outcome, by change: ChangeID) {
        guard let index = offers.firstIndex(where: { $0.id == id }), offers[index].outcome == .pending else { return }
        offers[index].outcome = outcome
        offers[index].settledBy = change
    }

    /// The first end that the author had not seen.
    private func unseenEnd(by moment: Moment) -> Stamp? { allEndings.first { !moment.hasSeen($0) } }

    private mutating func applyOffer(_ terms: Terms, _ prose: Bytes32, _ signed: SignedAct<Act>) {
        offers.append(Offer(moment: signed.moment, by: signed.role, terms: terms, prose: prose, outcome: .pending))
        if let accord = accords.last {
            let ending = unseenEnd(by: signed.moment)
            guard isKnown(accord, at: signed.moment), ending == nil else {
                let stood = ending?.change ?? accord.since.change
                settle(signed.change, .lapsed, by: stood)
                return resolve(
                    signed.change, stood,
                    "An offer lapses that was made before its signer knew that the contract was \(ending == nil ? "accepted" : "ended") (rule G3)."
                )
            }
            settle(amendment, .countered, by: signed.change)
            amendment = signed.change
        } else {
            settle(pending?.id, .countered, by: signed.change)
            phase = .offered(signed.change)
        }
    }

    private mutating func close(_ id: ChangeID, _ outcome: Offer.Outcome, _ signed: SignedAct<Act>) {
        guard let offer = offer(id) else { return }
        if offer.outcome == .accepted, let accord = accords.first(where: { $0.offer == id }) {
            return resolve(
                signed.change, accord.since.change,
                "The offer was accepted before its acceptance was known to whoever wanted it \(outcome.rawValue); an acceptance stands (rule G3)."
            )
        }
        let isCurrent = pending?.id == id
        settle(id, outcome, by: signed.change)
        guard isCurrent else { return }
        if amendment == id { amendment = nil } else { phase = .closed(id) }
    }

    private mutating func applyAcceptance(of id: ChangeID, _ signed: SignedAct<Act>) {
        guard let index = offers.firstIndex(where: { $0.id == id }) else { return }
        if let standing = accords.last, !isKnown(standing, at: signed.moment) {
            let accord = Accord(offer: id, terms: standing.terms, moment: signed.moment)
            guard standing.offer != id else { return lapses.append(Lapse(accord: accord, to: [])) }
            guard replaces(offers[index], standing, signed) else {
                return lapse(
                    index, signed, to: standing.since,
                    "Another offer had been accepted, which this one had not replaced; that acceptance stands (rule G3).")
            }
            revoke(
                standing, for: signed.stamp,
                "The offer had been replaced by another one, which was accepted too; the acceptance of the later offer stands (rule G3)."
            )
        }
        // What takes the place of the first agreement is no amendment: it is ended, and not undone by the end.
        if isActive, let ending = unseenEnd(by: signed.moment) { return lapse(index, signed, to: ending, Self.endSentence) }
        if let receipt = unseenReceipt(by: signed.moment), let active = activeTerms, offers[index].terms.agent != active.agent {
            return lapse(
                index, signed, to: receipt,
                "Money had come in before that was known to whoever changed the agent; the agent stays (rule G3).")
        }
        if [.withdrawn, .declined, .countered].contains(offers[index].outcome) {
            resolve(
                offers[index].settledBy ?? id, signed.change,
                "The offer was \(offers[index].outcome.rawValue) before that was known to whoever accepted it; an acceptance stands (rule G3)."
            )
        }
        for other in offers.indices where other != index { settle(offers[other].id, .lapsed, by: signed.change) }
        (offers[index].outcome, offers[index].settledBy) = (.accepted, signed.change)
        amendment = nil
        if accords.isEmpty { phase = .active(id) }
        accords.append(Accord(offer: id, terms: offers[index].terms, moment: signed.moment))
        if case .active = phase { phase = .active(id) }
        adoptTerms()
    }

    private mutating func lapse(_ index: Int, _ signed: SignedAct<Act>, to stood: Stamp, _ sentence: String) {
        if offers[index].outcome != .accepted { setOutcome(.lapsed, of: offers[index].id, by: stood.change) }
        if amendment == offers[index].id { amendment = nil }
        let accord = Accord(offer: offers[index].id, terms: offers[index].terms, moment: signed.moment)
        let endings = allEndings.filter { $0 != stood && !signed.moment.hasSeen($0) }
        lapses.append(Lapse(accord: accord, to: [stood] + endings))
        resolve(signed.change, stood.change, sentence)
    }

    private mutating func applyEnd(_ signed: SignedAct<Act>) {
        if endings[signed.role] == nil { endings[signed.role] = signed.stamp }
        allEndings.append(signed.stamp)
        pausedBy = []
        settle(amendment, .lapsed, by: signed.change)
        amendment = nil
        for index in lapses.indices where !signed.moment.hasSeen(lapses[index].accord.since) {
            lapses[index].to.append(signed.stamp)
        }
        while accords.count > 1, let last = accords.last, !relied.contains(last.offer), !isKnown(last, at: signed.moment) {
            revoke(last, for: signed.stamp, Self.endSentence)
        }
        adoptTerms()
    }

    /// Puts the milestones of the terms in force in the place of those before, whose money and work they keep.
    ///
    /// A milestone that was funded without the amendment being known keeps the terms it was funded under; rule C7.
    mutating func adoptTerms() {
        guard let terms = activeTerms else { return }
        var adopted = terms.accounts.map { account in
            guard var milestone = milestone(account.number) else { return Milestone(terms: account) }
            if milestone.totals.funded == 0 || account.number == 0 { milestone.terms = account }
            return milestone
        }
        for old in milestones where old.totals.funded > 0 && !adopted.contains(where: { $0.terms.number == old.terms.number }) {
            adopted.append(old)
        }
        milestones = adopted.sorted { $0.terms.number < $1.terms.number }
    }
}
