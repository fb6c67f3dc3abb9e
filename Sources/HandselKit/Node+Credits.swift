import Agreement
import Canon
import Ledger
import Replica
import Store

/// A freelancer's account with this person, who is the agent in it.
struct ServedAccount {
    let space: SpaceID
    let freelancer: PersonID
    let state: AccountState
}

/// What an agent owes to freelancers: credited, and asked for.
extension Node {
    /// The one account of each freelancer that this agent serves, however many were founded.
    func servedAccounts() throws -> [ServedAccount] {
        let all = try replica.accounts().compactMap { space -> ServedAccount? in
            let roster = try replica.roster(of: space)
            guard roster.signingRole(of: replica.device) == .agent, let freelancer = roster.person(in: .freelancer) else {
                return nil
            }
            return ServedAccount(space: space, freelancer: freelancer, state: try replica.account(space))
        }
        return Dictionary(grouping: all, by: \.freelancer).values.compactMap { Self.served($0, \.state, \.space) }
            .sorted { $0.space < $1.space }
    }

    /// Of one freelancer's accounts with an agent the one with credits, else the first: freelancer and agent choose the same.
    static func served<Account>(
        _ accounts: [Account], _ state: (Account) -> AccountState, _ space: (Account) -> SpaceID
    ) -> Account? {
        let sorted = accounts.sorted { space($0) < space($1) }
        return sorted.first { !state($0).credits.isEmpty } ?? sorted.first
    }

    /// Credits every freelancer's account with what their contracts have released.
    func creditAccounts() throws {
        for account in try servedAccounts() {
            let due = try mandates().filter {
                try replica.roster(of: $0.space).person(in: .freelancer) == account.freelancer
            }
            try replica.commit(in: account.space) { composer in
                try self.noteAccount(composer)
                for mandate in due { try self.credit(mandate, in: composer) }
                try self.startScheduled(composer)
            }
        }
    }

    private nonisolated func noteAccount(_ composer: Composer) throws {
        let account = try composer.account()
        var new = account.methods.filter { $0.seen == nil }.map(\.change)
        if let schedule = account.scheduleChange, account.periodStart == nil { new.append(schedule) }
        guard !new.isEmpty else { return }
        try composer.sign(AccountAct.seen(time: max(replica.store.clock(), account.agentTime), new))
    }

    private nonisolated func credit(_ mandate: Mandate, in composer: Composer) throws {
        guard let currency = mandate.state.activeTerms?.currency else { return }
        for milestone in mandate.state.milestones {
            let account = try composer.account()
            let number = milestone.terms.number
            let totals = mandate.totals(milestone)
            let total = totals.released - totals.returned
            let known = account.credits.first { $0.contract == mandate.space && $0.milestone == number }?.total ?? 0
            guard total != known else { continue }
            let time = max(replica.store.clock(), account.agentTime)
            try composer.sign(
                .credit(contract: mandate.space, milestone: number, total: total, currency: currency, time: time))
        }
    }

    /// Begins the payouts that a freelancer's schedule makes due, one in each currency.
    private nonisolated func startScheduled(_ composer: Composer) throws {
        let account = try composer.account()
        let time = max(replica.store.clock(), account.agentTime)
        guard let due = account.nextScheduled, time >= due else { return }
        for currency in account.currencies where account.balance(in: currency) > 0 {
            let act = AccountAct.scheduled(amount: account.balance(in: currency), currency: currency, time: time)
            if try composer.account().reasonToRefuse(act, by: .agent) == nil { try composer.sign(act) }
        }
    }

    /// Payouts that wait for the agent, for its inbox.
    func waitingPayouts() throws -> [DutyView] {
        try servedAccounts().flatMap { served -> [DutyView] in
            let account = served.state
            return account.payouts.filter { $0.status == .requested }.map { payout in
                DutyView(
                    contract: served.space.description, title: "Account of \(payout.method.holder)", milestone: nil,
                    kind: "payout",
                    sentence: "A payout to \(payout.method.name) is asked for.",
                    amount: MoneyView(minor: payout.amount, currency: payout.currency.code),
                    reference: PaymentReference(payout: payout.id).text,
                    due: account.method(payout.method.name).flatMap { account.usableFrom($0) })
            }
        }
    }
}
