import Foundation
import Testing

/// Every command about money, once at least, between four people.
struct MoneyStory {
    private static let shop = "Shop"
    private static let hours = "Hours"
    let recorder: Recorder

    init(_ recorder: Recorder) { self.recorder = recorder }

    func play() async throws {
        try await agree()
        try await fund()
        try await work()
        try await disagree()
        try await bill()
        try await payOut()
    }

    private func sync(_ homes: String...) async throws { for home in homes { try await recorder.ask(home, "sync") } }

    private func person(_ home: String, _ name: String) async throws -> String {
        try await recorder.ask(home, "init", "--name", name)
        return try #require(try await recorder.ask(home, "whoami")["person"] as? String)
    }

    private func admit(_ home: String, to contract: String, as role: String) async throws {
        let invite = try await recorder.ask("bob", "invite", contract, "--role", role)
        try await sync("bob")
        try await recorder.ask(home, "join", try #require(invite["link"] as? String))
    }

    private func agree() async throws {
        let agent = try await person("eve", "Eve Escrow")
        let mediator = try await person("max", "Max Fair")
        let milestones = ["Alpha", "Beta", "Gamma", "Delta"].flatMap { ["--milestone", "\($0):100.00"] }
        let offers = [
            ["contract", "offer", "--fixed", "--title", Self.shop, "--currency", "EUR"] + milestones,
            ["contract", "offer", "--hourly", "--title", Self.hours, "--currency", "EUR", "--rate", "60.00"],
        ]
        for offer in offers {
            let finished = try await recorder.workshop.handsel(
                ["--home", "bob"] + offer + ["--agent", agent, "--mediator", mediator, "--json"])
            #expect(finished.code == 0, "\(finished.errors)")
        }
        for contract in [Self.shop, Self.hours] {
            try await admit("ada", to: contract, as: "freelancer")
            try await recorder.ask("ada", "contract accept", contract)
            try await sync("ada", "bob")
            try await admit("eve", to: contract, as: "agent")
        }
        try await admit("max", to: Self.shop, as: "mediator")
        try await sync("bob", "ada", "bob", "eve", "max")
    }

    private func fund() async throws {
        var reference = ""
        for milestone in ["Alpha", "Beta", "Gamma", "Delta"] {
            let answer = try await recorder.ask("bob", "milestone fund", Self.shop, milestone)
            if milestone == "Gamma" { reference = try #require(answer["reference"] as? String) }
        }
        try await recorder.ask("bob", "milestone fund", Self.hours, "Deposit")
        try await sync("bob", "eve")
        try await recorder.ask("eve", "agent inbox")
        try await recorder.ask("eve", "agent confirm", Self.shop, "Alpha", "--total", "100.00")
        try await recorder.ask("eve", "agent confirm", Self.shop, "Beta", "--total", "120.00")
        try await recorder.ask("eve", "agent excess", Self.shop, "Beta")
        try await recorder.ask("eve", "agent confirm", Self.shop, "Delta", "--total", "100.00")
        try await recorder.ask("eve", "agent confirm", Self.hours, "Deposit", "--total", "4800.00")
        let statement = """
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>
            <Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>
            <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
            <Dt><Dt>2026-12-01</Dt></Dt></Bal>
            <Ntry><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-12-01</Dt></BookgDt>
            <AcctSvcrRef>B1</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Bob Client</Nm></Dbtr>
            <DbtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></DbtrAcct></RltdPties>
            <RmtInf><Ustrd>\(reference)</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>
            """
        try Data(statement.utf8).write(to: recorder.workshop.folder.appending(path: "statement.xml"))
        try await recorder.ask("eve", "agent import-statement", "statement.xml")
        try await sync("eve", "bob", "ada")
    }

    private func work() async throws {
        try await recorder.ask("ada", "milestone submit", Self.shop, "Alpha")
        try await sync("ada", "bob")
        try await recorder.ask("bob", "milestone release", Self.shop, "Alpha")
        try await recorder.ask("ada", "milestone refund", Self.shop, "Delta")
        try await sync("bob", "ada", "eve")
        try await recorder.ask("eve", "agent timeouts")
        try await sync("eve", "ada", "bob")
        try await recorder.ask("ada", "milestone return", Self.shop, "Alpha", "--total", "10.00")
    }

    private func disagree() async throws {
        try await recorder.ask("bob", "milestone ask-refund", Self.shop, "Gamma", "--note", "Never mind.")
        try await recorder.ask("bob", "milestone withdraw-ask", Self.shop, "Gamma")
        try await recorder.ask("bob", "milestone ask-refund", Self.shop, "Gamma", "--note", "After all.")
        try await recorder.ask("bob", "milestone dispute", Self.shop, "Beta", "--note", "It is late.")
        try await sync("bob", "ada")
        try await recorder.ask("ada", "milestone decline-ask", Self.shop, "Gamma", "--note", "It is nearly done.")
        try await recorder.ask("ada", "milestone disclose", Self.shop, "Beta", "--note", "It was you who were late.")
        try await sync("ada", "bob", "max")
        try await recorder.ask("bob", "milestone dispute", Self.shop, "Gamma", "--note", "Then let Max decide.")
        try await recorder.ask("bob", "milestone withdraw-dispute", Self.shop, "Gamma")
        try await recorder.ask("max", "milestone propose-split", Self.shop, "Beta", "--freelancer", "50.00", "--note", "Half.")
        try await sync("max", "ada")
        try await recorder.ask("ada", "milestone accept-split", Self.shop, "Beta")
        try await recorder.ask("max", "agent rule", Self.shop, "Beta", "--freelancer", "60.00", "--note", "A little more.")
        try await sync("ada", "max", "eve", "bob")
        try await recorder.ask("bob", "contract show", Self.shop)
    }

    private func bill() async throws {
        try await recorder.ask(
            "ada", "diary add", Self.hours, "--from", "2026-11-03T09:00Z", "--slots", "4", "--memo", "Sketches")
        try await recorder.ask("ada", "diary sign", Self.hours, "--week", "2026-11-03")
        try await recorder.ask("ada", "diary week", Self.hours, "--of", "2026-11-03")
        try await sync("ada", "bob")
        try await recorder.ask(
            "bob", "diary review", Self.hours, "--week", "2026-11-03", "--dispute", "2026-11-03T09:10Z", "--note", "Lunch.")
        try await recorder.ask("bob", "contract show", Self.hours)
    }

    private func payOut() async throws {
        try await recorder.ask("eve", "agent timeouts")
        try await recorder.ask("ada", "payout method", "giro", "--iban", "DE02 1203 0000 0000 2020 51")
        try await recorder.ask("ada", "payout method")
        try await recorder.ask("ada", "payout schedule", "monthly")
        try await sync("ada", "eve")
        try await recorder.ask("eve", "agent timeouts")
        try await sync("eve", "ada")
        let payout = try await recorder.ask("ada", "payout request", "--amount", "5.00")
        try await recorder.ask("ada", "payout list")
        try await sync("ada", "eve")
        try await recorder.ask("eve", "agent inbox")
        try await recorder.ask(
            "eve", "agent payouts", "--to", "orders", "--name", "Eve Escrow", "--iban", "DE89370400440532013000")
        try await recorder.ask("ada", "payout withdraw", try #require(payout["id"] as? String))
        try await recorder.ask("ada", "balance")
        try await recorder.ask("eve", "agent reconcile")
        try await recorder.ask("eve", "agent outage", "--from", "2026-11-23T10:00Z", "--to", "2026-11-23T11:00Z")
    }
}
