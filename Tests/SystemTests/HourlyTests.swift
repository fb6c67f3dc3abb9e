import Foundation
import Support
import Testing

/// An hourly contract between three homes, from the deposit to the payout file.
@Suite("Hours between three homes", .enabled(if: SQLite.isInstalled))
struct HourlyTests {
    private static let support = "Support"

    @Test(
        "a week is signed, reviewed and paid from the deposit, what is disputed is not, and PayPal gets its file",
        .timeLimit(.minutes(5 * allowance)))
    func week() async throws {
        try await EscrowScene.with { stage in
            try await agree(stage)
            // Long ago, so that its review time is over whatever day it is: six slots, one of which Bob does not agree to.
            try await stage.ada.run(
                "diary", "add", Self.support, "--from", "2026-11-03T09:00Z", "--slots", "6", "--memo", "Tickets")
            let invoice: InvoiceAnswer = try await stage.ada.ask("diary", "sign", Self.support, "--week", "2026-11-03")
            #expect(invoice.slots == 6 && invoice.amount.minor == 6_000 && invoice.week == "2026-11-02")
            let again = try await stage.ada.attempt(["diary", "sign", Self.support, "--week", "2026-11-03"])
            #expect(again.isRefusal, "a slot is billed once: \(again)")
            try await stage.syncAll()
            try await stage.bob.run(
                "diary", "review", Self.support, "--week", "2026-11-03", "--dispute", "2026-11-03T09:50Z", "--note", "Lunch.")
            try await stage.syncAll()
            // Noted now, due a moment later.
            try await stage.eve.run("agent", "timeouts")
            try await stage.eve.run("agent", "timeouts")
            try await stage.syncAll()
            for person in [stage.ada, stage.bob, stage.eve] {
                let deposit = try await deposit(person)
                #expect(deposit.escrow.released.minor == 5_000, "\(person.name): five slots are paid")
                #expect(deposit.dispute?.openedBy == ["client"], "\(person.name)")
            }
            let week = try await stage.ada.run("diary", "week", Self.support, "--of", "2026-11-03")
            #expect(week.contains("by hand"), "an hour that is not protected says why")
            try await payOut(stage)
        }
    }

    private func agree(_ stage: EscrowScene) async throws {
        let agent: WhoAmIAnswer = try await stage.eve.ask("whoami")
        try await stage.bob.run(
            "contract", "offer", "--hourly", "--title", Self.support, "--currency", "EUR", "--rate", "60.00", "--weekly-hours",
            "10",
            "--agent", agent.person, "--deadline", "billing:0", "--deadline", "security:0")
        for (person, role) in [(stage.ada, "freelancer"), (stage.eve, "agent")] {
            let invite: InviteAnswer = try await stage.bob.ask("invite", Self.support, "--role", role)
            try await stage.bob.run("sync")
            try await person.run("join", invite.link)
            if role == "freelancer" { try await person.run("contract", "accept", Self.support) }
            try await stage.sync(stage.ada, stage.bob)
        }
        try await stage.bob.run("milestone", "fund", Self.support, "Deposit")
        try await stage.sync(stage.bob, stage.eve)
        try await stage.eve.run("agent", "confirm", Self.support, "Deposit", "--total", "1200.00")
        try await stage.syncAll()
    }

    private func deposit(_ person: Person) async throws -> MoneyMilestone {
        let contract: MoneyContract = try await person.ask("contract", "show", Self.support)
        guard let deposit = contract.milestones.first else { throw Unexpected("there is no deposit") }
        return deposit
    }

    /// A method that the agent has known for three days would be paid; one that is new is not, and says so.
    private func payOut(_ stage: EscrowScene) async throws {
        try await stage.ada.run("payout", "method", "paypal", "--paypal", "ada@example.org", "--contract", Self.support)
        try await stage.syncAll()
        try await stage.eve.run("agent", "timeouts")
        try await stage.syncAll()
        try await stage.ada.run("payout", "request", "--amount", "20.00")
        try await stage.syncAll()
        let early = try await stage.eve.run("agent", "payouts", "--to", stage.scene.path("early").path)
        #expect(early.contains("three days"))
        #expect(!FileManager.default.fileExists(atPath: stage.scene.path("early").path), "nothing due leaves nothing behind")
        let tooMuch = try await stage.ada.attempt(["payout", "request", "--amount", "1000.00"])
        #expect(tooMuch.isRefusal, "\(tooMuch)")
    }
}

struct InvoiceAnswer: Decodable {
    let week: String
    let slots: Int
    let amount: MoneyAnswer
}
