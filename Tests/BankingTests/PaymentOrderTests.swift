import Agreement
import Banking
import Foundation
import Support
import Testing

/// Orders as documents, checked by another implementation of XML Schema.
struct PaymentOrderTests {
    private static let created = Date(timeIntervalSince1970: 1_797_379_200)

    private func payment(
        _ reference: String = "HS-1", _ minor: Int64 = 12_345, _ code: String = "EUR", on date: String = "2026-12-16",
        to creditor: String = "Grace Hopper", account: String = "NO9386011117947", agent: String? = nil, text: String = ""
    ) throws -> PaymentOrder.Payment {
        try PaymentOrder.Payment(
            endToEndID: reference, amount: money(minor, code), executionDate: day(date), creditor: creditor,
            account: AccountNumber(account), agent: agent.map { text throws(BankingError) in try BIC(text) }, remittance: text)
    }

    private func order(
        _ payments: [PaymentOrder.Payment], id: String = "ORDER-1", debtor: String = "Handsel Escrow", agent: BIC? = nil,
        isBatchBooked: Bool? = nil
    ) throws -> PaymentOrder {
        try PaymentOrder(
            messageID: id, created: Self.created, debtor: debtor, debtorAccount: IBAN("DE89370400440532013000"),
            debtorAgent: agent, isBatchBooked: isBatchBooked, payments: payments)
    }

    private func text(_ order: PaymentOrder) throws -> String { String(decoding: try order.document(), as: UTF8.self) }

    @Test("a small order is this document")
    func document() throws {
        let payment = try payment(agent: "DNBANOKK", text: "Week 50 & 51")
        let expected = """
            <?xml version="1.0" encoding="UTF-8"?>
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
                <CstmrCdtTrfInitn>
                    <GrpHdr>
                        <MsgId>ORDER-1</MsgId>
                        <CreDtTm>2026-12-16T00:00:00Z</CreDtTm>
                        <NbOfTxs>1</NbOfTxs>
                        <CtrlSum>123.45</CtrlSum>
                        <InitgPty>
                            <Nm>Handsel Escrow</Nm>
                        </InitgPty>
                    </GrpHdr>
                    <PmtInf>
                        <PmtInfId>ORDER-1-1</PmtInfId>
                        <PmtMtd>TRF</PmtMtd>
                        <BtchBookg>false</BtchBookg>
                        <NbOfTxs>1</NbOfTxs>
                        <CtrlSum>123.45</CtrlSum>
                        <PmtTpInf>
                            <SvcLvl>
                                <Cd>SEPA</Cd>
                            </SvcLvl>
                        </PmtTpInf>
                        <ReqdExctnDt>
                            <Dt>2026-12-16</Dt>
                        </ReqdExctnDt>
                        <Dbtr>
                            <Nm>Handsel Escrow</Nm>
                        </Dbtr>
                        <DbtrAcct>
                            <Id>
                                <IBAN>DE89370400440532013000</IBAN>
                            </Id>
                        </DbtrAcct>
                        <DbtrAgt>
                            <FinInstnId>
                                <Othr>
                                    <Id>NOTPROVIDED</Id>
                                </Othr>
                            </FinInstnId>
                        </DbtrAgt>
                        <CdtTrfTxInf>
                            <PmtId>
                                <EndToEndId>HS-1</EndToEndId>
                            </PmtId>
                            <Amt>
                                <InstdAmt Ccy="EUR">123.45</InstdAmt>
                            </Amt>
                            <CdtrAgt>
                                <FinInstnId>
                                    <BICFI>DNBANOKK</BICFI>
                                </FinInstnId>
                            </CdtrAgt>
                            <Cdtr>
                                <Nm>Grace Hopper</Nm>
                            </Cdtr>
                            <CdtrAcct>
                                <Id>
                                    <IBAN>NO9386011117947</IBAN>
                                </Id>
                            </CdtrAcct>
                            <RmtInf>
                                <Ustrd>Week 50 + 51</Ustrd>
                            </RmtInf>
                        </CdtTrfTxInf>
                    </PmtInf>
                </CstmrCdtTrfInitn>
            </Document>
            """
        #expect(try text(order([payment], isBatchBooked: false)) == expected)
        #expect(try order([payment]).document() == order([payment]).document())
    }

