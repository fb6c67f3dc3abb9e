package import Canon
package import Ledger

/// What freelancer and agent sign in their account: where payouts go, what was credited, and what was paid out.
package enum AccountAct: Hashable, Sendable {
    /// The freelancer names, or with the same name changes, a way to be paid.
    case method(PayoutMethod)
    /// When payouts happen by themselves, and by which method.
    case schedule(PayoutSchedule, method: String)
    /// The freelancer asks for a payout by a method.
    case request(amount: Int64, currency: Currency, method: String)
    case withdrawRequest(ChangeID)
    /// The agent begins a payout that the schedule makes due.
    case scheduled(amount: Int64, currency: Currency, time: UInt64)
    /// The agent credits what it released on a milestone of a contract, as a cumulative total less what was given back.
    case credit(contract: SpaceID, milestone: Int, total: Int64, currency: Currency, time: UInt64)
    /// The agent has ordered a payout.
    case sent(request: ChangeID, time: UInt64)
    /// The bank's statement shows it.
    case settled(request: ChangeID, time: UInt64, reference: Bytes32)
    /// It came back, from the way or after it had settled.
    case failed(request: ChangeID, time: UInt64, reason: String)
    /// What the agent had before it at a time; a method's waiting time runs from it.
    case seen(time: UInt64, [ChangeID])
}

/// A way to be paid.
package struct PayoutMethod: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable { case bank, paypal, other }

    /// What its owner calls it.
    package let name: String
    package let kind: Kind
    /// An IBAN, an address, or words.
    package let destination: String
    /// The bank's BIC, where one is needed.
    package let bic: String?
    /// The name of whoever is paid.
    package let holder: String

    package init(name: String, kind: Kind, destination: String, bic: String?, holder: String) {
        self.name = name
        self.kind = kind
        self.destination = destination
        self.bic = bic
        self.holder = holder
    }
}

/// When payouts happen by themselves.
package enum PayoutSchedule: String, Hashable, Sendable, CaseIterable {
    case onRequest = "on-request"
    case weekly
    case twiceMonthly = "twice-monthly"
    case monthly, quarterly

    /// Milliseconds between two payouts; nil if there are none but on request.
    var period: UInt64? {
        let days: UInt64? =
            switch self {
            case .onRequest: nil
            case .weekly: 7
            case .twiceMonthly: 15
            case .monthly: 30
            case .quarterly: 91
            }
        return days.map { $0 * 24 * 3_600_000 }
    }
}

/// An account as a fold of its acts; rules P1 to P4.
package struct AccountState: ActMachine {
    package struct Method: Hashable, Sendable {
        package let method: PayoutMethod
        package let change: ChangeID
        /// The agent's time at which it had it.
        package internal(set) var seen: UInt64?
    }

    package struct Credit: Hashable, Sendable {
        package let contract: SpaceID
        package let milestone: Int
        package let currency: Currency
        package internal(set) var total: Int64
        package internal(set) var time: UInt64
    }

    package struct Payout: Hashable, Sendable {
        package enum Status: String, Hashable, Sendable { case requested, withdrawn, sent, settled, failed }
        package let id: ChangeID
        package let amount: Int64
        package let currency: Currency
        package let method: PayoutMethod
        package internal(set) var status: Status = .requested
        package internal(set) var time: UInt64?
        package internal(set) var reason: String?
    }

    /// Milliseconds that a new or changed method waits: three days.
    package static let wait: UInt64 = 3 * 24 * 3_600_000

    package private(set) var methods: [Method] = []
    package private(set) var schedule: PayoutSchedule = .onRequest
    /// The name of the method that scheduled payouts take.
    package private(set) var scheduledMethod: String?
    /// The agent's time from which the next period runs: the last scheduled payout, or when it had the schedule.
    package private(set) var periodStart: UInt64?
    /// The schedule, until the agent has it: what an agent's note of it names.
    package private(set) var scheduleChange: ChangeID?
    package private(set) var credits: [Credit] = []
    package private(set) var payouts: [Payout] = []
    package private(set) var agentTime: UInt64 = 0
    package private(set) var references: Set<Bytes32> = []

    package init() {}

    package var currencies: [Currency] { Array(Set(credits.map(\.currency))).sorted { $0.code < $1.code } }

    /// Credits less payouts that were asked for and did not come back.
    package func balance(in currency: Currency) -> Int64 {
        let credited = credits.filter { $0.currency == currency }.reduce(Int128(0)) { $0 + Int128($1.total) }
        let asked = payouts.filter { $0.currency == currency && ![.withdrawn, .failed].contains($0.status) }
        return Int64(clamping: asked.reduce(credited) { $0 - Int128($1.amount) })
    }

    package func method(_ name: String) -> Method? { methods.first { $0.method.name == name } }

    /// When the schedule makes the next payout due; nil if there is none to come.
    package var nextScheduled: UInt64? {
        guard let period = schedule.period, let periodStart else { return nil }
        return periodStart.saturating(plus: period)
    }

    /// When a method may first be used; nil until the agent has seen it.
    package func usableFrom(_ method: Method) -> UInt64? { method.seen.map { $0.saturating(plus: Self.wait) } }
}

