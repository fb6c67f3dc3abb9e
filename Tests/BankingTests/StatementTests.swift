import Agreement
import Banking
import Testing

/// The sample statements, read field by field.
struct StatementTests {
    private static let samples = Samples.statements

    private func read(_ name: String) throws -> [BankStatement] { try BankStatement.statements(in: try Samples.bytes(name)) }

    @Test("version 2: several statements, balances, references, and only what is booked")
    func version2() throws {
        let statements = try read("camt.053.v02.xml")
        #expect(statements.map(\.id) == ["2026-349", "2026-350"])
        let iban = try IBAN("DE89370400440532013000")
        #expect(statements.allSatisfy { $0.account == .iban(iban) && $0.currency.code == "EUR" && $0.isConsistent == true })

        let first = try #require(statements.first)
        #expect(try first.opening == money(100_000) && first.closing == money(138_050))
        #expect(first.unbookedEntries == 2)
        #expect(first.transactions.map(\.amount.text) == ["500.00 EUR", "119.50 EUR"])
        let credit = try #require(first.transactions.first)
        #expect(credit.direction == .credit && !credit.isReversal)
        #expect(credit.endToEndID == "HS-7Q2M-1" && credit.servicerReference == "2026121500017")
        #expect(try credit.bookingDate == day("2026-12-15") && credit.valueDate == day("2026-12-16"))
        #expect(credit.remittance == "Milestone 1 HS-7Q2M-1" && credit.creditorReference == nil)
        #expect(credit.counterparty == "Ada Lovelace & Co")
        #expect(try credit.counterpartyAccount == .iban(IBAN("GB82WEST12345698765432")))
        let debit = try #require(first.transactions.last)
        #expect(debit.direction == .debit && debit.endToEndID == "PAY-42" && debit.creditorReference == "RF18539007547034")
        #expect(debit.counterparty == "Grace Hopper" && debit.remittance.isEmpty)
        #expect(try debit.counterpartyAccount == .iban(IBAN("NO9386011117947")) && debit.valueDate == day("2026-12-15"))

        let second = try #require(statements.last)
        #expect(try second.closing == money(-1_950))
        let bare = try #require(second.transactions.first)
        #expect(bare.endToEndID == nil && bare.servicerReference == nil && bare.counterparty == nil && bare.remittance.isEmpty)
        #expect(try bare.valueDate == day("2026-12-16"))
    }

