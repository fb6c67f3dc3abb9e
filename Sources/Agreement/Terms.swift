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
        /// Minor units an hour, the most hours a week that are billed, and the weekly limits that the deposit covers.
        case hourly(rate: Int64, weeklyHours: UInt64, depositWeeks: UInt64)
    }

    /// Every number that the rules use is carried by the terms, so that each contract is judged by what was signed.
    ///
    /// All are hours.
    package struct Deadlines: Hashable, Sendable {
        /// In which the client answers a submission, from its delivery.
        package var review: UInt64 = 14 * 24
        /// In which the freelancer answers an ask for a refund.
        package var answer: UInt64 = 7 * 24
        /// In which whoever must speak next in a dispute does.
        package var hearing: UInt64 = 120
        /// Of silence after a hearing, before the terms' own share decides a dispute.
        package var silence: UInt64 = 14 * 24
        /// In which the client reviews a week's invoice.
        package var billing: UInt64 = 108
        /// Between the review of an invoice and its payment.
        package var security: UInt64 = 120
        /// In which money can be given back after its release.
        package var giveBack: UInt64 = 180 * 24

        /// In the order in which they are written.
        var all: [UInt64] { [review, answer, hearing, silence, billing, security, giveBack] }

        package static let standard = Deadlines()
    }

    package var title: String
    package var currency: Currency
    package var pricing: Pricing
    package var deadlines: Deadlines
    /// Relays whose receipts start a deadline.
    package var relays: [DeviceID]
    /// Who holds the money; nil if nobody does.
    package var agent: PersonID?
    /// Who rules in a dispute.
    package var mediator: PersonID?
    /// Percent of what is held that the freelancer gets if nobody decides a dispute.
    package var defaultShare: UInt64

    package init(
        title: String, currency: Currency, pricing: Pricing, deadlines: Deadlines = .standard, relays: [DeviceID] = [],
        agent: PersonID? = nil, mediator: PersonID? = nil, defaultShare: UInt64 = 50
    ) {
        self.title = title
        self.currency = currency
        self.pricing = pricing
        self.deadlines = deadlines
        self.relays = relays
        self.agent = agent
        self.mediator = mediator
        self.defaultShare = defaultShare
    }

    package var milestones: [MilestoneTerms] {
        if case .fixed(let milestones) = pricing { milestones } else { [] }
    }

    package func milestone(_ number: Int) -> MilestoneTerms? { milestones.first { $0.number == number } }

    package var isHourly: Bool { if case .hourly = pricing { true } else { false } }

    /// What money is held for: the milestones, or under the number 0 the deposit of an hourly contract.
    package var accounts: [MilestoneTerms] {
        guard case .hourly(let rate, let hours, let weeks) = pricing else { return milestones }
        return [MilestoneTerms(number: 0, title: "Deposit", amount: rate * Int64(hours * weeks), due: nil)]
    }

    /// What is wrong with the terms, as a sentence; nil if they can be offered.
    package var fault: String? {
        if title.isEmpty { return "The contract needs a title." }
        if title.utf8.count > AgreementLimits.title { return "The title is longer than \(AgreementLimits.title) bytes." }
        if relays.count > AgreementLimits.relays { return "A contract names at most \(AgreementLimits.relays) relays." }
        if deadlines.all.contains(where: { $0 > AgreementLimits.hours }) { return "No deadline is longer than five years." }
        if defaultShare > 100 { return "The default share of a dispute is 0 to 100 percent." }
        if let agent, agent == mediator { return "The agent and the mediator are two persons." }
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
        case .hourly(let rate, let weeklyHours, let depositWeeks):
            let isSound =
                (1...AgreementLimits.rate).contains(rate) && (1...168).contains(weeklyHours)
                && (1...AgreementLimits.depositWeeks).contains(depositWeeks)
            return isSound
                ? nil
                : "An hourly contract needs a rate above zero, a weekly limit of 1 to 168 hours and a deposit of 1 to "
                    + "\(AgreementLimits.depositWeeks) weeks."
        }
    }
}

extension Terms {
    private static let version: UInt64 = 1

    package func write(to writer: inout CBORWriter) {
        writer.array(9)
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
        case .hourly(let rate, let weeklyHours, let depositWeeks):
            writer.text("hourly")
            writer.array(3)
            writer.integer(rate)
            writer.unsigned(weeklyHours)
            writer.unsigned(depositWeeks)
        }
        writer.array(deadlines.all) { $0.unsigned($1) }
        writer.array(relays) { $0.identifier($1) }
        writer.optional(agent) { $0.identifier($1) }
        writer.optional(mediator) { $0.identifier($1) }
        writer.unsigned(defaultShare)
    }

    package var encoded: [UInt8] { CBORWriter.encode { write(to: &$0) } }

    package init(from reader: inout CBORReader) throws(CanonError) {
        let start = reader.offset
        try reader.array(of: 9)
        guard try reader.unsigned() == Self.version else { throw CanonError(.unexpectedValue, at: start) }
        title = try reader.text(limit: AgreementLimits.title)
        currency = try reader.parsed(limit: 3, Currency.init(code:))
        pricing = try Self.pricing(from: &reader)
        try reader.array(of: 7)
        let hours = AgreementLimits.hours
        deadlines = Deadlines(
            review: try reader.unsigned(upTo: hours), answer: try reader.unsigned(upTo: hours),
            hearing: try reader.unsigned(upTo: hours), silence: try reader.unsigned(upTo: hours),
            billing: try reader.unsigned(upTo: hours), security: try reader.unsigned(upTo: hours),
            giveBack: try reader.unsigned(upTo: hours))
        relays = []
        for _ in 0..<(try reader.array(limit: AgreementLimits.relays)) { relays.append(try reader.identifier()) }
        agent = try reader.optionalIdentifier()
        mediator = try reader.optionalIdentifier()
        defaultShare = try reader.unsigned(upTo: 100)
        guard fault == nil else { throw CanonError(.unexpectedValue, at: start) }
    }

    private static func pricing(from reader: inout CBORReader) throws(CanonError) -> Pricing {
        try reader.array(of: 2)
        let start = reader.offset
        let name = try reader.text(limit: 8)
        if name == "hourly" {
            try reader.array(of: 3)
            return .hourly(
                rate: try reader.integer(), weeklyHours: try reader.unsigned(), depositWeeks: try reader.unsigned())
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

extension Terms {
    /// The agent or the mediator, if the terms name one.
    package func person(serving role: Role) -> PersonID? {
        switch role {
        case .agent: agent
        case .mediator: mediator
        case .owner, .client, .freelancer: nil
        }
    }
}
