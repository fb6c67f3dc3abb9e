import Foundation
import Support

/// Four people with a home each: a client, a freelancer, an agent who holds the money, and a mediator.
struct EscrowScene: Sendable {
    let scene: Scene
    let eve: Person
    let max: Person

    var ada: Person { scene.ada }
    var bob: Person { scene.bob }
    var everyone: [Person] { [bob, ada, eve, max] }

    /// Runs `body` once a contract with two milestones is agreed, and agent and mediator are in.
    static func with<Result>(
        terms: [String] = [], _ body: (EscrowScene) async throws -> Result
    ) async throws -> Result {
        try await Scene.withRelay { scene, relay in
            let stage = EscrowScene(
                scene: scene, eve: Person("eve", in: scene.folder), max: Person("max", in: scene.folder))
            try await stage.agree(relay: relay.link, terms: terms)
            return try await body(stage)
        }
    }

    private func agree(relay: String, terms: [String]) async throws {
        for (person, name) in zip(everyone, ["Bob Client", "Ada Freelancer", "Eve Escrow", "Max Fair"]) {
            try await person.run("init", "--name", name)
        }
        try await bob.run("relay", "add", relay)
        let agent: WhoAmIAnswer = try await eve.ask("whoami")
        let mediator: WhoAmIAnswer = try await max.ask("whoami")
        let offer = [
            "contract", "offer", "--fixed", "--title", Scene.contract, "--currency", "EUR", "--milestone", "Design:500.00",
            "--milestone", "Build:900.00", "--agent", agent.person, "--mediator", mediator.person,
        ]
        let made = try await bob.attempt(offer + terms)
        guard made.end == .exited(0) else { throw CommandFailed(outcome: made) }
        try await admit(ada, as: "freelancer")
        try await ada.run("contract", "accept", Scene.contract)
        try await sync(ada, bob)
        try await admit(eve, as: "agent")
        try await admit(max, as: "mediator")
        try await sync(bob, ada, bob, eve, max)
    }

    private func admit(_ person: Person, as role: String) async throws {
        let invite: InviteAnswer = try await bob.ask("invite", Scene.contract, "--role", role)
        try await bob.run("sync")
        try await person.run("join", invite.link)
    }

    func sync(_ people: Person...) async throws {
        for person in people { try await person.run("sync") }
    }

    /// Until everyone has what everyone has signed.
    func syncAll() async throws { try await sync(bob, ada, eve, max, bob, ada, eve, max) }

    /// Orders a deposit and lets it come in by a bank's statement, from one account or several.
    func fund(
        _ milestone: String, _ amount: String, day: Int = 1, from payers: [(iban: String, amount: String)]? = nil
    ) async throws {
        try await bob.run("milestone", "fund", Scene.contract, milestone)
        try await sync(bob, eve)
        let inbox: InboxAnswer = try await eve.ask("agent", "inbox")
        guard let duty = inbox.duties.first(where: { $0.kind == "deposit" && $0.reference != nil }) else {
            throw Unexpected("the inbox has no deposit to wait for")
        }
        let path = scene.path("statement-\(day).xml")
        let payments = (payers ?? [(Statement.client, amount)]).enumerated().map { index, payer in
            Statement.Payment(
                amount: payer.amount, isCredit: true, reference: duty.reference ?? "", bankReference: "D\(day)-\(index)",
                iban: payer.iban)
        }
        try Data(Statement(day: day, opening: "0.00", closing: amount, payments: payments).document.utf8).write(to: path)
        try await eve.run("agent", "import-statement", path.path)
        try await sync(eve, bob, ada)
    }

    /// What a milestone looks like to somebody.
    func milestone(_ number: Int, to person: Person) async throws -> MoneyMilestone {
        let contract: MoneyContract = try await person.ask("contract", "show", Scene.contract)
        guard let found = contract.milestones.first(where: { $0.number == number }) else {
            throw Unexpected("there is no milestone \(number)")
        }
        return found
    }
}

struct InboxAnswer: Decodable {
    struct Duty: Decodable {
        let kind: String
        let milestone: Int?
        let reference: String?
    }

    let duties: [Duty]
}

struct MoneyAnswer: Decodable, Equatable {
    let minor: Int64
    let currency: String
}

struct MoneyMilestone: Decodable {
    struct Escrow: Decodable {
        let funded: MoneyAnswer
        let released: MoneyAnswer
        let refunded: MoneyAnswer
        let held: MoneyAnswer
        let returned: MoneyAnswer

        /// In the order of their names here, in minor units.
        var all: [Int64] { [funded, released, refunded, held, returned].map(\.minor) }
    }

    struct Dispute: Decodable {
        let openedBy: [String]
        let heard: [String]
    }

    let number: Int
    let status: String
    let escrow: Escrow
    let dispute: Dispute?
}

struct MoneyContract: Decodable {
    struct Resolution: Decodable {
        let sentence: String
    }

    let status: String
    let milestones: [MoneyMilestone]
    let resolutions: [Resolution]
}

/// A bank's statement of the agent's account, as camt.053.
struct Statement {
    struct Payment {
        let amount: String
        let isCredit: Bool
        let reference: String
        let bankReference: String
        /// The other side's account.
        var iban = Statement.client
    }

    static let client = "NL91ABNA0417164300"
    static let agent = "DE89370400440532013000"

    let day: Int
    let opening: String
    let closing: String
    let payments: [Payment]

    var document: String {
        let date = "2026-12-\(day < 10 ? "0" : "")\(day)"
        func balance(_ code: String, _ amount: String) -> String {
            """
            <Bal><Tp><CdOrPrtry><Cd>\(code)</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">\(amount)</Amt><CdtDbtInd>CRDT</CdtDbtInd>
            <Dt><Dt>\(date)</Dt></Dt></Bal>
            """
        }
        let entries = payments.map { payment in
            """
            <Ntry><Amt Ccy="EUR">\(payment.amount)</Amt><CdtDbtInd>\(payment.isCredit ? "CRDT" : "DBIT")</CdtDbtInd>
            <Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>\(date)</Dt></BookgDt><ValDt><Dt>\(date)</Dt></ValDt>
            <AcctSvcrRef>\(payment.bankReference)</AcctSvcrRef><NtryDtls><TxDtls>
            <Refs><EndToEndId>\(payment.isCredit ? "NOTPROVIDED" : payment.reference)</EndToEndId></Refs>
            <RltdPties><Dbtr><Pty><Nm>Bob Client</Nm></Pty></Dbtr>
            <DbtrAcct><Id><IBAN>\(payment.iban)</IBAN></Id></DbtrAcct></RltdPties>
            <RmtInf><Ustrd>Thank you \(payment.reference)</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
            """
        }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
            <GrpHdr><MsgId>M\(day)</MsgId><CreDtTm>\(date)T18:00:00Z</CreDtTm></GrpHdr>
            <Stmt><Id>S\(day)</Id><CreDtTm>\(date)T18:00:00Z</CreDtTm>
            <Acct><Id><IBAN>\(Self.agent)</IBAN></Id><Ccy>EUR</Ccy></Acct>
            \(balance("OPBD", opening))\(balance("CLBD", closing))\(entries.joined())
            </Stmt></BkToCstmrStmt></Document>
            """
    }
}
