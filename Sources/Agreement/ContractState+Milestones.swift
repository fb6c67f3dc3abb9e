import Ledger

/// Work, intents, disputes and receipts as they come to stand on a milestone.
extension ContractState {
    mutating func change(_ number: Int, _ body: (inout Milestone) -> Void) {
        guard let index = milestones.firstIndex(where: { $0.terms.number == number }) else { return }
        body(&milestones[index])
    }

    mutating func applyMilestoneAct(_ signed: SignedAct<Act>) {
        guard let number = signed.act.milestone, let found = milestone(number) else { return }
        if case .confirm = signed.act, let receipt = unseenReceipt(by: signed.moment) {
            return resolve(signed.change, receipt.change, Self.custodySentence)
        }
        let late = dispute(over: found)
        noteGift(signed, found, late)
        change(number) { milestone in
            // A dispute that a late answer made becomes one to speak in.
            if milestone.openDispute == nil { milestone.openDispute = late }
            milestone.apply(signed)
        }
        guard case .withdrawDispute(0) = signed.act, signed.role == .client else { return }
        for index in invoices.indices { takeBackDisputes(of: index, with: signed.change, where: signed.moment.hasSeen) }
    }

    /// Rule G3: whoever gives up their own claim goes first, and a dispute stays over what remains.
    private mutating func noteGift(_ signed: SignedAct<Act>, _ found: Milestone, _ dispute: Dispute?) {
        let sentence =
            "Money was given up before that was known to whoever disputed it; a release or refund goes first, and the dispute is over what remains (rule G3)."
        switch signed.act {
        case .release, .refund:
            for opening in (dispute?.openers.values.joined().sorted() ?? []) where !signed.moment.hasSeen(opening) {
                resolve(opening.change, signed.change, sentence)
            }
        case .dispute:
            for gift in found.gifts.values.sorted() where !signed.moment.hasSeen(gift) {
                resolve(signed.change, gift.change, sentence)
            }
        default: break
        }
    }

    /// Rule G3: of a release and a refund of the same money, the release goes first.
    private mutating func noteRelease(_ before: Milestone, _ totals: Totals) {
        guard before.consents.refund > max(before.totals.refunded, totals.funded - totals.released),
            before.consents.refund <= before.totals.funded - before.totals.released,
            let release = before.gifts[.client], let refund = before.gifts[.freelancer]
        else { return }
        resolve(
            refund.change, release.change,
            "The client released what the freelancer had agreed to refund; both give up their own claim, and a release goes first (rule G3)."
        )
    }

    mutating func applyReceipt(_ receipt: EscrowReceipt, _ signed: SignedAct<Act>) {
        if let reference = receipt.reference { references.insert(reference) }
        takeCustody(of: receipt.milestone, signed)
        if case .invoice(let id) = receipt.basis, let index = invoices.firstIndex(where: { $0.id == id }),
            let deposit = milestone(receipt.milestone)
        {
            invoices[index].paid += receipt.totals.released - deposit.totals.released
            if let late = invoices[index].disputes.first(where: { !signed.moment.hasSeen($0.stamp) }) {
                invoices[index].contested = late.stamp.change
                takeBackDisputes(of: index, with: signed.change) { !signed.moment.hasSeen($0) }
            }
        }
        if receipt.basis == .release, let milestone = milestone(receipt.milestone) { noteRelease(milestone, receipt.totals) }
        let decider = receipt.basis.endsDispute ? decider(of: receipt, signed) : nil
        let before = invoices.flatMap(\.disputes).map(\.stamp)
        if receipt.milestone == 0, let decider { settleSlots(seenBy: decider) }
        let open = invoices.flatMap(\.disputes).map(\.stamp)
        let agent = signer(signed, as: .agent)
        change(receipt.milestone) { milestone in
            milestone.apply(receipt, signed, through: agent)
            guard decider != nil else { return }
            milestone.openDispute = milestone.openDispute?.rest {
                open.contains($0) || !before.contains($0) && !signed.moment.hasSeen($0)
            }
        }
    }

    /// What whoever decided had seen; for the terms' own share, the agent.
    private func decider(of receipt: EscrowReceipt, _ signed: SignedAct<Act>) -> Moment {
        let dispute = milestone(receipt.milestone)?.openDispute
        switch receipt.basis {
        case .split(let id):
            let proposal = dispute?.proposals.first { $0.id == id }
            return proposal?.moment ?? signed.moment
        case .ruling(let id):
            guard let ruling = dispute?.ruling, ruling.id == id else { return signed.moment }
            return ruling.moment
        default: return signed.moment
        }
    }
}

