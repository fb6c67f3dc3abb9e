import Agreement
import Canon
import Ledger
import Support
import Testing

/// A contract whose acts have numbers for ids.
struct ContractScript {
    private(set) var state = ContractState()
    let terms: Terms
    /// Why each act so far was void.
    private(set) var reasons: [String] = []

    init() throws {
        let milestones = [1, 2].map { MilestoneTerms(number: $0, title: "Part \($0)", amount: 100, due: nil) }
        terms = Terms(title: "Logo", currency: try #require(Currency(code: "EUR")), pricing: .fixed(milestones))
    }

    static func id(_ number: UInt8) -> ChangeID { ChangeID(Bytes32([UInt8](repeating: number, count: 32)) ?? .zero) }

    /// What accepts the script's terms, which cite the prose zero.
    var hash: Bytes32 { Derivation.termsHash(structured: terms.encoded, prose: .zero) }

    mutating func act(_ number: UInt8, by role: Role, _ act: Act) {
        if let reason = state.apply(act, change: Self.id(number), by: role) { reasons.append(reason) }
    }

    mutating func offer(_ number: UInt8, by role: Role) { act(number, by: role, .offer(terms, prose: .zero)) }
    mutating func accept(_ offer: UInt8, as number: UInt8, by role: Role) {
        act(number, by: role, .accept(offer: Self.id(offer), termsHash: hash))
    }
    mutating func submit(_ round: Int, of milestone: Int = 1, as number: UInt8) {
        act(number, by: .freelancer, .submit(milestone: milestone, round: round, statement: Self.id(number).raw))
    }
    mutating func sendBack(_ round: Int, of milestone: Int = 1, as number: UInt8) {
        act(number, by: .client, .requestChanges(milestone: milestone, round: round, statement: Self.id(number).raw))
    }
}

/// A contract from its first offer to its milestones' work, and every act that has no effect.
struct ContractStateTests {
    private typealias Script = ContractScript

