import Agreement
import Canon
import Foundation
import Ledger

extension Chronicle.Instant {
    /// Beyond what a calendar shows the number has to do.
    init(_ milliseconds: UInt64) {
        self.milliseconds = milliseconds
        text =
            milliseconds > AgreementLimits.time
            ? "after the year 9999" : Date(timeIntervalSince1970: Double(milliseconds / 1_000)).formatted(.iso8601)
    }
}

extension Chronicle.Amount {
    init(_ minor: Int64, _ currency: Currency) {
        self.minor = minor
        self.currency = currency.code
        text = Money(minor: minor, currency: currency).text
    }
}

extension Chronicle.File {
    init(_ file: FileReference) {
        self.file = file.name
        size = file.size
        blob = file.blob.description
    }
}

extension Week {
    /// The Monday it begins with, such as `2026-12-14`.
    var monday: String {
        String(Chronicle.Instant(range.lowerBound * Slot.milliseconds).text.prefix(while: { $0 != "T" }))
    }
}

extension Identifier {
    /// Enough of an id for people to tell it from the others on a page.
    var short: String { description.prefix(Self.prefix.count + 1 + 12) + "…" }
}

extension Audience {
    /// Its name on the page.
    var name: String {
        switch self {
        case .everyone: "everyone"
        case .control: "control"
        case .money: "money"
        case .parties: "parties"
        }
    }
}
