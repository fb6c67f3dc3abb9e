package import Canon
package import Ledger

/// One part of a fixed-price contract.
package struct MilestoneTerms: Hashable, Sendable {
    /// From 1, in the order of the terms; how acts name it.
    package let number: Int
    package let title: String
    package let amount: Int64
    package let due: Day?

    package init(number: Int, title: String, amount: Int64, due: Day?) {
        self.number = number
        self.title = title
        self.amount = amount
        self.due = due
    }
}

/// The structured terms of a contract: what rules and money run on, apart from its prose.
package struct Terms: Hashable, Sendable {
    package enum Pricing: Hashable, Sendable {
        case fixed([MilestoneTerms])
        /// Minor units an hour, and the most hours a week that are billed.
        case hourly(rate: Int64, weeklyHours: UInt64)
    }

    /// Every number that the rules use is carried by the terms, so that each contract is judged by what was signed.
    package struct Deadlines: Hashable, Sendable {
        /// Hours in which the client answers a submission, from its delivery.
        package var review: UInt64
        /// Hours in which the freelancer answers an ask for a refund.
        package var answer: UInt64
        /// Hours in which whoever must speak next in a dispute does.
        package var hearing: UInt64
        /// Hours of general silence after which the dispute default applies.
        package var silence: UInt64

        /// In the order in which they are written.
        var all: [UInt64] { [review, answer, hearing, silence] }

        package static let standard = Deadlines(review: 14 * 24, answer: 7 * 24, hearing: 120, silence: 14 * 24)
    }

    package var title: String
    package var currency: Currency
    package var pricing: Pricing
    package var deadlines: Deadlines
    /// Relays whose receipts start a deadline.
    package var relays: [DeviceID]

    package init(
        title: String, currency: Currency, pricing: Pricing, deadlines: Deadlines = .standard, relays: [DeviceID] = []
    ) {
        self.title = title
        self.currency = currency
        self.pricing = pricing
        self.deadlines = deadlines
        self.relays = relays
    }

    package var milestones: [MilestoneTerms] {
        if case .fixed(let milestones) = pricing { milestones } else { [] }
    }

    package func milestone(_ number: Int) -> MilestoneTerms? { milestones.first { $0.number == number } }

    /// What is wrong with the terms, as a sentence; nil if they can be offered.
    package var fault: String? {
        if title.isEmpty { return "The contract needs a title." }
        if title.utf8.count > AgreementLimits.title { return "The title is longer than \(AgreementLimits.title) bytes." }
        if relays.count > AgreementLimits.relays { return "A contract names at most \(AgreementLimits.relays) relays." }
        if deadlines.all.contains(where: { $0 > AgreementLimits.hours }) { return "No deadline is longer than five years." }
        switch pricing {
        case .fixed(let milestones):
            if milestones.isEmpty { return "A fixed-price contract needs at least one milestone." }
            if milestones.count > AgreementLimits.milestones {
                return "A contract has at most \(AgreementLimits.milestones) milestones."
            }
            if milestones.enumerated().contains(where: { $0.element.number != $0.offset + 1 }) {
                return "Milestones are numbered from 1."
            }
            let isSound = milestones.allSatisfy {
                (1...AgreementLimits.amount).contains($0.amount) && !$0.title.isEmpty
                    && $0.title.utf8.count <= AgreementLimits.title
            }
            return isSound ? nil : "Each milestone needs a title and an amount above zero."
        case .hourly(let rate, let weeklyHours):
            let isSound = (1...AgreementLimits.amount).contains(rate) && (1...168).contains(weeklyHours)
            return isSound ? nil : "An hourly contract needs a rate above zero and a weekly limit of 1 to 168 hours."
        }
    }
}

extension Terms {
    private static let version: UInt64 = 1

    package func write(to writer: inout CBORWriter) {
        writer.array(6)
        writer.unsigned(Self.version)
        writer.text(title)
        writer.text(currency.code)
        writer.array(2)
        switch pricing {
        case .fixed(let milestones):
            writer.text("fixed")
            writer.array(milestones) { writer, milestone in
                writer.array(4)
                writer.count(milestone.number)
                writer.text(milestone.title)
                writer.integer(milestone.amount)
                writer.optional(milestone.due) { $0.text($1.text) }
            }
        case .hourly(let rate, let weeklyHours):
            writer.text("hourly")
            writer.array(2)
            writer.integer(rate)
            writer.unsigned(weeklyHours)
        }
        writer.array(deadlines.all) { $0.unsigned($1) }
        writer.array(relays) { $0.identifier($1) }
    }

    package var encoded: [UInt8] { CBORWriter.encode { write(to: &$0) } }

    package init(from reader: inout CBORReader) throws(CanonError) {
        let start = reader.offset
        try reader.array(of: 6)
        guard try reader.unsigned() == Self.version else { throw CanonError(.unexpectedValue, at: start) }
        title = try reader.text(limit: AgreementLimits.title)
        currency = try reader.parsed(limit: 3, Currency.init(code:))
        pricing = try Self.pricing(from: &reader)
        try reader.array(of: 4)
        let hours = AgreementLimits.hours
        deadlines = Deadlines(
            review: try reader.unsigned(upTo: hours), answer: try reader.unsigned(upTo: hours),
            hearing: try reader.unsigned(upTo: hours), silence: try reader.unsigned(upTo: hours))
        relays = []
        for _ in 0..<(try reader.array(limit: AgreementLimits.relays)) { relays.append(try reader.identifier()) }
        guard fault == nil else { throw CanonError(.unexpectedValue, at: start) }
    }

    private static func pricing(from reader: inout CBORReader) throws(CanonError) -> Pricing {
        try reader.array(of: 2)
        let start = reader.offset
        let name = try reader.text(limit: 8)
        if name == "hourly" {
            try reader.array(of: 2)
            return .hourly(rate: try reader.integer(), weeklyHours: try reader.unsigned())
        }
        guard name == "fixed" else { throw CanonError(.unexpectedValue, at: start) }
        var milestones: [MilestoneTerms] = []
        for _ in 0..<(try reader.array(limit: AgreementLimits.milestones)) {
            try reader.array(of: 4)
            milestones.append(
                MilestoneTerms(
                    number: try reader.count(), title: try reader.text(limit: AgreementLimits.title),
                    amount: try reader.integer(),
                    due: try reader.skipNull() ? nil : try reader.parsed(limit: 10, Day.init(text:))))
        }
        return .fixed(milestones)
    }
}
