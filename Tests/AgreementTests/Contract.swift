import Agreement
import Canon
import Ledger
import Testing

typealias ContractScene = Scene<ContractState>

/// Contracts as scenes begin with them.
enum Contract {
    /// Milliseconds: when the agent's clock begins, in the year 2027, on a Monday.
    static let start = Week(number: 3_000).range.lowerBound * Slot.milliseconds

    /// Milliseconds since 1970 at an hour of the scene.
    static func hour(_ hours: UInt64) -> UInt64 { start + hours * 3_600_000 }

    static let relay = try? SigningKey(seed: .filled(7))

    static func euro() throws -> Currency { try #require(Currency(code: "EUR")) }

    /// Two milestones, of 100.00 and 50.00 EUR, an agent, a mediator and a relay.
    static func terms(_ change: (inout Terms) -> Void = { _ in }) throws -> Terms {
        let milestones = [10_000, 5_000].enumerated().map {
            MilestoneTerms(number: $0 + 1, title: "Part \($0 + 1)", amount: Int64($1), due: nil)
        }
        var terms = Terms(
            title: "Logo", currency: try euro(), pricing: .fixed(milestones),
            relays: [DeviceID(try #require(relay).publicKey)], agent: PersonID(.filled(5)), mediator: PersonID(.filled(6)))
        change(&terms)
        return terms
    }

    /// 60.00 EUR an hour, 40 hours a week, and a deposit of two weeks: 4800.00 EUR.
    static func hourlyTerms(_ change: (inout Terms) -> Void = { _ in }) throws -> Terms {
        try terms {
            $0.pricing = .hourly(rate: 6_000, weeklyHours: 40, depositWeeks: 2)
            change(&$0)
        }
    }

    /// A contract that both sides have accepted.
    static func active(_ terms: Terms, order: [Actor] = Actor.allCases) -> ContractScene {
        var scene = ContractScene(order: order)
        scene.agree(to: terms)
        return scene
    }

    /// A contract whose first milestone is funded with 100.00 EUR at hour 0.
    static func funded(
        order: [Actor] = Actor.allCases, _ change: (inout Terms) -> Void = { _ in }
    ) throws -> ContractScene {
        var scene = active(try terms(change), order: order)
        scene.act(.client, .fund(milestone: 1, total: 10_000))
        scene.receipt(.funding, funded: 10_000, at: 0)
        return scene
    }

    /// A funded milestone that was submitted, and delivered at hour 1.
    static func submitted(
        order: [Actor] = Actor.allCases, _ change: (inout Terms) -> Void = { _ in }
    ) throws -> (scene: ContractScene, submission: ChangeID) {
        var scene = try funded(order: order, change)
        let submission = scene.act(.freelancer, .submit(milestone: 1, round: 1, statement: .zero))
        scene.seen(submission, at: 1)
        return (scene, submission)
    }

    /// A funded milestone under dispute by the client, delivered at hour 1.
    static func disputed(order: [Actor] = Actor.allCases) throws -> ContractScene {
        var scene = try funded(order: order)
        scene.seen(scene.act(.client, .dispute(milestone: 1, statement: .zero)), at: 1)
        return scene
    }

    /// An hourly contract whose deposit is paid in.
    static func hourly(
        order: [Actor] = Actor.allCases, deposit: Int64 = 480_000, _ change: (inout Terms) -> Void = { _ in }
    ) throws -> ContractScene {
        var scene = active(try hourlyTerms(change), order: order)
        scene.act(.client, .fund(milestone: 0, total: 480_000))
        scene.receipt(.funding, of: 0, funded: deposit, at: 0)
        return scene
    }

    /// Slots of the scene's first week, or of one after it.
    static func slots(_ range: Range<UInt64>, week: UInt64 = 0) -> SlotRanges {
        let first = Week(number: 3_000 + week).range.lowerBound
        return SlotRanges(range.map { Slot(number: first + $0) })
    }

    static func invoice(_ range: Range<UInt64>, week: UInt64 = 0, billedIn: UInt64? = nil, rate: Int64 = 6_000) -> Invoice {
        let slots = slots(range, week: week)
        return Invoice(
            week: Week(number: 3_000 + (billedIn ?? week)), slots: slots, entries: .zero,
            amount: Invoice.amount(of: slots.count, rate: rate))
    }

    static func delivery(of changes: [ChangeID], at time: UInt64, by key: SigningKey? = nil) throws -> Act {
        .delivered(try Receipt(by: try #require(key ?? relay), incarnation: .zero, time: time, changes: changes))
    }
}

extension Scene<ContractState> {
    static func hash(_ terms: Terms) -> Bytes32 { Derivation.termsHash(structured: terms.encoded, prose: .zero) }

    /// Offers by one side and accepts by the other.
    @discardableResult
    mutating func agree(to terms: Terms, by actor: Actor = .client, accepting: Actor = .freelancer) -> ChangeID {
        let offer = act(actor, .offer(terms, prose: .zero))
        return act(accepting, .accept(offer: offer, termsHash: Self.hash(terms)))
    }

    /// What the agent would sign to move a milestone's money on.
    func nextReceipt(
        _ basis: EscrowReceipt.Basis, of milestone: Int = 1, funded: Int64? = nil, released: Int64? = nil, refunded: Int64? = nil,
        returned: Int64? = nil, at hours: UInt64, reference: Bytes32? = nil
    ) -> Act {
        var totals = state.milestone(milestone)?.totals ?? Totals()
        totals.funded = funded ?? totals.funded
        totals.released = released ?? totals.released
        totals.refunded = refunded ?? totals.refunded
        totals.returned = returned ?? totals.returned
        return .receipt(
            EscrowReceipt(
                milestone: milestone, totals: totals, time: Contract.hour(hours), basis: basis, reference: reference))
    }

    @discardableResult
    mutating func receipt(
        _ basis: EscrowReceipt.Basis, of milestone: Int = 1, funded: Int64? = nil, released: Int64? = nil, refunded: Int64? = nil,
        returned: Int64? = nil, at hours: UInt64, after: Int? = nil
    ) -> ChangeID {
        act(
            .agent,
            nextReceipt(
                basis, of: milestone, funded: funded, released: released, refunded: refunded, returned: returned, at: hours),
            after: after)
    }

    /// The agent notes that it has a change.
    mutating func seen(_ change: ChangeID, at hours: UInt64) { act(.agent, .seen(time: Contract.hour(hours), [change])) }

    var first: Milestone? { state.milestone(1) }
    var deposit: Milestone? { state.milestone(0) }
    var sentences: [String] { state.resolutions.map(\.sentence) }

    /// What the agent would do next at an hour; each has to be allowed.
    func duties(at hours: UInt64) -> [Act] { state.duties(at: Contract.hour(hours)) }

    /// Lets the agent do all that is due, one after the other.
    mutating func work(at hours: UInt64, at location: SourceLocation = #_sourceLocation) {
        for _ in 0..<20 {
            guard let duty = duties(at: hours).first else { return }
            allows(.agent, duty, at: location)
        }
        Issue.record("The agent's duties never end.", sourceLocation: location)
    }
}
