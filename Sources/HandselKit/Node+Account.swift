import Agreement
import Canon
import Ledger
import Replica
import Store

/// What a freelancer has earned, and how it is paid out.
extension Node {
    /// Contracts in which this person is the freelancer and an agent holds the money.
    private func earning() throws -> [(space: SpaceID, title: String, state: ContractState, agent: PersonID)] {
        try replica.contracts().filter { $0.role == Role.freelancer.rawValue }.compactMap { contract in
            guard let space = SpaceID(text: contract.id) else { return nil }
            let state = try replica.state(of: space)
            guard let agent = state.activeTerms?.agent else { return nil }
            return (space, contract.title, state, agent)
        }
    }

    /// This person's account with an agent.
    private func account(with agent: PersonID) throws -> SpaceID? {
        let own = try replica.identity().person
        let accounts = try replica.accounts().filter {
            let roster = try replica.roster(of: $0)
            return roster.person(in: .agent) == agent && roster.person(in: .freelancer) == own
        }
        return Self.served(try accounts.map { ($0, try replica.account($0)) }, \.1, \.0)?.0
    }

    /// The account with the agent of a contract, or with the only agent there is; founded where there is none yet.
    private func openAccount(for ref: String?) throws -> SpaceID {
        let all = try earning()
        let wanted = try ref.map { try replica.resolve($0) }
        let candidates = all.filter { wanted == nil || $0.space == wanted }
        guard let first = candidates.first, Set(candidates.map(\.agent)).count == 1 else {
            throw HandselError(
                candidates.isEmpty ? .refused : .usage,
                candidates.isEmpty
                    ? "No agent holds money for you yet: payouts need an active contract whose terms name one."
                    : "You work with several agents. Name one of their contracts with --contract.")
        }
        if let known = try account(with: first.agent) { return known }
        let roster = try replica.roster(of: first.space)
        guard let device = roster.device(in: .agent), let certificate = roster.certificates[device] else {
            throw HandselError(
                .refused, "The agent has not joined \"\(first.title)\" yet, so there is nobody to pay you out. Sync later.")
        }
        let name = try replica.identity().name
        let space = try replica.createSpace(.account, as: .freelancer) { composer in
            try composer.write(.addMember(.agent, certificate))
            try composer.fold()
            try composer.rotate()
            try composer.write([.edit(.name(name))])
        }
        try listSpace(space)
        return space
    }

    public func balance() throws -> BalanceView {
        let earning = try earning()
        var lines: [String: [BalanceView.Line]] = [:]
        var available: [String: Int64] = [:]
        var held: [String: Int64] = [:]
        func add(_ code: String, _ sentence: String, _ minor: Int64) {
            guard minor != 0 else { return }
            lines[code, default: []].append(.init(sentence: sentence, amount: MoneyView(minor: minor, currency: code)))
            available[code, default: 0] += minor
        }
        for contract in earning {
            guard let code = contract.state.activeTerms?.currency.code else { continue }
            held[code, default: 0] += contract.state.held
            for milestone in contract.state.milestones {
                add(code, "\(contract.title), \(milestone.terms.title): released", milestone.totals.released)
                add(code, "\(contract.title), \(milestone.terms.title): given back", -milestone.totals.returned)
            }
        }
        // Whoever was replaced pays out what went through their hands.
        let agents = earning.reduce(into: Set<PersonID>()) { agents, contract in
            agents.formUnion(contract.state.milestones.flatMap(\.agents) + [contract.agent])
        }
        for agent in agents {
            guard let space = try account(with: agent) else { continue }
            for payout in try replica.account(space).payouts where ![.withdrawn, .failed].contains(payout.status) {
                add(payout.currency.code, "paid out to \(payout.method.name): \(payout.status.rawValue)", -payout.amount)
            }
        }
        let codes = Set(lines.keys).union(held.keys)
        return BalanceView(
            currencies: codes.sorted().map { code in
                BalanceView.Currency(
                    currency: code, held: MoneyView(minor: held[code] ?? 0, currency: code),
                    available: MoneyView(minor: available[code] ?? 0, currency: code), lines: lines[code] ?? [])
            })
    }

