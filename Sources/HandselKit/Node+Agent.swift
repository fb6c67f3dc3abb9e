import Agreement
import Canon
import Ledger
public import Replica
import Store

/// What an agent does: notes what it has, signs what the parties and the clock make due, and never more.
extension Node {
    /// A contract in which this person is the agent, or was.
    struct Mandate {
        let space: SpaceID
        let title: String
        let state: ContractState
        let agent: PersonID
        /// Whether the terms name this person, who has not been replaced.
        let isServing: Bool

        /// What moved through this person's hands.
        func totals(_ milestone: Milestone) -> Totals { milestone.totals(through: agent) }
        var totals: Totals { state.milestones.reduce(Totals()) { $0 + totals($1) } }
    }

    /// More acts than any run signs in one contract; a guard against one that never comes to rest.
    private static let dutyLimit = 10_000

    func mandates() throws -> [Mandate] {
        let person = try replica.identity().person
        return try replica.contracts().compactMap { contract in
            guard let space = SpaceID(text: contract.id) else { return nil }
            let roster = try replica.roster(of: space)
            guard roster.roles[person] == .agent else { return nil }
            let state = try replica.state(of: space)
            let isServing = state.activeTerms?.agent == person && roster.presentRole(of: person) == .agent
            return Mandate(space: space, title: contract.title, state: state, agent: person, isServing: isServing)
        }
    }

    func requireMandates() throws -> [Mandate] {
        let mandates = try mandates()
        guard !mandates.isEmpty else {
            throw HandselError(
                .refused, "You are no agent in any contract here. Parties name you in their terms and send you an invite.")
        }
        return mandates
    }

    /// What waits, in every contract.
    public func inbox() throws -> [DutyView] {
        let now = now
        let contracts = try requireMandates().flatMap { mandate -> [DutyView] in
            guard mandate.isServing else { return [] }
            return try duties(in: mandate, at: now)
        }
        return contracts + (try waitingPayouts())
    }

    private func duties(in mandate: Mandate, at time: UInt64) throws -> [DutyView] {
        let state = mandate.state
        func duty(
            _ kind: String, _ number: Int?, _ sentence: String, _ amount: Int64? = nil, reference: String? = nil,
            due: UInt64? = nil
        ) -> DutyView {
            DutyView(
                contract: mandate.space.description, title: mandate.title, milestone: number, kind: kind, sentence: sentence,
                amount: amount.map { self.money($0, state) }, reference: reference, due: due)
        }
        var duties: [DutyView] = []
        if state.serving[.agent] == nil {
            duties.append(duty("serve", nil, "Your role has not been taken up; the next command does."))
        }
        for milestone in state.milestones {
            let number = milestone.terms.number
            let missing = milestone.consents.fund - milestone.totals.funded
            if missing > 0 {
                let reference = PaymentReference(depositFor: number, of: mandate.space).text
                duties.append(
                    duty(
                        "deposit", number, "\(milestone.terms.title): a deposit is ordered and has not come in.", missing,
                        reference: reference))
            }
            if let dispute = state.dispute(over: milestone) {
                let due = state.defaultTime(dispute)
                duties.append(duty("dispute", number, "\(milestone.terms.title) is in dispute.", milestone.totals.held, due: due))
            } else if let due = state.reviewTimeout(milestone) ?? state.askTimeout(milestone), due >= time {
                duties.append(
                    duty(
                        "wait", number, "\(milestone.terms.title): somebody's time to answer runs.", milestone.totals.held,
                        due: due))
            }
        }
        duties += state.duties(at: time).map { act in
            let sentence = "Due to be signed: \(Self.sentence(for: act, state))."
            return duty("sign", act.milestone, sentence, Self.step(of: act, state))
        }
        for act in try givingBack(in: mandate.space) {
            let sentence = "Due to be signed: \(Self.sentence(for: act, state))."
            duties.append(duty("sign", act.milestone, sentence, Self.step(of: act, state)))
        }
        return duties
    }

    /// Signs everything that is due: what both parties ordered or agreed, and what the clock decides.
    ///
    /// Takes up the role, and first notes what has arrived, because times run from that note.
    public func signDuties(in ref: String? = nil) throws -> [SignedView] {
        let wanted = try ref.map { try replica.resolve($0) }
        var signed: [SignedView] = []
        for mandate in try requireMandates() where mandate.isServing && (wanted == nil || wanted == mandate.space) {
            try note(mandate.space)
            signed += try replica.commit(in: mandate.space) { try self.signDuties($0, mandate) }
            try creditAccounts()
            // Each lowers the balance that the next has to be covered by.
            while signed.count < Self.dutyLimit, let act = try givingBack(in: mandate.space).first {
                let state = try replica.state(of: mandate.space)
                _ = try replica.commit(in: mandate.space) { try $0.sign(act) }
                signed.append(view(of: act, mandate, state))
                try creditAccounts()
            }
        }
        return signed
    }

