import Canon
import Ledger

@testable import Agreement

/// A mistake that somebody could make in the rules.
protocol Mistake {
    static var name: String { get }
    /// The small contract in which it shows.
    static var world: World? { get }
    /// What the guard says with the mistake; `reason` is what it says without.
    static func reason(_ reason: String?, for act: Act, by role: Role, in contract: ContractState) -> String?
    /// What an act comes to with the mistake, after `contract` has taken it rightly from `before`.
    static func distort(_ contract: inout ContractState, after signed: SignedAct<Act>, from before: ContractState)
}

extension Mistake {
    static var name: String { "\(Self.self)" }
    static var world: World? { .escrow }
    static func reason(_ reason: String?, for act: Act, by role: Role, in contract: ContractState) -> String? { reason }
    static func distort(_ contract: inout ContractState, after signed: SignedAct<Act>, from before: ContractState) {}
}

/// The rules with one mistake.
struct Mutant<M: Mistake>: Rules {
    private(set) var contract = ContractState()

    init() {}

    func reasonToRefuse(_ act: Act, by role: Role) -> String? {
        M.reason(contract.reasonToRefuse(act, by: role), for: act, by: role, in: contract)
    }

    mutating func apply(_ signed: SignedAct<Act>) {
        let before = contract
        contract.apply(signed)
        M.distort(&contract, after: signed, from: before)
    }

    static func == (first: Mutant, second: Mutant) -> Bool { first.contract == second.contract }
    func hash(into hasher: inout Hasher) { hasher.combine(contract) }
}

/// Guards that forgive what they have to refuse.
enum Mistakes {
    enum ReleaseBeyondConsent: Mistake {
        static func reason(_ reason: String?, for act: Act, by role: Role, in contract: ContractState) -> String? {
            act.basis == .release && reason.names("E3") ? nil : reason
        }
    }

    enum RefundWithoutConsent: Mistake {
        static func reason(_ reason: String?, for act: Act, by role: Role, in contract: ContractState) -> String? {
            act.basis == .refund && reason.names("E3") ? nil : reason
        }
    }

    enum MoreOutThanIn: Mistake {
        static func reason(_ reason: String?, for act: Act, by role: Role, in contract: ContractState) -> String? {
            reason.names("E1") && reason?.contains("does not add up") == true ? nil : reason
        }
    }

    enum TotalsFall: Mistake {
        static func reason(_ reason: String?, for act: Act, by role: Role, in contract: ContractState) -> String? {
            act.basis == .funding && reason?.contains("Totals only grow") == true ? nil : reason
        }
    }

    enum OneWordIsAHearing: Mistake {
        static func reason(_ reason: String?, for act: Act, by role: Role, in contract: ContractState) -> String? {
            reason?.contains("has not been heard") == true ? nil : reason
        }
    }

    enum OneConsentDivides: Mistake {
        static func reason(_ reason: String?, for act: Act, by role: Role, in contract: ContractState) -> String? {
            reason?.contains("Not both parties") == true ? nil : reason
        }
    }

    enum TimeIsAlwaysOver: Mistake {
        static func reason(_ reason: String?, for act: Act, by role: Role, in contract: ContractState) -> String? {
            reason?.contains("time to answer is not over") == true ? nil : reason
        }
    }

    enum BankEntryCountsTwice: Mistake {
        static func reason(_ reason: String?, for act: Act, by role: Role, in contract: ContractState) -> String? {
            reason?.contains("has become a receipt already") == true ? nil : reason
        }
    }

    enum ShareOfAnySize: Mistake {
        static func reason(_ reason: String?, for act: Act, by role: Role, in contract: ContractState) -> String? {
            act.basis == .defaultShare && reason?.contains("other sums") == true ? nil : reason
        }
    }

    enum NoShareAtAll: Mistake {
        static func reason(_ reason: String?, for act: Act, by role: Role, in contract: ContractState) -> String? {
            act.basis == .defaultShare ? "Never." : reason
        }
    }

