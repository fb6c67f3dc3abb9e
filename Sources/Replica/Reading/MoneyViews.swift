/// What moved, in a currency's minor unit: funded = released + refunded + held.
public struct EscrowView: Codable, Hashable, Sendable {
    public let funded: MoneyView
    public let released: MoneyView
    public let refunded: MoneyView
    public let held: MoneyView
    /// Given back after its release.
    public let returned: MoneyView
}

/// Something that happened on a milestone: an act that counts, with what was said and delivered.
public struct MilestoneEventView: Codable, Hashable, Sendable {
    public let id: String
    /// Such as `submitted`, `changes`, `fund`, `release`, `dispute`, `ruling` or `receipt`.
    public let kind: String
    public let by: String?
    public let time: UInt64
    /// Of a submission or a request for changes; else 0.
    public let round: Int
    /// The total that it names.
    public let amount: MoneyView?
    public let text: String?
    public let files: [FileView]
}

/// A client's ask for a refund that waits.
public struct AskView: Codable, Hashable, Sendable {
    public let total: MoneyView
    /// When silence decides, in milliseconds since 1970 UTC; nil while nobody has vouched for its delivery.
    public let until: UInt64?
}

/// A division of what was funded, in cumulative totals.
public struct SplitView: Codable, Hashable, Sendable {
    public let id: String
    public let by: String
    public let released: MoneyView
    public let refunded: MoneyView
    public let acceptedBy: [String]
}

public struct DisputeView: Codable, Hashable, Sendable {
    public let openedBy: [String]
    /// The parties who have spoken.
    public let heard: [String]
    public let proposals: [SplitView]
    public let ruling: SplitView?
    /// When the hearing is over, and when the terms' own share decides; nil while nobody has vouched for the dispute's delivery.
    public let hearingUntil: UInt64?
    public let decidedAt: UInt64?
}

/// A milestone of an accepted contract, or the deposit of an hourly one.
public struct MilestoneView: Codable, Hashable, Sendable {
    public let number: Int
    public let title: String
    public let amount: MoneyView
    public let due: String?
    /// `open`, `submitted`, `changes` or `done`.
    public let status: String
    public let round: Int
    public let escrow: EscrowView
    /// What the client has ordered to deposit, and released, in all.
    public let ordered: MoneyView
    public let releasing: MoneyView
    /// What the freelancer refunds and gives back, in all.
    public let refunding: MoneyView
    public let returning: MoneyView
    /// When the client's silence releases.
    public let reviewUntil: UInt64?
    public let ask: AskView?
    public let dispute: DisputeView?
    /// An answer that came before a timeout had been signed elsewhere, but was not seen by it.
    public let contested: String?
    public let history: [MilestoneEventView]
}

/// A week's bill.
public struct InvoiceView: Codable, Hashable, Sendable {
    public let id: String
    /// The Monday.
    public let week: String
    public let slots: Int
    public let disputedSlots: Int
    public let amount: MoneyView
    public let paid: MoneyView
    /// `open`, `approved`, `disputed`, `paid` or `superseded`.
    public let status: String
    public let reviewUntil: UInt64?
    public let payableAt: UInt64?
    public let contested: String?
}

public struct ResolutionView: Codable, Hashable, Sendable {
    public let lost: String
    public let stood: String
    public let sentence: String
}

/// A ten-minute slot's protection.
public struct ProtectionView: Codable, Hashable, Sendable {
    public let start: UInt64
    public let isProtected: Bool
    /// Why not, if not.
    public let reason: String?

    package init(start: UInt64, isProtected: Bool, reason: String?) {
        self.start = start
        self.isProtected = isProtected
        self.reason = reason
    }
}
