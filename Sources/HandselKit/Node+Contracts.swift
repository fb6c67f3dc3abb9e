import Agreement
import Canon
import Ledger
public import Replica

extension Node {
    /// Founds a contract's space and offers its terms; the other side comes in by an invite.
    public func offer(_ request: OfferRequest) throws -> ContractView {
        let terms = try request.checkedTerms()
        guard let role = Role(rawValue: request.role), role.counterpart != nil else {
            throw HandselError(.usage, "\"\(request.role)\" is not a role in a contract. Use client or freelancer.")
        }
        try checkProse(request.terms)
        let name = try replica.identity().name
        let space = try replica.createSpace(.contract, as: role) { composer in
            try composer.write([.edit(.name(name))])
            try self.writeOffer(terms, prose: request.terms ?? "", with: composer)
        }
        try listSpace(space)
        return try replica.contract(space)
    }

    private nonisolated func checkProse(_ text: String?) throws {
        guard (text?.utf8.count ?? 0) <= AgreementLimits.prose else {
            throw HandselError(
                .refused, "The terms are longer than \(AgreementLimits.prose / 1_024) KiB. Shorten them, or attach a file.")
        }
    }

    /// Prose first, then the act that cites it.
    private nonisolated func writeOffer(_ terms: Terms, prose: String, with composer: Composer) throws {
        let statement = Prose(salt: composer.randomSalt(), text: prose)
        let act = Act.offer(terms, prose: statement.hash)
        if let reason = try composer.reasonToRefuse(act) { throw HandselError(.refused, reason) }
        let edits = try [composer.termsEdit(to: prose)].compactMap { $0 } + [.statement(statement)]
        try composer.write(edits.map(Assertion.edit))
        _ = try composer.sign(act)
    }

    /// Answers the latest offer with another one.
    public func counter(_ ref: String, _ change: CounterRequest) throws -> ContractView {
        let space = try replica.resolve(ref)
        try checkProse(change.terms)
        let draft = try replica.termsText(of: space)
        try replica.commit(in: space) { composer in
            let state = try composer.state()
            guard let current = state.pending?.terms ?? state.activeTerms ?? state.current?.terms else {
                throw HandselError(.refused, "Nothing was offered in this contract yet, so there is nothing to counter.")
            }
            try self.writeOffer(try change.apply(to: current), prose: change.terms ?? draft, with: composer)
        }
        return try replica.contract(space)
    }

    /// Edits the text of the terms; what the other side edits meanwhile is merged.
    ///
    /// An offer of one's own that is still pending is withdrawn by it. After acceptance the text is a draft of what may come.
    public func editTerms(_ ref: String, to text: String) throws -> ContractView {
        let space = try replica.resolve(ref)
        try checkProse(text)
        try replica.commit(in: space) { composer in
            guard let edit = try composer.termsEdit(to: text) else { return }
            try composer.write([.edit(edit)])
            if let pending = try composer.state().pending, pending.by == (try composer.role()) {
                _ = try composer.sign(.withdraw(offer: pending.id))
            }
        }
        return try replica.contract(space)
    }

    public func accept(_ ref: String) throws -> ContractView {
        try answer(ref) { .accept(offer: $0.id, termsHash: $0.termsHash) }
    }

    public func decline(_ ref: String) throws -> ContractView { try answer(ref) { .decline(offer: $0.id) } }

    public func withdraw(_ ref: String) throws -> ContractView { try answer(ref) { .withdraw(offer: $0.id) } }

    private func answer(_ ref: String, _ act: (Offer) -> Act) throws -> ContractView {
        try sign(in: ref) { state in
            guard let offer = state.pending ?? state.current else {
                throw HandselError(.refused, "Nothing was offered in this contract yet.")
            }
            return act(offer)
        }
    }

    /// Stops hourly time from being billed until `resume`; a milestone's deadlines run on.
    public func pause(_ ref: String) throws -> ContractView { try sign(in: ref) { _ in .pause } }

    public func resume(_ ref: String) throws -> ContractView { try sign(in: ref) { _ in .resume } }

    /// No new work and no new funding from here on; what is held is still settled.
    public func end(_ ref: String) throws -> ContractView { try sign(in: ref) { _ in .end } }

    private func sign(in ref: String, _ act: (ContractState) throws -> Act) throws -> ContractView {
        let space = try replica.resolve(ref)
        try replica.commit(in: space) { _ = try $0.sign(try act(try $0.state())) }
        return try replica.contract(space)
    }

    /// Offers other terms for an active contract; they bind once the other side accepts them.
    public func amend(_ ref: String, _ change: CounterRequest) throws -> ContractView {
        let state = try replica.state(of: try replica.resolve(ref))
        guard state.isActive else {
            throw HandselError(.refused, "The contract is not active yet; answer its offer with `handsel contract counter`.")
        }
        return try counter(ref, change)
    }

    public func contract(_ ref: String) throws -> ContractView { try replica.contract(try replica.resolve(ref)) }

    public func contracts() throws -> [ContractSummary] { try replica.contracts() }

    /// Every signed change of a contract, in an order in which each comes after what it had seen.
    public func history(_ ref: String) throws -> [HistoryEntry] { try replica.history(of: try replica.resolve(ref)) }
}