extension Milestone {
    fileprivate mutating func apply(_ signed: SignedAct<Act>) {
        let (role, stamp) = (signed.role, signed.stamp)
        func hasSeen(_ other: Stamp?) -> Bool { other.map(signed.moment.hasSeen) ?? false }
        switch signed.act {
        case .submit(_, let round, let statement):
            submissions.append(Step(round: round, statement: statement, stamp: stamp))
            answers.append(Answer(role: role, moment: signed.moment))
            if round > self.round { work = .submitted(round: round) }
            if hasSeen(ask?.stamp) { ask = nil }
        case .requestChanges(_, let round, let statement):
            requests.append(Step(round: round, statement: statement, stamp: stamp))
            answers.append(Answer(role: role, moment: signed.moment))
            if case .submitted(round) = work { work = .changes(round: round) }
        case .fund(_, let total): consents.fund = max(consents.fund, total)
        case .release(_, let total):
            consents.release = max(consents.release, total)
            gifts[role] = stamp
        case .refund(_, let total):
            consents.refund = max(consents.refund, total)
            gifts[role] = stamp
            answers.append(Answer(role: role, moment: signed.moment))
        case .giveBack(_, let total): consents.giveBack = max(consents.giveBack, total)
        case .confirm(_, let total):
            confirmations.append(Confirmation(stamp: stamp, total: total))
            totals.confirm(total)
        case .ask(_, let total, _):
            answers.append(Answer(role: role, moment: signed.moment))
            if totals.held > 0 { ask = Ask(total: total, stamp: stamp) }
        case .withdrawAsk: if hasSeen(ask?.stamp) { ask = nil }
        case .declineAsk:
            answers.append(Answer(role: role, moment: signed.moment))
            if hasSeen(ask?.stamp) { ask = nil }
        case .escalate:
            open(by: .client, stamp)
            if totals.held > 0 { ask = nil }
        case .dispute:
            answers.append(Answer(role: role, moment: signed.moment))
            open(by: role, stamp)
            if role == .client, totals.held > 0 { ask = nil }
        case .withdrawDispute:
            let openings = (openDispute?.openers[role] ?? []).filter(hasSeen)
            withdrawnRequests.formUnion(openings.map(\.change))
            close(openings, by: role, with: signed.change)
        default: speak(signed, hasSeen)
        }
    }

    /// Words, proposals and rulings belong to the dispute that their author had seen.
    private mutating func speak(_ signed: SignedAct<Act>, _ hasSeen: (Stamp?) -> Bool) {
        guard let openers = openDispute?.openers.values.joined(), openers.contains(where: { hasSeen($0) }) else { return }
        if signed.role.isParty { openDispute?.words[signed.role, default: []].append(signed.stamp) }
        switch signed.act {
        case .propose(_, let split, _):
            let consent: Set<Role> = signed.role.isParty ? [signed.role] : []
            openDispute?.proposals.append(
                Dispute.Proposal(id: signed.change, by: signed.role, split: split, moment: signed.moment, accepted: consent))
        case .acceptSplit(let proposal, _):
            guard let index = openDispute?.proposals.firstIndex(where: { $0.id == proposal }) else { return }
            openDispute?.proposals[index].accepted.insert(signed.role)
        case .rule(_, let split, _):
            // What one party says while the other's word is not yet known to the mediator makes no hearing.
            let isHeard = openDispute?.isHeard == true
            let isKnown = openDispute?.words.values.allSatisfy { $0.contains(where: hasSeen) } == true
            openDispute?.ruling = Dispute.Ruling(
                id: signed.change, split: split, moment: signed.moment, followsHearing: isHeard && isKnown)
        default: break
        }
    }

    fileprivate mutating func apply(_ receipt: EscrowReceipt, _ signed: SignedAct<Act>, through agent: PersonID?) {
        // One line of receipts grows by itself; a second line, as of an agent who went on with another device, takes nothing back.
        guard zip(receipt.totals.all, totals.all).allSatisfy({ $0 >= $1 }) else { return }
        if receipt.totals.released > totals.released { releasedAt = receipt.time }
        if receipt.totals.held < totals.held { spells = [] }
        if let agent { moved[agent, default: Totals()] = totals(through: agent) + (receipt.totals - totals) }
        totals = receipt.totals
        receipted = totals
        if let silent = receipt.basis.silentParty {
            let seen = Set(answers.map(\.stamp).filter(signed.moment.hasSeen))
            timeouts.append(Timeout(silent: silent, stamp: signed.stamp, seen: seen))
        }
        if let asked = ask?.total, totals.refunded >= asked { ask = nil }
        if totals.held == 0 {
            ask = nil
            openDispute = nil
        }
    }
}

extension Milestone {
    /// Takes back payments from hand to hand that the agent did not know of; returns the changes that confirmed them.
    mutating func forgetConfirmations(where isForgotten: (Stamp) -> Bool) -> [ChangeID] {
        let forgotten = confirmations.filter { isForgotten($0.stamp) }
        guard !forgotten.isEmpty else { return [] }
        confirmations.removeAll { isForgotten($0.stamp) }
        totals = receipted
        for confirmation in confirmations { totals.confirm(confirmation.total) }
        return forgotten.map(\.stamp.change)
    }
}

extension Totals {
    /// What was paid from hand to hand came in and went out at once.
    fileprivate mutating func confirm(_ total: Int64) {
        released = max(released, total)
        funded = max(funded, released + refunded)
    }
}

extension EscrowReceipt.Basis {
    /// Whose silence it rests on.
    fileprivate var silentParty: Role? {
        switch self {
        case .reviewTimeout: .client
        case .askTimeout: .freelancer
        default: nil
        }
    }

    var endsDispute: Bool {
        switch self {
        case .split, .ruling, .defaultShare: true
        default: false
        }
    }
}
