import Agreement
import Canon
import Foundation
import Ledger
public import Replica

extension Node {
    public func milestones(_ ref: String) throws -> [MilestoneView] {
        try replica.milestones(of: try replica.resolve(ref))
    }

    /// Hands in work on a milestone, with what there is to say and the files delivered.
    public func submit(_ ref: String, milestone: String, note: String, files: [String]) throws -> MilestoneView {
        let references = try files.map { try replica.attach(path: $0) }
        return try act(on: milestone, in: ref, note: note, files: references) { milestone, hash in
            .submit(milestone: milestone.terms.number, round: milestone.round + 1, statement: hash)
        }
    }

    /// Sends the latest submission back.
    public func requestChanges(_ ref: String, milestone: String, note: String) throws -> MilestoneView {
        try act(on: milestone, in: ref, note: note) { milestone, hash in
            .requestChanges(milestone: milestone.terms.number, round: milestone.round, statement: hash)
        }
    }

    /// Orders a deposit; `total` is in all, by default the milestone's amount.
    public func fund(_ ref: String, milestone: String, total: String?) throws -> MilestoneView {
        try move(ref, milestone, total, all: { $0.terms.amount }, act: { .fund(milestone: $0, total: $1) })
    }

    /// Gives to the freelancer; `total` is in all, by default everything that is held, or without an agent the whole amount.
    public func release(_ ref: String, milestone: String, total: String?) throws -> MilestoneView {
        func all(_ milestone: Milestone) -> Int64 {
            let totals = milestone.totals
            return totals.funded == 0 ? milestone.terms.amount : totals.funded - totals.refunded
        }
        return try move(ref, milestone, total, all: all, act: { .release(milestone: $0, total: $1) })
    }

    /// Gives back to the client what is held; `total` is in all, by default everything.
    public func refund(_ ref: String, milestone: String, total: String?) throws -> MilestoneView {
        try move(
            ref, milestone, total, all: { $0.totals.funded - $0.totals.released }, act: { .refund(milestone: $0, total: $1) })
    }

    /// Gives back to the client what was released; `total` is in all, by default everything.
    public func giveBack(_ ref: String, milestone: String, total: String?) throws -> MilestoneView {
        try move(ref, milestone, total, all: { $0.totals.released }, act: { .giveBack(milestone: $0, total: $1) })
    }

    /// Confirms a payment that the client claims, where nobody holds the money.
    public func confirm(_ ref: String, milestone: String, total: String?) throws -> MilestoneView {
        try move(ref, milestone, total, all: { $0.consents.release }, act: { .confirm(milestone: $0, total: $1) })
    }

    /// Asks for a refund; `total` is in all, by default everything that is held.
    public func askRefund(_ ref: String, milestone: String, total: String?, note: String) throws -> MilestoneView {
        try act(on: milestone, in: ref, note: note) { milestone, hash in
            let all = milestone.totals.funded - milestone.totals.released
            return .ask(milestone: milestone.terms.number, total: try self.total(total, in: ref) ?? all, statement: hash)
        }
    }

    public func withdrawAsk(_ ref: String, milestone: String) throws -> MilestoneView {
        try act(on: milestone, in: ref) { .withdrawAsk(milestone: $0.terms.number) }
    }

    public func declineAsk(_ ref: String, milestone: String, note: String) throws -> MilestoneView {
        try act(on: milestone, in: ref, note: note) { .declineAsk(milestone: $0.terms.number, statement: $1) }
    }

    public func dispute(_ ref: String, milestone: String, note: String) throws -> MilestoneView {
        try act(on: milestone, in: ref, note: note) { .dispute(milestone: $0.terms.number, statement: $1) }
    }

    public func withdrawDispute(_ ref: String, milestone: String) throws -> MilestoneView {
        try act(on: milestone, in: ref) { .withdrawDispute(milestone: $0.terms.number) }
    }

    /// Speaks in a dispute, and reveals changes such as messages to the mediator and the agent.
    public func disclose(_ ref: String, milestone: String, note: String, changes: [String]) throws -> MilestoneView {
        let space = try replica.resolve(ref)
        let keys = try changes.map { try replica.changeKey(of: $0, in: space) }
        return try act(on: milestone, in: ref, note: note) { .answer(milestone: $0.terms.number, statement: $1, keys: keys) }
    }

