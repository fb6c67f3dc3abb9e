import Agreement

/// An amount in a currency's minor unit, as every JSON object shows it.
public struct MoneyView: Codable, Hashable, Sendable {
    public let minor: Int64
    public let currency: String

    package init(minor: Int64, currency: String) {
        self.minor = minor
        self.currency = currency
    }
}

/// A party to a contract.
public struct PartyView: Codable, Hashable, Sendable {
    public let person: String
    /// What they call themselves; nil until it is known here.
    public let name: String?
}

/// One part of the terms of an offer.
public struct OfferMilestoneView: Codable, Hashable, Sendable {
    public let number: Int
    public let title: String
    public let amount: MoneyView
    /// A day, such as `2026-12-15`.
    public let due: String?
}

/// An offer and what became of it.
public struct OfferView: Codable, Hashable, Sendable {
    public let id: String
    /// The role that made it.
    public let by: String
    /// `pending`, `accepted`, `declined`, `withdrawn` or `countered`.
    public let outcome: String
    public let title: String
    /// SHA-256 in hexadecimal over structured terms and salted prose: what an acceptance signs.
    public let termsHash: String
    /// Words of the prose it stands on; nil where this device has not read it.
    public let words: Int?
    public let time: UInt64
    public let milestones: [OfferMilestoneView]
}

/// An attachment.
public struct FileView: Codable, Hashable, Sendable {
    public let id: String
    public let name: String
    /// Bytes.
    public let size: UInt64
    public let time: UInt64
    public let person: String
}

/// The text of the terms as it stands now.
public struct TermsView: Codable, Hashable, Sendable {
    public let words: Int
    public let text: String
}

/// One wording that a message has had.
public struct WordingView: Codable, Hashable, Sendable {
    public let time: UInt64
    public let text: String
}

public struct MessageView: Codable, Hashable, Sendable {
    public let id: String
    public let time: UInt64
    public let person: String
    public let name: String?
    public let text: String
    public let edits: Int
    public let files: [FileView]
    /// Every wording, the first one first.
    public let wordings: [WordingView]
}

/// A ten-minute slot of the work diary.
public struct SlotView: Codable, Hashable, Sendable {
    public let start: UInt64
    public let device: String
    public let person: String
    public let name: String?
    public let activity: UInt64
    public let isManual: Bool
    public let memo: String?
}

/// An act in the order in which acts fold, and why it is void if it is.
public struct ActView: Codable, Hashable, Sendable {
    public let id: String
    public let kind: String
    public let time: UInt64
    public let by: String?
    public let milestone: Int?
    /// The roles that have signed something since they had it; until then it is not yet seen.
    public let seenBy: [String]
    public let void: String?
}

/// A change that is kept without effect.
public struct HeldBackView: Codable, Hashable, Sendable {
    public let change: String
    public let kind: String
    public let reason: String
}

/// Who looks: the only part that differs between two replicas with the same changes.
public struct ViewerView: Codable, Hashable, Sendable {
    public let person: String
    public let device: String
    public let role: String?
}

/// A contract in full.
public struct ContractView: Codable, Hashable, Sendable {
    public let id: String
    public let title: String
    /// `empty`, `offered`, `countered`, `declined`, `withdrawn`, `active`, `paused`, `ending` or `ended`.
    public let status: String
    /// `fixed` or `hourly`.
    public let pricing: String
    public let currency: String
    public let total: MoneyView?
    /// What an hour costs.
    public let rate: MoneyView?
    public let weeklyHours: UInt64?
    public let client: PartyView?
    public let freelancer: PartyView?
    /// Who holds the money, as the terms name them; nil if nobody does.
    public let agent: PartyView?
    public let mediator: PartyView?
    public let offers: [OfferView]
    /// Nil before the contract is active, and where nobody holds money.
    public let escrow: EscrowView?
    /// Of an hourly contract, the deposit under the number 0.
    public let milestones: [MilestoneView]
    public let invoices: [InvoiceView]
    /// Contradictions between acts that had not seen one another, and how they were settled.
    public let resolutions: [ResolutionView]
    /// Devices that signed different changes in the same place; both are kept, and prove it.
    public let forks: [ForkView]
    public let terms: TermsView
    public let messages: [MessageView]
    public let diary: [SlotView]
    public let files: [FileView]
    public let acts: [ActView]
    public let heldBack: [HeldBackView]
    public let viewer: ViewerView
}

/// Different changes that a device signed in the same place.
public struct ForkView: Codable, Hashable, Sendable {
    /// The role of its person.
    public let by: String
    public let device: String
    public let number: UInt64
    public let changes: [String]
    /// What others had acknowledged before they knew stands, and nothing else; for people.
    public let sentence: String
}

/// A contract in one line.
public struct ContractSummary: Codable, Hashable, Sendable {
    public let id: String
    public let title: String
    public let status: String
    public let pricing: String
    public let currency: String
    public let total: MoneyView?
    public let client: PartyView?
    public let freelancer: PartyView?
    /// The viewer's role.
    public let role: String?
}

/// One signed change, as a line of the history.
public struct HistoryEntry: Codable, Hashable, Sendable {
    public let id: String
    public let time: UInt64
    public let lamport: UInt64
    public let device: String
    public let person: String?
    public let name: String?
    public let role: String?
    /// `control`, `money` or `parties`.
    public let audience: String
    public let kinds: [String]
    /// Why it is kept without effect, if it is.
    public let void: String?
}

/// A place where a searched word was found.
public struct SearchHit: Codable, Hashable, Sendable {
    public let space: String
    public let title: String
    /// `message`, `terms`, `memo` or `statement`.
    public let kind: String
    /// The message's id, the slot's start in milliseconds, or the contract's id.
    public let item: String
    /// The words around it, the match in brackets.
    public let snippet: String
}

extension MoneyView {
    /// Such as `500.00 EUR`.
    public var text: String {
        Currency(code: currency).map { Money(minor: minor, currency: $0).text } ?? "\(minor) \(currency)"
    }
}