    private func manifold() throws -> PaymentOrder {
        try order(
            [
                payment("A", 1), payment("B", 100, "JPY"), payment("C", 1_234, "KWD", account: "12345-6"),
                payment("D", AgreementLimits.amount, on: "2026-12-17", to: "Müller & Söhne <b>\"'"),
                payment("E", 50, text: String(repeating: "x", count: 140)), payment("F", 50, account: "98765"),
            ], agent: BIC("COBADEFF370"), isBatchBooked: true)
    }

    @Test("payments are grouped by currency and date; SEPA is euro to an IBAN; sums have the digits of their currencies")
    func groups() throws {
        let text = try text(manifold())
        let values = { (name: String) in
            text.matches(of: try Regex("<\(name)[^>]*>([^<]*)</\(name)>")).map { String($0[1].substring ?? "") }
        }
        #expect(try values("CtrlSum") == ["10000000000102.244", "0.51", "100", "1.234", "10000000000000.00", "0.50"])
        #expect(try values("NbOfTxs") == ["6", "2", "1", "1", "1", "1"])
        #expect(try values("PmtInfId") == (1...5).map { "ORDER-1-\($0)" })
        #expect(try values("EndToEndId") == ["A", "E", "B", "C", "D", "F"])
        #expect(try values("InstdAmt") == ["0.01", "0.50", "100", "1.234", "10000000000000.00", "0.50"])
        #expect(try values("Cd") == ["SEPA", "SEPA"])
        #expect(try values("Dt") == ["2026-12-16", "2026-12-16", "2026-12-16", "2026-12-17", "2026-12-16"])
    }

