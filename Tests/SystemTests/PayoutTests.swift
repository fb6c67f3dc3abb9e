import Foundation
import Support
import Testing

/// What an agent pays, to whom and how often: from the request to the bank's statement, at the times when things come due.
@Suite("Payouts and refunds", .enabled(if: SQLite.isInstalled && Person.canTravel))
struct PayoutTests {
    @Test(
        "a payout waits three days, is ordered once, settles by a statement, and may come back",
        .timeLimit(.minutes(5 * allowance)))
    func payout() async throws {
        try await EscrowScene.with { stage in
            try await stage.fund("Design", "500.00")
            try await stage.bob.run("milestone", "release", Scene.contract, "Design")
            try await stage.ada.run("payout", "method", "giro", "--iban", "DE02120300000000202051")
            try await stage.syncAll()
            try await stage.eve.run("agent", "timeouts")
            try await stage.syncAll()
            try await stage.ada.run("payout", "request")
            try await stage.syncAll()

            let early = try await stage.order(by: stage.eve.later(days: 2), to: "early")
            #expect(early.files.isEmpty && early.waiting.count == 1 && early.waiting.contains { $0.contains("three days") })

            // The folder is a file: the payment is ordered all the same, and goes into a file that another run writes.
            let eve = stage.eve.later(days: 4)
            try Data("not a folder".utf8).write(to: stage.scene.path("taken"))
            let refused = try await eve.attempt(stage.ordering(to: "taken"))
            #expect(refused.isRefusal && refused.errors.contains("agent payouts --to ANOTHER"), "\(refused)")
            let orders = try await stage.order(by: eve, to: "orders")
            #expect(orders.lines.map(\.amount.minor) == [50_000] && orders.lines.map(\.destination) == ["DE02120300000000202051"])
            let none = try await stage.order(by: eve, to: "orders")
            #expect(none.files.isEmpty && none.lines.isEmpty && none.waiting.isEmpty, "nothing is ordered twice")
            let again: OrdersAnswer = try await eve.ask("agent", "payouts", "--to", stage.scene.path("again").path, "--again")
            let first = try orders.files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
            let second = try again.files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
            #expect(first.count == 1 && first == second, "the same order, byte for byte")
            try await stage.sync(eve, stage.ada)
            #expect(try await stage.payouts(of: stage.ada) == ["sent"])

            let reference = try #require(orders.lines.first).reference
            let paid = Statement.Payment(
                amount: "500.00", isCredit: false, reference: reference, bankReference: "P1", iban: "DE02120300000000202051")
            try await stage.importStatement(day: 5, from: "500.00", to: "0.00", [paid], by: eve)
            try await stage.importStatement(day: 5, from: "500.00", to: "0.00", [paid], by: eve)
            try await eve.run("agent", "reconcile")
            try await stage.sync(eve, stage.ada)
            #expect(try await stage.payouts(of: stage.ada) == ["settled"])
            #expect(try await stage.available(to: stage.ada) == 0)

            let returned = Statement.Payment(
                amount: "500.00", isCredit: true, reference: reference, bankReference: "P2", iban: "DE02120300000000202051")
            try await stage.importStatement(day: 8, from: "0.00", to: "500.00", [returned], by: eve)
            try await eve.run("agent", "reconcile")
            try await stage.sync(eve, stage.ada)
            #expect(try await stage.payouts(of: stage.ada) == ["failed"])
            #expect(try await stage.available(to: stage.ada) == 50_000)
        }
    }

    @Test(
        "what goes back goes to the accounts it came from, and to each no more than it gave", .timeLimit(.minutes(5 * allowance)))
    func refunds() async throws {
        try await EscrowScene.with { stage in
            let (first, second) = (Statement.client, "DE75512108001245126199")
            try await stage.fund("Design", "500.00", from: [(first, "300.00"), (second, "200.00")])
            try await stage.ada.run("milestone", "refund", Scene.contract, "Design", "--total", "350.00")
            try await stage.syncAll()
            try await stage.eve.run("agent", "timeouts")
            let refunds = try await stage.order(by: stage.eve, to: "orders")
            #expect(refunds.lines.map(\.destination) == [first, second], "\(refunds)")
            #expect(refunds.lines.map(\.amount.minor) == [30_000, 5_000])
            try await stage.syncAll()

            // The rest is released, and then given back in part: the agent takes it from the freelancer's balance.
            try await stage.bob.run("milestone", "release", Scene.contract, "Design")
            try await stage.syncAll()
            try await stage.eve.run("agent", "timeouts")
            try await stage.syncAll()
            try await stage.ada.run("milestone", "return", Scene.contract, "Design", "--total", "60.00")
            try await stage.syncAll()
            try await stage.eve.run("agent", "timeouts")
            try await stage.syncAll()
            for person in stage.everyone {
                let milestone = try await stage.milestone(1, to: person)
                #expect(milestone.escrow.all == [50_000, 15_000, 35_000, 0, 6_000], "\(person.name)")
            }
            let returns = try await stage.order(by: stage.eve, to: "orders")
            #expect(returns.lines.map(\.destination) == [second] && returns.lines.map(\.amount.minor) == [6_000])
            let none = try await stage.order(by: stage.eve, to: "orders")
            #expect(none.lines.isEmpty, "nothing goes back twice")
            #expect(try await stage.available(to: stage.ada) == 9_000)
        }
    }
}

extension EscrowScene {
    func ordering(to folder: String) -> [String] {
        ["agent", "payouts", "--to", scene.path(folder).path, "--name", "Eve Escrow", "--iban", Statement.agent]
    }

    func order(by agent: Person, to folder: String) async throws -> OrdersAnswer {
        let outcome = try await agent.attempt(ordering(to: folder) + ["--json"])
        guard outcome.end == .exited(0) else { throw CommandFailed(outcome: outcome) }
        return try outcome.answer()
    }

    func importStatement(
        day: Int, from opening: String, to closing: String, _ payments: [Statement.Payment], by agent: Person
    ) async throws {
        let path = scene.path("statement-\(day).xml")
        try Data(Statement(day: day, opening: opening, closing: closing, payments: payments).document.utf8).write(to: path)
        try await agent.run("agent", "import-statement", path.path)
    }

    func payouts(of person: Person) async throws -> [String] {
        let answer: PayoutsAnswer = try await person.ask("payout", "list")
        return answer.payouts.map(\.status)
    }

    /// What could be paid out, in minor units.
    func available(to person: Person) async throws -> Int64? {
        let answer: BalanceAnswer = try await person.ask("balance")
        return answer.currencies.first?.available.minor
    }
}

struct OrdersAnswer: Decodable {
    struct Line: Decodable {
        let destination: String
        let amount: MoneyAnswer
        let reference: String
    }

    let files: [String]
    let lines: [Line]
    let waiting: [String]
}

private struct PayoutsAnswer: Decodable {
    struct Payout: Decodable {
        let status: String
    }

    let payouts: [Payout]
}

private struct BalanceAnswer: Decodable {
    struct Currency: Decodable {
        let available: MoneyAnswer
    }

    let currencies: [Currency]
}