extension AccountState {
    package func reasonToRefuse(_ act: AccountAct, by role: Role) -> String? {
        switch act {
        case .method(let method):
            role == .freelancer ? refuse(method) : Rule.method.refusal("Only the freelancer says where payouts go.")
        case .schedule(let schedule, let name): refuseSchedule(schedule, name, by: role)
        case .request(let amount, let currency, let name):
            role == .freelancer
                ? refuseRequest(amount, currency, name) : Rule.request.refusal("Only the freelancer asks for a payout.")
        case .withdrawRequest(let id):
            role == .freelancer
                ? payouts.contains { $0.id == id && $0.status == .requested }
                    ? nil : Rule.request.refusal("There is no such request that still waits.")
                : Rule.request.refusal("Only the freelancer withdraws a request.")
        case .credit(let contract, let milestone, let total, let currency, let time):
            refuseAgent(role, at: time) ?? refuseCredit(contract, milestone, total, currency)
        case .scheduled(let amount, let currency, let time):
            refuseAgent(role, at: time) ?? refuseScheduled(amount, currency, at: time)
        case .sent(let id, let time): refuseAgent(role, at: time) ?? refuseSending(id, at: time)
        case .settled(let id, let time, let reference):
            refuseAgent(role, at: time)
                ?? (references.contains(reference)
                    ? Rule.payout.refusal("That entry of the bank's statement has settled a payout already.")
                    : refuseOutcome(id, [.sent]))
        case .failed(let id, let time, _): refuseAgent(role, at: time) ?? refuseOutcome(id, [.sent, .settled])
        case .seen(let time, let changes):
            refuseAgent(role, at: time)
                ?? (methods.contains { changes.contains($0.change) && $0.seen == nil }
                    || scheduleChange.map { changes.contains($0) && periodStart == nil } == true
                    ? nil : Rule.payout.refusal("The agent has noted all of it before."))
        }
    }

    private func refuseAgent(_ role: Role, at time: UInt64) -> String? {
        if role != .agent { return Rule.account.refusal("Only the agent credits and pays out.") }
        return time >= agentTime && time <= AgreementLimits.time
            ? nil : Rule.account.refusal("The agent's clock ran backwards: it has signed a later time before.")
    }

    private func refuse(_ method: PayoutMethod) -> String? {
        if method.name.isEmpty || method.destination.isEmpty || method.holder.isEmpty {
            return Rule.method.refusal("A payout method has a name, a destination and the name of whoever is paid.")
        }
        return self.method(method.name)?.method == method ? Rule.method.refusal("That method is noted already.") : nil
    }

    private func refuseRequest(_ amount: Int64, _ currency: Currency, _ name: String) -> String? {
        if amount <= 0 { return Rule.request.refusal("An amount is above zero.") }
        if method(name) == nil {
            return Rule.request.refusal("There is no payout method \"\(name)\". Add it with `handsel payout method`.")
        }
        let balance = balance(in: currency)
        return amount <= balance
            ? nil
            : Rule.request.refusal("The balance is \(Money(minor: balance, currency: currency).text), which does not cover it.")
    }

    private func refuseSchedule(_ schedule: PayoutSchedule, _ name: String, by role: Role) -> String? {
        if role != .freelancer { return Rule.method.refusal("Only the freelancer says when payouts happen.") }
        if schedule == self.schedule, schedule == .onRequest || name == scheduledMethod {
            return Rule.method.refusal("That schedule is in force already.")
        }
        return schedule == .onRequest || method(name) != nil
            ? nil : Rule.method.refusal("There is no payout method \"\(name)\". Add it with `handsel payout method`.")
    }

