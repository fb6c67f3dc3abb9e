import Foundation
import Support
import Testing

/// Four homes, the command line and a bank's files: money from the deposit to the payout.
@Suite("Money between four homes", .enabled(if: SQLite.isInstalled))
struct EscrowTests {
    @Test("the agent follows the money and cannot open a message", .timeLimit(.minutes(5 * allowance)))
    func audiences() async throws {
        try await EscrowScene.with { stage in
            try await stage.fund("Design", "500.00")
            try await stage.bob.run("message", "send", Scene.contract, "Between the two of us.")
            let picture = stage.scene.path("picture.bin")
            try Data(repeating: 7, count: 400_000).write(to: picture)
            try await stage.ada.run(
                "milestone", "submit", Scene.contract, "Design", "--note", "For Bob's eyes.", "--file", picture.path)
            try await stage.syncAll()
            for watcher in [stage.eve, stage.max] {
                let milestone = try await stage.milestone(1, to: watcher)
                #expect(milestone.status == "submitted" && milestone.escrow.all == [50_000, 0, 0, 50_000, 0])
                let keys = try await SQLite.query(watcher.replica, "SELECT DISTINCT audience FROM epoch_key")
                #expect(keys == ["2"], "\(watcher.name) holds the key of money and no other")
                let messages = try await SQLite.number(watcher.replica, "SELECT count(*) FROM message_row")
                let sealed = try await SQLite.number(watcher.replica, "SELECT count(*) FROM change WHERE audience = 3")
                let unread = try await SQLite.number(
                    watcher.replica, "SELECT count(*) FROM held_back WHERE reason = 'this device holds no key to read it'")
                #expect(messages == 0 && sealed > 0 && unread == sealed, "\(watcher.name) carries what it cannot read")
                let chunks = try await SQLite.number(watcher.replica, "SELECT count(*) FROM chunk")
                #expect(chunks == 0, "\(watcher.name) fetches no file that it cannot open")
                let refused = try await watcher.attempt(["message", "send", Scene.contract, "Hello?"])
                #expect(refused.isRefusal, "\(refused)")
            }
        }
    }

    @Test(
        "a statement read twice changes nothing, and the books agree with the bank to the cent",
        .timeLimit(.minutes(5 * allowance)))
    func statements() async throws {
        try await EscrowScene.with { stage in
            try await stage.fund("Design", "500.00")
            let before = try await stage.eve.contractText()
            try await stage.eve.run("agent", "import-statement", stage.scene.path("statement-1.xml").path)
            let after = try await stage.eve.contractText()
            #expect(after == before)
            try await stage.eve.run("agent", "reconcile")
            // A payment that nobody expected is listed and not guessed; the books say so and still agree.
            let stray = Statement.Payment(amount: "12.34", isCredit: true, reference: "no idea", bankReference: "X1")
            let path = stage.scene.path("stray.xml")
            let statement = Statement(day: 2, opening: "500.00", closing: "512.34", payments: [stray])
            try Data(statement.document.utf8).write(to: path)
            let report = try await stage.eve.run("agent", "import-statement", path.path)
            #expect(report.contains("12.34 EUR"))
            try await stage.eve.run("agent", "reconcile")
            // A statement that does not fit is found.
            let wrong = Statement(day: 3, opening: "512.34", closing: "500.00", payments: [])
            try Data(wrong.document.utf8).write(to: path)
            try await stage.eve.run("agent", "import-statement", path.path)
            let refused = try await stage.eve.attempt(["agent", "reconcile"])
            #expect(refused.end == .exited(3), "\(refused)")
        }
    }

    @Test(
        "release and dispute, signed without knowledge of each other: both stand, and what was released is paid",
        .timeLimit(.minutes(5 * allowance)))
    func releaseAndDispute() async throws {
        try await EscrowScene.with { stage in
            try await stage.fund("Design", "500.00")
            // Bob is offline on one device and releases; Ada, offline too, opens a dispute.
            try await stage.bob.run("milestone", "release", Scene.contract, "Design", "--total", "300.00")
            try await stage.ada.run("milestone", "dispute", Scene.contract, "Design", "--note", "Nobody answers.")
            try await stage.syncAll()
            try await stage.eve.run("agent", "timeouts")
            try await stage.syncAll()
            for person in stage.everyone {
                let milestone = try await stage.milestone(1, to: person)
                #expect(milestone.escrow.all == [50_000, 30_000, 0, 20_000, 0], "\(person.name)")
                #expect(milestone.dispute?.openedBy == ["freelancer"], "\(person.name)")
            }
            let same = try await stage.scene.difference()
            #expect(same == nil)
        }
    }

    @Test(
        "a ruling divides what is held, and payout, refund and statement come to nothing left",
        .timeLimit(.minutes(5 * allowance)))
    func toTheEnd() async throws {
        try await EscrowScene.with { stage in
            try await stage.fund("Design", "500.00")
            try await stage.ada.run("milestone", "submit", Scene.contract, "Design", "--note", "Done.")
            try await stage.syncAll()
            try await stage.bob.run("milestone", "dispute", Scene.contract, "Design", "--note", "Half of it is missing.")
            try await stage.syncAll()
            try await stage.ada.run("milestone", "disclose", Scene.contract, "Design", "--note", "It was never asked for.")
            try await stage.syncAll()
            try await stage.max.run(
                "agent", "rule", Scene.contract, "Design", "--freelancer", "350.00", "--client", "150.00", "--note", "Fair.")
            try await stage.syncAll()
            try await stage.eve.run("agent", "timeouts")
            try await stage.syncAll()
            let milestone = try await stage.milestone(1, to: stage.ada)
            #expect(milestone.escrow.all == [50_000, 35_000, 15_000, 0, 0] && milestone.dispute == nil)
            // The refund leaves at once; Ada's new method waits three days, so her payout is asked for and waits.
            try await stage.ada.run("payout", "method", "giro", "--iban", "DE02 1203 0000 0000 2020 51")
            try await stage.syncAll()
            try await stage.eve.run("agent", "timeouts")
            try await stage.syncAll()
            try await stage.ada.run("payout", "request")
            try await stage.syncAll()
            let folder = stage.scene.path("payments").path
            let written = try await stage.eve.run(
                "agent", "payouts", "--to", folder, "--name", "Eve Escrow", "--iban", "DE89370400440532013000")
            #expect(written.contains("150.00 EUR") && written.contains("three days"))
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            let order = try String(contentsOfFile: folder + "/" + (names.first ?? ""), encoding: .utf8)
            #expect(names.count == 1)
            #expect(order.contains("NL91ABNA0417164300") && !order.contains("DE02120300000000202051"))
            // Bob never sees where Ada is paid.
            let secrets = try await SQLite.query(
                stage.bob.replica, "SELECT count(*) FROM space WHERE id IN (SELECT space FROM act WHERE kind LIKE 'account.%')")
            #expect(secrets == ["0"])
            let balance = try await stage.ada.run("balance")
            #expect(balance.contains("350.00 EUR"))
            try await stage.eve.run("agent", "reconcile")
        }
    }
}