    /// Names, or with the same name changes, a way to be paid.
    public func setPayoutMethod(
        name: String, kind: String, destination: String, bic: String?, holder: String?, contract: String?
    ) throws -> [PayoutMethodView] {
        guard let kind = PayoutMethod.Kind(rawValue: kind) else {
            throw HandselError(.usage, "\"\(kind)\" is no kind of payout. Use bank, paypal or other.")
        }
        let (checked, bic) = try Self.checked(kind, destination, bic: bic)
        let method = PayoutMethod(
            name: name, kind: kind, destination: checked, bic: bic, holder: try holder ?? replica.identity().name)
        try replica.commit(in: try openAccount(for: contract)) { _ = try $0.sign(.method(method)) }
        return try payoutMethods()
    }

    public func payoutMethods() throws -> [PayoutMethodView] {
        try ownAccounts().flatMap { account in
            account.state.methods.map {
                PayoutMethodView(
                    name: $0.method.name, kind: $0.method.kind.rawValue, destination: $0.method.destination,
                    holder: $0.method.holder, agent: account.agent, usableFrom: account.state.usableFrom($0))
            }
        }
    }

    /// Asks for a payout; without an amount, of everything there is.
    public func requestPayout(amount: String?, currency: String?, method: String?, contract: String?) throws -> PayoutView {
        let space = try openAccount(for: contract)
        let id = try replica.commit(in: space) { composer in
            let account = try composer.account()
            let credited = account.currencies
            guard let currency = try currency.map({ try Self.currency($0) }) ?? (credited.count == 1 ? credited.first : nil)
            else {
                throw HandselError(
                    credited.isEmpty ? .refused : .usage,
                    credited.isEmpty
                        ? "The agent has credited nothing to your account yet. Sync, and try again once they have."
                        : "Your account has several currencies. Name one with --currency.")
            }
            let names = account.methods.map(\.method.name)
            guard let method = method ?? (names.count == 1 ? names.first : nil) else {
                throw HandselError(
                    .usage,
                    names.isEmpty
                        ? "There is no payout method yet. Add one with `handsel payout method`." : "Name a method with --method.")
            }
            let all = account.balance(in: currency)
            guard let minor = amount.map({ Money(text: $0, currency: currency)?.minor }) ?? all else {
                throw HandselError(.usage, "\"\(amount ?? "")\" is not an amount. Write it as 500 or 500.00.")
            }
            return try composer.sign(.request(amount: minor, currency: currency, method: method))
        }
        return try payouts().first { $0.id == id.description }
            ?? { throw HandselError(.notFound, "The request was not kept.") }()
    }

    public func withdrawPayout(_ id: String) throws -> [PayoutView] {
        let wanted = id.hasPrefix(ChangeID.prefix + "_") ? id : ChangeID.prefix + "_" + id
        for account in try ownAccounts() {
            let found = account.state.payouts.filter { !id.isEmpty && $0.id.description.hasPrefix(wanted) }
            guard found.count == 1, let payout = found.first else { continue }
            try replica.commit(in: account.space) { _ = try $0.sign(.withdrawRequest(payout.id)) }
            return try payouts()
        }
        throw HandselError(.notFound, "\"\(id)\" names no payout of yours. `handsel payout list` shows them.")
    }

    public func setPayoutSchedule(_ schedule: String, method: String?, contract: String?) throws -> String {
        guard let value = PayoutSchedule(rawValue: schedule) else {
            throw HandselError(
                .usage,
                "\"\(schedule)\" is no schedule. Use \(PayoutSchedule.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        try replica.commit(in: try openAccount(for: contract)) { composer in
            let names = try composer.account().methods.map(\.method.name)
            _ = try composer.sign(.schedule(value, method: method ?? names.first ?? ""))
        }
        return value.rawValue
    }

    public func payouts() throws -> [PayoutView] {
        try ownAccounts().flatMap { account in
            account.state.payouts.map { payout in
                PayoutView(
                    id: payout.id.description, amount: MoneyView(minor: payout.amount, currency: payout.currency.code),
                    method: payout.method.name, status: payout.status.rawValue, time: payout.time, reason: payout.reason,
                    reference: PaymentReference(payout: payout.id).text, agent: account.agent)
            }
        }
    }

    private func ownAccounts() throws -> [(space: SpaceID, state: AccountState, agent: String)] {
        let own = try replica.identity().person
        return try replica.accounts().compactMap { space in
            let roster = try replica.roster(of: space)
            guard roster.person(in: .freelancer) == own else { return nil }
            return (space, try replica.account(space), roster.person(in: .agent)?.description ?? "")
        }
    }

    private static nonisolated func currency(_ code: String) throws -> Currency {
        guard let currency = Currency(code: code) else {
            throw HandselError(.usage, "\"\(code)\" is not a currency. Use its three letters, such as EUR.")
        }
        return currency
    }
}