    @Test("every order is valid by the schema", .enabled(if: XMLLint.isInstalled, "needs xmllint"))
    func schema() async throws {
        let orders = try [
            order([payment()]), order([payment()], isBatchBooked: false), manifold(),
            order((0..<200).map { try payment("P\($0)", Int64($0 + 1), $0 % 2 == 0 ? "EUR" : "USD") }),
            order(
                [
                    payment(
                        String(repeating: "r", count: 35), to: String(repeating: "n", count: 140),
                        account: String(repeating: "1", count: 34))
                ], id: String(repeating: "m", count: BankingLimits.messageID)),
        ]
        for order in orders { #expect(try await XMLLint.complaint(about: try order.document()) == nil) }
    }

    @Test("the schema is strict", .enabled(if: XMLLint.isInstalled, "needs xmllint"))
    func strictness() async throws {
        let text = try text(order([payment()]))
        let spoilt = [
            ("<NbOfTxs>1</NbOfTxs>", ""), ("TRF", "CHK"), ("HS-1", ""), ("HS-1", String(repeating: "r", count: 36)),
            ("NO9386011117947", "9386011117947"), ("\"EUR\"", "\"euro\""), ("123.45<", "123.456789<"),
            ("<Dt>2026-12-16</Dt>", "2026-12-16"), ("pain.001.001.09", "pain.001.001.03"),
        ]
        for (old, new) in spoilt {
            #expect(text.contains(old))
            #expect(try await XMLLint.complaint(about: Array(text.replacing(old, with: new).utf8)) != nil, "\(old)")
        }
    }

    @Test(
        "texts are written in the characters that every SEPA bank takes",
        arguments: [
            ("HS-7Q2M/1", "HS-7Q2M/1"), ("Zürich", "Zuerich"), ("Straße", "Strasse"), ("Émilie", "Emilie"), ("e\u{301}", "e"),
            ("Łódź", "Lodz"), ("a_b & c", "a-b + c"), ("日本", ".."), ("a\u{1F600}b", "a.b"), (" a \n\t b ", "a b"), ("#5*", ".5."),
            ("/a//b/", ".a/.b."), ("//", ".."), ("<a>", ".a."), ("\u{0}", "."), ("'", "'"),
        ])
    func characters(text: String, written: String) throws {
        #expect(try payment(text).endToEndID == written)
        #expect(try order([payment()], id: text).messageID == written)
    }

    @Test("what cannot be ordered is refused in a sentence")
    func refusals() throws {
        let long = String(repeating: "x", count: 141)
        let cases: [(BankingError.Code, () throws -> Void)] = [
            (.badAmount, { _ = try payment("A", 0) }), (.badAmount, { _ = try payment("A", -1) }),
            (.badAmount, { _ = try payment("A", AgreementLimits.amount + 1) }), (.badText, { _ = try payment("") }),
            (.badText, { _ = try payment(" \n") }), (.badText, { _ = try payment(String(repeating: "x", count: 36)) }),
            (.badText, { _ = try payment(String(repeating: "ü", count: 18)) }), (.badText, { _ = try payment(to: long) }),
            (.badText, { _ = try payment(to: "") }), (.badText, { _ = try payment(text: long) }),
            (.badText, { _ = try payment(account: "") }), (.badText, { _ = try payment(account: long) }),
            (.badText, { _ = try order([payment()], id: "") }), (.badText, { _ = try order([payment()], debtor: long) }),
            (.badText, { _ = try order([payment()], id: String(repeating: "x", count: BankingLimits.messageID + 1)) }),
            (.missing, { _ = try order([]) }), (.duplicate, { _ = try order([payment(), payment()]) }),
            (.duplicate, { _ = try order([payment("a_b"), payment("a-b")]) }),
            (.missing, { _ = try order((0...BankingLimits.payments).map { try payment("\($0)") }) }),
            (
                .badAmount,
                { _ = try order((0..<1_100).map { try payment("\($0)", AgreementLimits.amount) }).document() }
            ),
        ]
        for (code, body) in cases {
            let error = #expect(throws: BankingError.self, performing: body)
            #expect(error?.code == code && error?.description.hasSuffix(".") == true)
        }
    }

    @Test("the references of an order come back on a statement", arguments: seeds(20))
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("abcXYZ019/-?:().,'+ äÖß&<>\"_€日")
        let payments = try (0..<generator.pick(1..<20)).map { index in
            try payment(
                "\(index)\(String((0..<generator.pick(0..<12)).map { _ in generator.pick(alphabet) }))",
                Int64(generator.pick(1..<100_000)),
                text: String((0..<generator.pick(0..<40)).map { _ in generator.pick(alphabet) }))
        }
        let entries = payments.map { payment in
            entry(
                String(payment.amount.text.dropLast(4)), "DBIT",
                more: """
                    <NtryDtls><TxDtls><Refs><EndToEndId>\(escaped(payment.endToEndID))</EndToEndId></Refs><RltdPties><Cdtr>\
                    <Pty><Nm>\(payment.creditor)</Nm></Pty></Cdtr><CdtrAcct><Id><IBAN>\(payment.account)</IBAN></Id></CdtrAcct>\
                    </RltdPties><RmtInf><Ustrd>\(escaped(payment.remittance))</Ustrd></RmtInf></TxDtls></NtryDtls>
                    """)
        }
        let read = try BankStatement.statements(in: statement(entries.joined())).flatMap(\.transactions)
        #expect(read.map(\.endToEndID) == payments.map(\.endToEndID))
        #expect(read.map(\.amount) == payments.map(\.amount))
        #expect(read.map(\.remittance) == payments.map(\.remittance))
        #expect(read.map(\.counterpartyAccount) == payments.map(\.account))
        let document = try text(order(payments))
        for payment in payments { #expect(document.contains(">\(escaped(payment.endToEndID))<")) }
    }

    private func escaped(_ text: String) -> String { text.replacing("'", with: "&apos;") }
}
