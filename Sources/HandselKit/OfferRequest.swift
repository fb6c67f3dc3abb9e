import Agreement
import Canon
import Ledger
import Transport

/// A milestone as people type it.
public struct MilestoneRequest: Codable, Hashable, Sendable {
    public let title: String
    /// Such as `500.00`.
    public let amount: String
    /// Such as `2026-12-15`.
    public let due: String?

    public init(title: String, amount: String, due: String?) {
        self.title = title
        self.amount = amount
        self.due = due
    }
}

/// One of the times that terms carry, as people name it.
public struct DeadlineRequest: Codable, Hashable, Sendable {
    /// `review`, `answer`, `hearing`, `silence`, `billing`, `security` or `return`.
    public let name: String
    public let hours: UInt64

    public init(name: String, hours: UInt64) {
        self.name = name
        self.hours = hours
    }

    func apply(to deadlines: inout Terms.Deadlines) throws {
        let paths: [String: WritableKeyPath<Terms.Deadlines, UInt64>] = [
            "review": \.review, "answer": \.answer, "hearing": \.hearing, "silence": \.silence, "billing": \.billing,
            "security": \.security, "return": \.giveBack,
        ]
        guard let path = paths[name] else {
            throw HandselError(.usage, "\"\(name)\" is no deadline. There are: \(paths.keys.sorted().joined(separator: ", ")).")
        }
        deadlines[keyPath: path] = min(hours, AgreementLimits.hours)
    }
}

/// What someone offers: a fixed price by milestones, or an hourly rate.
public struct OfferRequest: Sendable {
    public var title: String
    /// `client` or `freelancer`.
    public var role: String
    public var currency: String
    public var milestones: [MilestoneRequest]
    public var hourlyRate: String?
    public var weeklyHours: UInt64?
    /// The prose of the terms.
    public var terms: String?
    public var reviewHours: UInt64?
    /// Other times than the usual ones.
    public var deadlines: [DeadlineRequest]
    /// Weekly limits that the deposit of an hourly contract covers.
    public var depositWeeks: UInt64?
    /// The persons who hold the money and who rule in a dispute.
    public var agent: String?
    public var mediator: String?
    /// Percent of what is held that the freelancer gets if nobody decides a dispute.
    public var defaultShare: UInt64?
    /// Relays whose receipts start a deadline.
    public var relays: [String]

    public init(
        title: String, role: String, currency: String, milestones: [MilestoneRequest] = [], hourlyRate: String? = nil,
        weeklyHours: UInt64? = nil, terms: String? = nil, reviewHours: UInt64? = nil, deadlines: [DeadlineRequest] = [],
        depositWeeks: UInt64? = nil,
        agent: String? = nil, mediator: String? = nil, defaultShare: UInt64? = nil, relays: [String] = []
    ) {
        self.title = title
        self.role = role
        self.currency = currency
        self.milestones = milestones
        self.hourlyRate = hourlyRate
        self.weeklyHours = weeklyHours
        self.terms = terms
        self.reviewHours = reviewHours
        self.deadlines = deadlines
        self.depositWeeks = depositWeeks
        self.agent = agent
        self.mediator = mediator
        self.defaultShare = defaultShare
        self.relays = relays
    }
}

/// What a counter-offer changes; nil leaves it as it was.
public struct CounterRequest: Sendable {
    public var title: String?
    public var milestones: [MilestoneRequest]?
    public var hourlyRate: String?
    public var weeklyHours: UInt64?
    public var terms: String?
    public var reviewHours: UInt64?
    public var deadlines: [DeadlineRequest]
    /// The person who holds the money or rules from then on, or `none`.
    public var agent: String?
    public var mediator: String?

    public init(
        title: String? = nil, milestones: [MilestoneRequest]? = nil, hourlyRate: String? = nil, weeklyHours: UInt64? = nil,
        terms: String? = nil, reviewHours: UInt64? = nil, deadlines: [DeadlineRequest] = [], agent: String? = nil,
        mediator: String? = nil
    ) {
        self.agent = agent
        self.mediator = mediator
        self.title = title
        self.milestones = milestones
        self.hourlyRate = hourlyRate
        self.weeklyHours = weeklyHours
        self.terms = terms
        self.reviewHours = reviewHours
        self.deadlines = deadlines
    }
}