    enum InvoiceIsPayableAtOnce: Mistake {
        static var world: World? { .hourly }
        static func reason(_ reason: String?, for act: Act, by role: Role, in contract: ContractState) -> String? {
            reason?.contains("review and security is not over") == true ? nil : reason
        }
    }

    enum DisputeDoesNotStopTimeout: Mistake {
        static func reason(_ reason: String?, for act: Act, by role: Role, in contract: ContractState) -> String? {
            guard act.basis == .reviewTimeout else { return reason }
            var peaceful = contract
            for index in peaceful.milestones.indices { peaceful.milestones[index].openDispute = nil }
            return peaceful.reasonToRefuse(act, by: role)
        }
    }

    enum DeadlineFromNothing: Mistake {
        static func reason(_ reason: String?, for act: Act, by role: Role, in contract: ContractState) -> String? {
            var delivered = contract
            for change in contract.undelivered { delivered.deliveries[change] = Delivery(relay: nil, agent: 0) }
            return act.basis == .reviewTimeout ? delivered.reasonToRefuse(act, by: role) : reason
        }
    }

    enum AmendmentTouchesFunded: Mistake {
        static var world: World? { .amended }
        static func reason(_ reason: String?, for act: Act, by role: Role, in contract: ContractState) -> String? {
            reason?.contains("is funded, so an amendment") == true ? nil : reason
        }
        static func distort(_ contract: inout ContractState, after signed: SignedAct<Act>, from before: ContractState) {
            guard case .accept = signed.act, let terms = contract.activeTerms else { return }
            for account in terms.accounts { contract.change(account.number) { $0.terms = account } }
        }
    }

    enum ReleaseCountsTwice: Mistake {
        static func distort(_ contract: inout ContractState, after signed: SignedAct<Act>, from before: ContractState) {
            guard signed.act.basis == .release, let number = signed.act.milestone, let old = before.milestone(number) else {
                return
            }
            contract.change(number) { $0.totals.released = min($0.totals.funded, 2 * $0.totals.released - old.totals.released) }
        }
    }

    enum EndSparesAmendments: Mistake {
        static var world: World? { .amended }
        static func distort(_ contract: inout ContractState, after signed: SignedAct<Act>, from before: ContractState) {
            guard signed.act == .end else { return }
            (contract.accords, contract.phase) = (before.accords, before.phase)
        }
    }

    enum ReceiptAddsToTotals: Mistake {
        static func distort(_ contract: inout ContractState, after signed: SignedAct<Act>, from before: ContractState) {
            guard case .receipt(let receipt) = signed.act, let old = before.milestone(receipt.milestone) else { return }
            // As if a receipt named what moved, and not how much it is in all.
            contract.change(receipt.milestone) {
                $0.totals.funded = max($0.totals.funded, old.totals.funded + receipt.totals.funded)
            }
        }
    }

    static var all: [any Mistake.Type] {
        [
            ReleaseBeyondConsent.self, RefundWithoutConsent.self, MoreOutThanIn.self, TotalsFall.self, OneWordIsAHearing.self,
            OneConsentDivides.self, TimeIsAlwaysOver.self, BankEntryCountsTwice.self, ShareOfAnySize.self, NoShareAtAll.self,
            InvoiceIsPayableAtOnce.self, DisputeDoesNotStopTimeout.self, DeadlineFromNothing.self, AmendmentTouchesFunded.self,
            ReleaseCountsTwice.self, EndSparesAmendments.self, ReceiptAddsToTotals.self,
        ]
    }
}

extension Act {
    fileprivate var basis: EscrowReceipt.Basis? { if case .receipt(let receipt) = self { receipt.basis } else { nil } }
}

extension String? {
    fileprivate func names(_ rule: String) -> Bool { self?.contains("rule \(rule)") == true }
}