    /// Proposes a division, or as the mediator rules one: what the freelancer gets in all; the client gets the rest.
    public func divide(
        _ ref: String, milestone: String, released: String, refunded: String?, note: String, isRuling: Bool
    ) throws -> MilestoneView {
        if isRuling { try takeUpRole(in: try replica.resolve(ref)) }
        return try act(on: milestone, in: ref, note: note) { milestone, hash in
            let most = try self.total(released, in: ref) ?? 0
            let rest = try self.total(refunded, in: ref) ?? milestone.totals.funded - most
            let split = Split(released: most, refunded: rest)
            let number = milestone.terms.number
            return isRuling
                ? .rule(milestone: number, split, statement: hash) : .propose(milestone: number, split, statement: hash)
        }
    }

    /// Accepts a proposed division; without an id the last one of somebody else.
    public func acceptSplit(_ ref: String, milestone: String, proposal: String?) throws -> MilestoneView {
        let role = try replica.contract(try replica.resolve(ref)).viewer.role
        let view = try find(milestone, in: try replica.resolve(ref))
        let open = view.dispute?.proposals.filter { !$0.acceptedBy.contains(role ?? "") } ?? []
        let wanted = proposal.map { $0.hasPrefix(ChangeID.prefix + "_") ? $0 : ChangeID.prefix + "_" + $0 }
        guard let found = open.last(where: { wanted == nil || $0.id.hasPrefix(wanted ?? "") }), let id = ChangeID(text: found.id)
        else {
            throw HandselError(.notFound, "There is no proposal that waits for you. `handsel milestone list` shows disputes.")
        }
        return try act(on: milestone, in: ref) { .acceptSplit(proposal: id, milestone: $0.terms.number) }
    }

    /// An act that names a total.
    private func move(
        _ ref: String, _ name: String, _ text: String?, all: (Milestone) -> Int64, act make: (Int, Int64) -> Act
    ) throws -> MilestoneView {
        try act(on: name, in: ref) { make($0.terms.number, try self.total(text, in: ref) ?? all($0)) }
    }

    nonisolated func total(_ text: String?, in ref: String) throws -> Int64? {
        guard let text else { return nil }
        let state = try replica.state(of: try replica.resolve(ref))
        guard let currency = (state.activeTerms ?? state.current?.terms)?.currency,
            let money = Money(text: text, currency: currency)
        else { throw HandselError(.usage, "\"\(text)\" is not an amount. Write it as 500 or 500.00.") }
        return money.minor
    }

    func act(on name: String, in ref: String, _ make: (Milestone) throws -> Act) throws -> MilestoneView {
        let space = try replica.resolve(ref)
        let number = try find(name, in: space).number
        try replica.commit(in: space) { composer in
            guard let milestone = try composer.state().milestone(number) else { return }
            try composer.sign(try make(milestone))
        }
        return try find("\(number)", in: space)
    }

    /// Prose first, then the act that cites it.
    private func act(
        on name: String, in ref: String, note: String, files: [FileReference] = [], _ make: (Milestone, Bytes32) throws -> Act
    ) throws -> MilestoneView {
        let space = try replica.resolve(ref)
        let number = try find(name, in: space).number
        guard note.utf8.count <= AgreementLimits.prose, files.count <= AgreementLimits.files else {
            throw HandselError(
                .refused,
                "A note has at most \(AgreementLimits.prose / 1_024) KiB and comes with at most "
                    + "\(AgreementLimits.files) files.")
        }
        try replica.commit(in: space) { composer in
            _ = try composer.sign(note: note, files: files) { state, hash in
                guard let milestone = state.milestone(number) else {
                    throw HandselError(.notFound, "The contract has no milestone \(number).")
                }
                return try make(milestone, hash)
            }
        }
        return try find("\(number)", in: space)
    }

    /// A milestone is named by its number, its title, or the beginning of its title.
    private func find(_ milestone: String, in space: SpaceID) throws -> MilestoneView {
        let all = try replica.milestones(of: space)
        guard !all.isEmpty else {
            throw HandselError(
                .refused, "The contract is not active yet, so it has no milestones. Both sides accept its terms first.")
        }
        if let number = Int(milestone), let found = all.first(where: { $0.number == number }) { return found }
        let wanted = milestone.lowercased()
        let exact = all.filter { $0.title.lowercased() == wanted }
        let found = exact.isEmpty ? all.filter { !wanted.isEmpty && $0.title.lowercased().hasPrefix(wanted) } : exact
        if found.count == 1 { return found[0] }
        let known = all.map { "\($0.number) \($0.title)" }.joined(separator: ", ")
        throw HandselError(
            found.isEmpty ? .notFound : .ambiguous,
            "\"\(milestone)\" names \(found.isEmpty ? "no milestone" : "more than one milestone"). There are: \(known).")
    }
}