    private func refuseScheduled(_ amount: Int64, _ currency: Currency, at time: UInt64) -> String? {
        guard let due = nextScheduled, let name = scheduledMethod else {
            return Rule.request.refusal("No schedule is in force, so payouts happen on request.")
        }
        return time < due
            ? Rule.request.refusal("The next scheduled payout is not due yet.") : refuseRequest(amount, currency, name)
    }

    private func refuseCredit(_ contract: SpaceID, _ milestone: Int, _ total: Int64, _ currency: Currency) -> String? {
        guard (0...AgreementLimits.total).contains(total) else { return Rule.account.refusal("The credit is no amount.") }
        let known = credits.first { $0.contract == contract && $0.milestone == milestone }
        if known?.total ?? 0 == total { return Rule.account.refusal("That is credited already.") }
        return known.map { $0.currency == currency } ?? true
            ? nil : Rule.account.refusal("A milestone is credited in one currency.")
    }

    private func refuseSending(_ id: ChangeID, at time: UInt64) -> String? {
        guard let payout = payouts.first(where: { $0.id == id }), payout.status == .requested else {
            return Rule.payout.refusal("There is no such request that waits to be paid.")
        }
        guard let method = method(payout.method.name), method.method == payout.method, let from = usableFrom(method), time >= from
        else { return Rule.payout.refusal("The payout's method is new or has changed; it waits three days.") }
        return balance(in: payout.currency) >= 0 ? nil : Rule.payout.refusal("The balance does not cover the payout any more.")
    }

    private func refuseOutcome(_ id: ChangeID, _ from: [Payout.Status]) -> String? {
        payouts.contains { $0.id == id && from.contains($0.status) }
            ? nil : Rule.payout.refusal("There is no such payout under way.")
    }

    package mutating func apply(_ signed: SignedAct<AccountAct>) {
        switch signed.act {
        case .method(let method):
            methods.removeAll { $0.method.name == method.name }
            methods.append(Method(method: method, change: signed.change))
        case .schedule(let schedule, let name):
            self.schedule = schedule
            // An agent who has not seen the schedule end still finds the method of a payout that it began.
            if method(name) != nil { scheduledMethod = name }
            (scheduleChange, periodStart) = (signed.change, nil)
        case .request(let amount, let currency, let name):
            guard let method = method(name)?.method else { return }
            payouts.append(Payout(id: signed.change, amount: amount, currency: currency, method: method))
        case .scheduled(let amount, let currency, let time):
            guard let name = scheduledMethod, let method = method(name)?.method else { return }
            periodStart = time
            payouts.append(Payout(id: signed.change, amount: amount, currency: currency, method: method))
        case .withdrawRequest(let id): update(id, from: [.requested]) { $0.status = .withdrawn }
        case .credit(let contract, let milestone, let total, let currency, let time):
            credits.removeAll { $0.contract == contract && $0.milestone == milestone }
            credits.append(Credit(contract: contract, milestone: milestone, currency: currency, total: total, time: time))
        case .sent(let id, let time):
            // Money that has left is gone, whatever the freelancer withdrew meanwhile.
            update(id, from: [.requested, .withdrawn]) { ($0.status, $0.time) = (.sent, time) }
        case .settled(let id, let time, let reference):
            references.insert(reference)
            update(id, from: [.sent]) { ($0.status, $0.time) = (.settled, time) }
        case .failed(let id, let time, let reason):
            // A bank returns payments after it has booked them too.
            update(id, from: [.sent, .settled]) { ($0.status, $0.time, $0.reason) = (.failed, time, reason) }
        case .seen(let time, let changes):
            for index in methods.indices where changes.contains(methods[index].change) && methods[index].seen == nil {
                methods[index].seen = time
            }
            if let scheduleChange, periodStart == nil, changes.contains(scheduleChange) { periodStart = time }
        }
        if let time = signed.act.agentTime { agentTime = max(agentTime, time) }
    }

    private mutating func update(_ id: ChangeID, from: [Payout.Status], _ body: (inout Payout) -> Void) {
        guard let index = payouts.firstIndex(where: { $0.id == id && from.contains($0.status) }) else { return }
        body(&payouts[index])
    }
}