    @Test("version 8 under a prefix: batches, foreign currency, a reversal, foreign elements")
    func version8() throws {
        let statement = try #require(try read("camt.053.v08.xml").first)
        #expect(statement.isConsistent == true && statement.unbookedEntries == 1)
        #expect(statement.balances.map(\.code) == ["OPBD", "CLBD", "RESERVED"])
        #expect(try statement.balances.last?.amount == money(-1_200, "CHF"))
        let shown = statement.transactions.map { "\($0.direction) \($0.amount.text) \($0.endToEndID ?? "none")" }
        #expect(
            shown == [
                "credit 100.00 CHF B-1", "credit 205.00 CHF none", "debit 5.00 CHF B-3",
                "credit 500.00 CHF none", "credit 30.00 CHF none", "credit 237.30 CHF USD-REF", "debit 50.00 CHF HS-BACK",
            ])
        #expect(statement.transactions.map(\.isReversal) == [false, false, false, false, false, false, true])
        #expect(
            statement.transactions.map(\.counterparty)
                == ["Émilie du Châtelet", nil, nil, "Alan Turing", nil, nil, "First Payer"])
        #expect(statement.transactions.first?.remittance == "<first> & only")
    }

    @Test("a batch is divided by what was booked for its payments, not by what was ordered in other currencies")
    func foreignBatch() throws {
        let detail = { (ordered: String, booked: String) in
            """
            <TxDtls><Amt Ccy="USD">\(ordered)</Amt><AmtDtls><InstdAmt><Amt Ccy="USD">\(ordered)</Amt></InstdAmt>
            <TxAmt><Amt Ccy="EUR">\(booked)</Amt></TxAmt></AmtDtls></TxDtls>
            """
        }
        let details = "<NtryDtls>\(detail("5.5", "5"))</NtryDtls><NtryDtls>\(detail("2.2", "2"))</NtryDtls>"
        let read = try BankStatement.statements(in: statement(entry("7", more: details))).flatMap(\.transactions)
        #expect(read.map(\.amount.text) == ["5.00 EUR", "2.00 EUR"])
    }

    @Test("a provider's statement: another kind of account, no currency of its own, equal payments")
    func provider() throws {
        let statement = try #require(try read("camt.053.provider.xml").first)
        #expect(statement.account == .other("escrow@example.org") && statement.currency.code == "USD")
        #expect(statement.isConsistent == true)
        #expect(try statement.transactions.map(\.amount) == [money(2_500, "USD"), money(2_500, "USD"), money(145, "USD")])
        #expect(statement.transactions.first?.counterpartyAccount == .other("payer@example.com"))
        #expect(statement.transactions.last?.servicerReference == nil)
    }

    @Test("a file has the same identities whenever it is read, and every transaction its own", arguments: samples)
    func identities(name: String) throws {
        let ids = try read(name).flatMap(\.transactions).map(\.id)
        #expect(Set(ids).count == ids.count && !ids.isEmpty)
        #expect(try read(name).flatMap(\.transactions).map(\.id) == ids)
    }

    @Test("a statement that a file repeats has the same identities; equal payments of other files have them too")
    func repeatedStatement() throws {
        let inside = entry("5", more: "<AcctSvcrRef>R</AcctSvcrRef>") + entry("5", more: "<AcctSvcrRef>R</AcctSvcrRef>")
        let once = try BankStatement.statements(in: statement(inside)).flatMap(\.transactions).map(\.id)
        let text = String(decoding: statement(inside), as: UTF8.self)
        let start = try #require(text.firstRange(of: "<Stmt>")?.lowerBound)
        let end = try #require(text.firstRange(of: "</BkToCstmrStmt>")?.lowerBound)
        let twice = try BankStatement.statements(in: document(String(text[start..<end]) + String(text[start..<end])))
        #expect(Set(once).count == 2)
        #expect(twice.map { $0.transactions.map(\.id) } == [once, once])
    }

    @Test("equal payments without a reference on two pages are two payments")
    func equalPayments() throws {
        let page = "<Stmt><Id>S</Id><Acct><Id><Othr><Id>1</Id></Othr></Id><Ccy>EUR</Ccy></Acct>\(entry("5"))</Stmt>"
        let ids = try BankStatement.statements(in: document(page + page)).flatMap(\.transactions).map(\.id)
        #expect(ids.count == 2 && Set(ids).count == 2)
    }

    @Test("identities differ by account, date, direction, amount and reference")
    func distinctIdentities() throws {
        let entries = [
            entry("5"), entry("6"), entry("5", "DBIT"), entry("5", date: "2026-12-16"),
            entry("5", more: "<AcctSvcrRef>R</AcctSvcrRef>"), entry("5", more: "<NtryRef>R</NtryRef>"),
            entry("5", more: "<NtryDtls><TxDtls><Refs><EndToEndId>R</EndToEndId></Refs></TxDtls></NtryDtls>"),
            entry("5", more: "<NtryDtls><TxDtls><RmtInf><Ustrd>R</Ustrd></RmtInf></TxDtls></NtryDtls>"),
        ]
        var ids = try entries.flatMap { try BankStatement.statements(in: statement($0)) }.flatMap(\.transactions).map(\.id)
        let other = "<Stmt><Id>S</Id><Acct><Id><Othr><Id>1</Id></Othr></Id><Ccy>EUR</Ccy></Acct>\(entry("5"))</Stmt>"
        ids += try BankStatement.statements(in: document(other)).flatMap(\.transactions).map(\.id)
        #expect(ids.count == 9 && Set(ids).count == 9)
    }

    @Test(
        "a statement is consistent if its transactions make the closing balance of the opening one",
        arguments: [
            ("", nil), (balance("OPBD", "1"), nil), (balance("OPBD", "1") + balance("CLBD", "1"), true),
            (balance("OPBD", "1") + balance("CLBD", "1.01"), false),
            (balance("PRCD", "1", "DBIT") + balance("CLBD", "1") + entry("2"), true),
            (balance("OPBD", "1") + balance("CLBD", "1", "DBIT") + entry("2", "DBIT"), true),
            (balance("OPBD", "1") + balance("CLBD", "3") + entry("2", status: "<Sts><Cd>PDNG</Cd></Sts>"), false),
            (balance("OPBD", "1") + balance("CLBD", "1") + entry("2", currency: "USD") + entry("2", "DBIT"), false),
            (balance("PRCD", "9") + balance("OPBD", "1") + balance("CLBD", "1"), true),
        ] as [(String, Bool?)])
    func consistency(inside: String, expected: Bool?) throws {
        #expect(try BankStatement.statements(in: statement(inside)).first?.isConsistent == expected)
    }

    @Test("the greatest amounts add up without overflow")
    func greatAmounts() throws {
        let inside = (0..<10_000).map { _ in entry("10000000000000.00") }.joined() + balance("OPBD", "0") + balance("CLBD", "0")
        #expect(try BankStatement.statements(in: statement(inside)).first?.isConsistent == false)
    }
}