    @Test(
        "an offer is accepted over its hash by the other side, and the contract is active", arguments: [Role.client, .freelancer])
    func acceptance(maker: Role) throws {
        var script = try Script()
        #expect(script.state.status == "empty" && script.state.current == nil)
        script.offer(1, by: maker)
        #expect(script.state.status == "offered" && script.state.phase == .offered(Script.id(1)))
        #expect(script.state.milestones.isEmpty)
        script.accept(1, as: 2, by: try #require(maker.counterpart))
        #expect(script.state.status == "active" && script.state.phase == .active(Script.id(1)))
        #expect(script.state.current?.outcome == .accepted && script.state.current?.by == maker)
        #expect(script.state.milestones.map(\.terms) == script.terms.milestones)
        #expect(script.reasons.isEmpty)
    }

    @Test("a counter-offer takes the place of the one before it, from either side")
    func counterOffers() throws {
        var script = try Script()
        script.offer(1, by: .client)
        script.offer(2, by: .freelancer)
        script.offer(3, by: .freelancer)
        #expect(script.state.status == "countered" && script.state.phase == .offered(Script.id(3)))
        #expect(script.state.offers.map(\.outcome) == [.countered, .countered, .pending])
        script.accept(3, as: 4, by: .client)
        #expect(script.state.status == "active" && script.reasons.isEmpty)
    }

    @Test("a declined or withdrawn offer closes the negotiation until the next one")
    func closing() throws {
        for isWithdrawn in [true, false] {
            var script = try Script()
            script.offer(1, by: .client)
            let offer = Script.id(1)
            script.act(2, by: isWithdrawn ? .client : .freelancer, isWithdrawn ? .withdraw(offer: offer) : .decline(offer: offer))
            #expect(script.state.phase == .closed(offer) && script.state.status == (isWithdrawn ? "withdrawn" : "declined"))
            script.offer(3, by: .freelancer)
            #expect(script.state.phase == .offered(Script.id(3)) && script.state.offers[0].outcome != .countered)
            #expect(script.reasons.isEmpty)
        }
    }

    @Test("work is handed in and sent back in rounds, each milestone on its own")
    func rounds() throws {
        var script = try Script()
        script.offer(1, by: .client)
        script.accept(1, as: 2, by: .freelancer)
        #expect(script.state.milestone(1)?.work == .open && script.state.milestone(1)?.round == 0)
        script.submit(1, as: 3)
        #expect(script.state.milestone(1)?.work == .submitted(round: 1))
        script.sendBack(1, as: 4)
        #expect(script.state.milestone(1)?.work == .changes(round: 1))
        script.submit(2, as: 5)
        script.submit(1, of: 2, as: 6)
        #expect(script.state.milestone(1)?.work == .submitted(round: 2) && script.state.milestone(1)?.round == 2)
        #expect(script.state.milestone(1)?.statements == [3, 4, 5].map { Script.id($0).raw })
        #expect(script.state.milestone(2)?.work == .submitted(round: 1))
        #expect(script.state.milestone(3) == nil && script.reasons.isEmpty)
    }

    /// Brings a contract to a state, then does what is void there.
    private struct Refusal: Sendable {
        let name: String
        let reason: String
        let play: @Sendable (inout ContractScript) -> Void

        init(_ name: String, _ reason: String, _ play: @escaping @Sendable (inout ContractScript) -> Void) {
            (self.name, self.reason, self.play) = (name, reason, play)
        }
    }

    private static let noOffer = "There is no such offer in this contract."
    private static let notActive = "The contract is not active yet: its terms were not accepted by both sides."

    private static let offerRefusals = [
        Refusal("accept one's own offer", "An offer is accepted by the other side, not by the one who made it.") {
            $0.accept(1, as: 2, by: .client)
        },
        Refusal("decline one's own offer", "An offer is declined by the other side, not by the one who made it.") {
            $0.act(2, by: .client, .decline(offer: Script.id(1)))
        },
        Refusal("withdraw the other's offer", "Only the side that made an offer withdraws it; the other declines it.") {
            $0.act(2, by: .freelancer, .withdraw(offer: Script.id(1)))
        },
        Refusal("accept other terms", "The acceptance names other terms than the offer has.") {
            $0.act(2, by: .freelancer, .accept(offer: Script.id(1), termsHash: .zero))
        },
        Refusal("accept what was never offered", noOffer) { $0.accept(9, as: 2, by: .freelancer) },
        Refusal("decline what was never offered", noOffer) { $0.act(2, by: .freelancer, .decline(offer: Script.id(9))) },
        Refusal("withdraw what was never offered", noOffer) { $0.act(2, by: .client, .withdraw(offer: Script.id(9))) },
        Refusal("accept twice", "The offer was already accepted.") {
            $0.accept(1, as: 2, by: .freelancer)
            $0.accept(1, as: 3, by: .freelancer)
        },
        Refusal("withdraw what was accepted", "The offer was already accepted.") {
            $0.accept(1, as: 2, by: .freelancer)
            $0.act(3, by: .client, .withdraw(offer: Script.id(1)))
        },
        Refusal("decline what was accepted", "The offer was already accepted.") {
            $0.accept(1, as: 2, by: .freelancer)
            $0.act(3, by: .freelancer, .decline(offer: Script.id(1)))
        },
        Refusal("accept what was declined", "The offer was already declined.") {
            $0.act(2, by: .freelancer, .decline(offer: Script.id(1)))
            $0.accept(1, as: 3, by: .freelancer)
        },
        Refusal("withdraw twice", "The offer was withdrawn.") {
            $0.act(2, by: .client, .withdraw(offer: Script.id(1)))
            $0.act(3, by: .client, .withdraw(offer: Script.id(1)))
        },
        Refusal("accept what was withdrawn", "The offer was withdrawn.") {
            $0.act(2, by: .client, .withdraw(offer: Script.id(1)))
            $0.accept(1, as: 3, by: .freelancer)
        },
        Refusal("accept what was countered", "The offer was answered by another one. Look at the latest with `contract show`.") {
            $0.offer(2, by: .freelancer)
            $0.accept(1, as: 3, by: .freelancer)
        },
        Refusal("offer anew once active", "The contract is already active, so its terms can no longer be offered anew.") {
            $0.accept(1, as: 2, by: .freelancer)
            $0.offer(3, by: .client)
        },
        Refusal("offer what is not sound", "The contract needs a title.") {
            var terms = $0.terms
            terms.title = ""
            $0.act(2, by: .freelancer, .offer(terms, prose: .zero))
        },
    ]

    private static let workRefusals = [
        Refusal("submit before the contract is active", notActive) { $0.submit(1, as: 2) },
        Refusal("ask for changes before the contract is active", notActive) { $0.sendBack(1, as: 2) },
        Refusal("submit after a refusal", notActive) {
            $0.act(2, by: .freelancer, .decline(offer: Script.id(1)))
            $0.submit(1, as: 3)
        },
        Refusal("submit as the client", "Only the freelancer submits work.") {
            $0.accept(1, as: 2, by: .freelancer)
            $0.act(3, by: .client, .submit(milestone: 1, round: 1, statement: .zero))
        },
        Refusal("submit no milestone of the contract", "The contract has no milestone 3.") {
            $0.accept(1, as: 2, by: .freelancer)
            $0.submit(1, of: 3, as: 3)
        },
        Refusal("submit a later round first", "Milestone 1 would next be submitted as round 1.") {
            $0.accept(1, as: 2, by: .freelancer)
            $0.submit(2, as: 3)
        },
        Refusal("submit twice", "Milestone 1 was already submitted (round 1) and waits for the client.") {
            $0.accept(1, as: 2, by: .freelancer)
            $0.submit(1, as: 3)
            $0.submit(2, as: 4)
        },
        Refusal("submit a round again", "Milestone 1 would next be submitted as round 2.") {
            $0.accept(1, as: 2, by: .freelancer)
            $0.submit(1, as: 3)
            $0.sendBack(1, as: 4)
            $0.submit(1, as: 5)
        },
        Refusal("ask for changes as the freelancer", "Only the client asks for changes.") {
            $0.accept(1, as: 2, by: .freelancer)
            $0.submit(1, as: 3)
            $0.act(4, by: .freelancer, .requestChanges(milestone: 1, round: 1, statement: .zero))
        },
        Refusal("ask for changes to nothing", "Milestone 1 has no submission that waits for an answer.") {
            $0.accept(1, as: 2, by: .freelancer)
            $0.sendBack(1, as: 3)
        },
        Refusal("ask for changes twice", "Milestone 1 has no submission that waits for an answer.") {
            $0.accept(1, as: 2, by: .freelancer)
            $0.submit(1, as: 3)
            $0.sendBack(1, as: 4)
            $0.sendBack(1, as: 5)
        },
        Refusal("ask for changes to an older round", "Milestone 1 was submitted again since: the latest round is 2.") {
            $0.accept(1, as: 2, by: .freelancer)
            $0.submit(1, as: 3)
            $0.sendBack(1, as: 4)
            $0.submit(2, as: 5)
            $0.sendBack(1, as: 6)
        },
    ]

    private func check(_ refusal: Refusal) throws {
        var script = try Script()
        script.offer(1, by: .client)
        refusal.play(&script)
        #expect(script.reasons == [refusal.reason], "\(refusal.name)")
    }

    @Test("an answer that is not due is void, and says why", arguments: offerRefusals.indices)
    func offerRefusal(index: Int) throws { try check(Self.offerRefusals[index]) }

    @Test("work that is not due is void, and says why", arguments: workRefusals.indices)
    func workRefusal(index: Int) throws { try check(Self.workRefusals[index]) }

    @Test("a void act leaves the contract as it was")
    func untouched() throws {
        var script = try Script()
        script.offer(1, by: .client)
        script.accept(1, as: 2, by: .freelancer)
        script.submit(1, as: 3)
        let before = script.state
        script.offer(4, by: .client)
        script.accept(1, as: 5, by: .freelancer)
        script.submit(2, as: 6)
        script.sendBack(2, as: 7)
        #expect(script.reasons.count == 4 && script.state == before)
    }

    @Test("an hourly contract has no milestones to submit")
    func hourly() throws {
        var script = try Script()
        let terms = Terms(title: "By the hour", currency: script.terms.currency, pricing: .hourly(rate: 5_000, weeklyHours: 40))
        script.act(1, by: .freelancer, .offer(terms, prose: .zero))
        script.act(
            2, by: .client, .accept(offer: Script.id(1), termsHash: Derivation.termsHash(structured: terms.encoded, prose: .zero))
        )
        script.submit(1, as: 3)
        #expect(script.state.status == "active" && script.reasons == ["The contract has no milestone 1."])
    }
}