extension OfferRequest {
    func checkedTerms() throws -> Terms {
        guard let currency = Currency(code: currency) else {
            throw HandselError(.usage, "\"\(currency)\" is not a currency. Use its three letters, such as EUR.")
        }
        guard hourlyRate == nil || milestones.isEmpty else {
            throw HandselError(.usage, "A contract is either hourly or has milestones, not both.")
        }
        var deadlines = Terms.Deadlines.standard
        if let reviewHours { deadlines.review = min(reviewHours, AgreementLimits.hours) }
        for deadline in self.deadlines { try deadline.apply(to: &deadlines) }
        let pricing: Terms.Pricing =
            if let hourlyRate {
                .hourly(
                    rate: try Self.amount(hourlyRate, currency), weeklyHours: weeklyHours ?? 40, depositWeeks: depositWeeks ?? 2)
            } else {
                .fixed(try Self.milestones(milestones, currency))
            }
        let terms = Terms(
            title: title, currency: currency, pricing: pricing, deadlines: deadlines,
            relays: try relays.map { try relayAddress($0).device }, agent: try agent.map(Self.person),
            mediator: try mediator.map(Self.person), defaultShare: defaultShare ?? 50)
        if let fault = terms.fault { throw HandselError(.usage, fault) }
        return terms
    }

    static func person(_ text: String) throws -> PersonID {
        guard let person = PersonID(text: text) else {
            throw HandselError(
                .usage, "\"\(text)\" names no person. Ask them for the whole of it: `handsel whoami` shows person_….")
        }
        return person
    }

    static func milestones(_ requests: [MilestoneRequest], _ currency: Currency) throws -> [MilestoneTerms] {
        try requests.enumerated().map { index, request in
            var due: Day?
            if let text = request.due {
                guard let day = Day(text: text) else {
                    throw HandselError(.usage, "\"\(text)\" is not a day. Write it as 2026-12-15.")
                }
                due = day
            }
            return MilestoneTerms(
                number: index + 1, title: request.title, amount: try amount(request.amount, currency), due: due)
        }
    }

    static func amount(_ text: String, _ currency: Currency) throws -> Int64 {
        guard let money = Money(text: text, currency: currency), money.minor > 0 else {
            throw HandselError(.usage, "\"\(text)\" is not an amount in \(currency.code). Write it as 500 or 500.00, above zero.")
        }
        return money.minor
    }
}

extension CounterRequest {
    /// In the place of a person.
    public static let nobody = "none"

    func apply(to terms: Terms) throws -> Terms {
        var terms = terms
        if let title { terms.title = title }
        if let reviewHours { terms.deadlines.review = min(reviewHours, AgreementLimits.hours) }
        for deadline in deadlines { try deadline.apply(to: &terms.deadlines) }
        if let agent { terms.agent = agent == Self.nobody ? nil : try OfferRequest.person(agent) }
        if let mediator { terms.mediator = mediator == Self.nobody ? nil : try OfferRequest.person(mediator) }
        switch terms.pricing {
        case .fixed:
            guard hourlyRate == nil, weeklyHours == nil else {
                throw HandselError(.usage, "This is a fixed-price contract; counter its milestones, not a rate.")
            }
            if let milestones { terms.pricing = .fixed(try OfferRequest.milestones(milestones, terms.currency)) }
        case .hourly(let rate, let hours, let weeks):
            guard milestones == nil else {
                throw HandselError(.usage, "This is an hourly contract; counter its rate, not milestones.")
            }
            let newRate = try hourlyRate.map { try OfferRequest.amount($0, terms.currency) }
            terms.pricing = .hourly(rate: newRate ?? rate, weeklyHours: weeklyHours ?? hours, depositWeeks: weeks)
        }
        if let fault = terms.fault { throw HandselError(.usage, fault) }
        return terms
    }
}

/// Reads a relay's link.
func relayAddress(_ text: String) throws -> DeviceAddress { try DeviceAddress(parsing: text, as: .relay) }
