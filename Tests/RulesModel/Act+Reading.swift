import Ledger

@testable import Agreement

/// Acts read one field at a time, for those who judge them without the rules.
extension Act {
    func fundTotal(_ number: Int) -> Int64? { if case .fund(number, let total) = self { total } else { nil } }
    func releaseTotal(_ number: Int) -> Int64 { if case .release(number, let total) = self { total } else { 0 } }
    func refundTotal(_ number: Int) -> Int64 { if case .refund(number, let total) = self { total } else { 0 } }
    func giveBackTotal(_ number: Int) -> Int64 { if case .giveBack(number, let total) = self { total } else { 0 } }
    var askTotal: Int64 { if case .ask(_, let total, _) = self { total } else { 0 } }
    var submittedRound: Int? { if case .submit(_, let round, _) = self { round } else { nil } }
    var answeredRound: Int? { if case .requestChanges(_, let round, _) = self { round } else { nil } }
    var opensDispute: Bool {
        switch self {
        case .dispute, .escalate, .disputeSlots: true
        default: false
        }
    }
    var disputedInvoice: ChangeID? { if case .disputeSlots(let id, _, _) = self { id } else { nil } }

    /// Whether it leaves no ask that it had seen unanswered.
    var answersAsk: Bool {
        switch self {
        case .withdrawAsk, .declineAsk, .submit: true
        default: false
        }
    }

    /// Its name, such as `requestChanges`.
    var kind: String { String("\(self)".prefix { $0 != "(" }) }
}

extension SignedAct<Act> {
    /// Who opened a dispute with it.
    var opener: Role { if case .escalate = act { .client } else { role } }

    /// Whose word in a dispute it is.
    var speaker: Role? {
        switch act {
        case .dispute, .answer, .propose, .acceptSplit, .requestChanges, .disputeSlots: role.counterpart != nil ? role : nil
        case .escalate: .client
        default: nil
        }
    }
}