    /// Receipts for what freelancers give back, where it is still with the agent; of one account, the first is covered.
    private func givingBack(in space: SpaceID) throws -> [Act] {
        let state = try replica.state(of: space)
        guard let currency = state.activeTerms?.currency else { return [] }
        let asked = state.milestones.filter { $0.consents.giveBack > $0.totals.returned }
        guard !asked.isEmpty else { return [] }
        let freelancer = try replica.roster(of: space).person(in: .freelancer)
        let balance = try servedAccounts().first { $0.freelancer == freelancer }?.state.balance(in: currency)
        return asked.compactMap { milestone in
            var totals = milestone.totals
            totals.returned = min(milestone.consents.giveBack, totals.released)
            let act = Act.receipt(
                EscrowReceipt(
                    milestone: milestone.terms.number, totals: totals, time: max(now, state.agentTime), basis: .giveBack))
            // Without an account nothing was ever paid out, so all that was released is there.
            let isCovered = balance.map { $0 >= totals.returned - milestone.totals.returned } ?? true
            return isCovered && state.reasonToRefuse(act, by: .agent) == nil ? act : nil
        }
    }

    private nonisolated func view(of act: Act, _ mandate: Mandate, _ state: ContractState) -> SignedView {
        SignedView(
            contract: mandate.space.description, title: mandate.title, milestone: act.milestone,
            sentence: Self.sentence(for: act, state), amount: Self.step(of: act, state).map { money($0, state) })
    }

    private nonisolated func signDuties(_ composer: Composer, _ mandate: Mandate) throws -> [SignedView] {
        var signed: [SignedView] = []
        let now = replica.store.clock()
        while signed.count < Self.dutyLimit {
            let state = try composer.state()
            // Silence is no answer as long as something that was said could not be read.
            let isWhole = try composer.hasReadAllMoney()
            let due = state.duties(at: max(now, state.agentTime)).first { isWhole || !$0.restsOnSilence }
            guard let act = due else { break }
            try composer.sign(act)
            signed.append(view(of: act, mandate, state))
        }
        return signed
    }

    /// Says under which name this person serves as agent or mediator, where that was not done.
    func takeUpRole(in space: SpaceID) throws {
        let act = Act.serve(name: try replica.identity().name)
        try replica.commit(in: space) { composer in
            if try composer.reasonToRefuse(act) == nil { try composer.sign(act) }
        }
    }

    /// Takes up the role, and notes with the agent's time what has arrived.
    func note(_ space: SpaceID) throws {
        try takeUpRole(in: space)
        let new = try replica.unnotedActs(in: space)
        try replica.commit(in: space) { composer in
            let state = try composer.state()
            let time = max(self.replica.store.clock(), state.agentTime)
            for start in stride(from: 0, to: new.count, by: AgreementLimits.seen) {
                try composer.sign(Act.seen(time: time, Array(new[start..<min(start + AgreementLimits.seen, new.count)])))
            }
        }
    }

    /// Signs a deposit that came in without a bank's statement; `total` is in all.
    public func confirmDeposit(_ ref: String, milestone: String, total: String) throws -> MilestoneView {
        let space = try replica.resolve(ref)
        try note(space)
        return try act(on: milestone, in: ref) { milestone in
            let new = try self.total(total, in: ref) ?? 0
            return self.funding(milestone, to: new, nil)
        }
    }

    nonisolated func funding(_ milestone: Milestone, to total: Int64, _ reference: Bytes32?) -> Act {
        var totals = milestone.totals
        totals.funded = total
        return .receipt(
            EscrowReceipt(
                milestone: milestone.terms.number, totals: totals, time: replica.store.clock(), basis: .funding,
                reference: reference))
    }

    /// Sends back what came in above a milestone's amount; `total` is what was refunded in all.
    public func refundExcess(_ ref: String, milestone: String) throws -> MilestoneView {
        try act(on: milestone, in: ref) { milestone in
            var totals = milestone.totals
            totals.refunded = max(totals.refunded, totals.funded - milestone.terms.amount)
            return .receipt(
                EscrowReceipt(
                    milestone: milestone.terms.number, totals: totals, time: self.replica.store.clock(), basis: .excess))
        }
    }

    /// Logs a time in which the agent could not be reached; deadlines that run through it end later.
    public func logOutage(from: UInt64, to: UInt64) throws -> Int {
        let mandates = try requireMandates().filter(\.isServing)
        for mandate in mandates {
            _ = try replica.commit(in: mandate.space) { try $0.sign(.outage(from: from, to: to)) }
        }
        return mandates.count
    }

    nonisolated func money(_ minor: Int64, _ state: ContractState) -> MoneyView {
        MoneyView(minor: minor, currency: (state.activeTerms ?? state.current?.terms)?.currency.code ?? "")
    }

    private static nonisolated func sentence(for act: Act, _ state: ContractState) -> String {
        let title = act.milestone.flatMap { state.milestone($0)?.terms.title } ?? "the contract"
        switch act {
        case .receipt(let receipt): return "\(title): \(receipt.basis.word)"
        case .escalate: return "\(title): the ask was not answered in time, so it becomes a dispute"
        default: return title
        }
    }

    /// What an act moves, beyond what had moved.
    private static nonisolated func step(of act: Act, _ state: ContractState) -> Int64? {
        guard case .receipt(let receipt) = act, let old = state.milestone(receipt.milestone)?.totals else { return nil }
        let moved = zip(receipt.totals.all, old.all).map { $0 - $1 }
        return moved.first { $0 > 0 }
    }
}
