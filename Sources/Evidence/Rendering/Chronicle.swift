/// What a history says to people: the content of `history.json`, and of `history.html`.
///
/// It follows from the changes, the exporter and the time alone. Amounts and times stand in it both as numbers and as text.
package struct Chronicle: Encodable, Sendable {
    package struct Instant: Encodable, Sendable {
        /// Since 1970 UTC.
        let milliseconds: UInt64
        let text: String
    }

    package struct Amount: Encodable, Sendable {
        let minor: Int64
        let currency: String
        let text: String
    }

    package struct Device: Encodable, Sendable {
        let device: String
        let changes: Int
    }

    package struct Party: Encodable, Sendable {
        let person: String
        /// As they call themselves; else the beginning of their id.
        package let name: String
        let role: String
        let devices: [Device]
    }

    /// A signed change, as one that stands for its author's consent.
    package struct Signed: Encodable, Sendable {
        let change: String
        let by: String
        let role: String
        let device: String
        let signedAt: Instant
        /// The change whose signature covers it: itself or a later one of the device.
        let coveredBy: String
    }

    package struct File: Encodable, Sendable {
        let file: String
        let size: UInt64
        let blob: String
    }

    package struct TermsLine: Encodable, Sendable {
        let label: String
        let value: String
    }

    package struct PricedMilestone: Encodable, Sendable {
        let number: Int
        let part: String
        let price: Amount
        let due: String
    }

    /// Terms that both sides signed.
    package struct Agreement: Encodable, Sendable {
        let subject: String
        let termsHash: String
        let lines: [TermsLine]
        let parts: [PricedMilestone]
        let offer: Signed
        let acceptance: Signed
        let proseHash: String
        /// Nil where it is withheld.
        let prose: String?
    }

    package struct ActRow: Encodable, Sendable {
        let number: Int
        let change: String
        let time: Instant
        let by: String
        let role: String
        let device: String
        let kind: String
        let sentence: String
        /// The words that the act cites, where they are disclosed.
        let words: String?
        let files: [File]
        /// Why it has no effect; nil if it has one, and where nobody could tell.
        let void: String?
    }

    package struct MoneyRow: Encodable, Sendable {
        let part: String
        let amount: Amount
        let funded: Amount
        let released: Amount
        let refunded: Amount
        let returned: Amount
        let held: Amount
    }

    package struct MoneyTable: Encodable, Sendable {
        let rows: [MoneyRow]
        let total: MoneyRow
        /// Whether funded = released + refunded + held and returned ≤ released in every row.
        package let addsUp: Bool
        let isHeldByAgent: Bool
    }

    package struct WeekRow: Encodable, Sendable {
        let monday: String
        let slots: Int
        let hours: String
        let manual: Int
        let withMemo: Int
    }

    package struct InvoiceRow: Encodable, Sendable {
        let invoice: String
        let monday: String
        let slots: Int
        let billed: Amount
        let disputed: Int
        let paid: Amount
        let state: String
    }

    package struct Wording: Encodable, Sendable {
        let time: Instant
        let wording: String
    }

    package struct MessageRow: Encodable, Sendable {
        let change: String
        let by: String
        let time: Instant
        let text: String
        let files: [File]
        /// The earlier ones, where it was edited.
        let wordings: [Wording]
    }

    /// How many changes of a person are shown or withheld.
    package struct Count: Encodable, Hashable, Sendable {
        package let by: String
        /// A kind of operation, or where nothing is shown the audience.
        package let kind: String
        package let count: Int
    }

    package struct WithheldPlace: Encodable, Sendable {
        let change: String
        let by: String
        let device: String
        let number: UInt64
        let audience: String
        let time: Instant
    }

    package struct Reach: Encodable, Hashable, Sendable {
        package let device: String
        package let owner: String
        /// The last change of that device that they have signed for.
        package let change: String
        package let number: UInt64
    }

    /// Up to where a person's last signature covers the others' changes.
    package struct Acknowledgement: Encodable, Hashable, Sendable {
        package let by: String
        package let reaches: [Reach]
    }

    /// Different changes that a device signed in the same place: the proof of a fork.
    package struct Fork: Encodable, Hashable, Sendable {
        package let by: String
        package let device: String
        package let number: UInt64
        package let changes: [String]
    }

    /// A device that its own person removed.
    package struct Removal: Encodable, Hashable, Sendable {
        package let by: String
        package let device: String
        package let change: String
    }

    package struct VoidChange: Encodable, Sendable {
        let change: String
        let by: String
        let reason: String
    }

    package struct Export: Encodable, Sendable {
        package let by: String
        let person: String
        let device: String
        let time: Instant
    }

    let space: String
    /// Nil where not all of the money's changes are shown.
    package internal(set) var title: String?
    package internal(set) var status: String?
    let exported: Export
    package internal(set) var parties: [Party] = []
    var agreements: [Agreement] = []
    var acts: [ActRow] = []
    /// Whether the rules were applied: only where all of the money's changes are shown.
    package internal(set) var isJudged = false
    var resolutions: [String] = []
    package internal(set) var money: MoneyTable?
    var weeks: [WeekRow] = []
    var invoices: [InvoiceRow] = []
    var messages: [MessageRow] = []
    package internal(set) var shown: [Count] = []
    package internal(set) var withheld: [Count] = []
    var withheldPlaces: [WithheldPlace] = []
    package internal(set) var acknowledged: [Acknowledgement] = []
    package internal(set) var forks: [Fork] = []
    package internal(set) var removals: [Removal] = []
    var withoutEffect: [VoidChange] = []
    let changes: Int

    init(space: String, exported: Export, changes: Int) {
        self.space = space
        self.exported = exported
        self.changes = changes
    }
}
