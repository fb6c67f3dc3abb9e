import Agreement
import Banking
import Foundation
import Support
import Testing

/// Files that are no statements, or that say something impossible.
struct StatementRefusalTests {
    private func refusal(_ bytes: [UInt8]) -> BankingError? {
        #expect(throws: BankingError.self) { try BankStatement.statements(in: bytes) }
    }

    @Test(
        "amounts are read exactly or refused",
        arguments: [
            ("12.34", 1_234), ("12.340", 1_234), ("12", 1_200), ("0.05", 5), ("0", 0), (" 7.5 ", 750), ("1.00000", 100),
            ("-1.00", nil), ("+1.00", nil), ("1.005", nil), ("1,00", nil), ("1e2", nil), ("", nil), ("1.", nil), (".5", nil),
            ("abc", nil), ("1.0.0", nil), ("0x1", nil), ("99999999999999999999", nil), ("NaN", nil), ("٥", nil),
        ] as [(String, Int64?)])
    func amounts(text: String, minor: Int64?) throws {
        for bytes in [statement(entry(text)), statement(balance("OPBD", text))] {
            guard let minor else {
                #expect(refusal(bytes)?.code == .badAmount)
                continue
            }
            let read = try #require(try BankStatement.statements(in: bytes).first)
            #expect((read.transactions.map(\.amount) + read.balances.map(\.amount)).map(\.minor) == [minor])
        }
    }

    @Test(
        "what is no camt.053 statement is refused in a sentence",
        arguments: [
            ("", .damaged), ("a", .damaged), ("<a>", .damaged), ("<a/>", .wrongDocument), ("\u{feff}", .damaged),
            ("no XML at all", .damaged), ("<Document/>", .wrongDocument), ("<Document><BkToCstmrStmt/></Document>", .missing),
            ("<Document><BkToCstmrStmt></Document>", .damaged), ("<Document><BkToCstmrAcctRpt/></Document>", .wrongDocument),
            ("<Document><BkToCstmrStmt><Stmt/></BkToCstmrStmt></Document>", .missing),
            ("<BkToCstmrStmt><Stmt/></BkToCstmrStmt>", .wrongDocument), ("<Document>&unknown;</Document>", .damaged),
            ("<Document/><Document/>", .damaged),
        ] as [(String, BankingError.Code)])
    func wrongDocuments(text: String, code: BankingError.Code) {
        let error = refusal(Array(text.utf8))
        #expect(error?.code == code)
        #expect(error?.description.hasSuffix(".") == true)
    }

    @Test(
        "an entry without what makes it one is refused",
        arguments: [
            (entry("1", "UP"), .missing), (entry("1", ""), .missing), (entry("1", status: ""), .missing),
            (entry("1", date: "2026-02-30"), .badDate), (entry("1", date: "yesterday"), .badDate),
            (entry("1", date: ""), .missing),
            (entry("1", currency: "euro"), .badAmount), (entry("1", currency: ""), .badAmount),
            (entry("1").replacing(" Ccy=\"EUR\"", with: ""), .missing),
            (entry("1").replacing("<Amt Ccy=\"EUR\">1</Amt>", with: ""), .missing),
            (entry("2", more: "<NtryDtls>\(detail("1"))\(detail("-1"))</NtryDtls>"), .badAmount),
        ] as [(String, BankingError.Code)])
    func badEntries(inside: String, code: BankingError.Code) {
        #expect(refusal(statement(inside))?.code == code)
    }

    private static func detail(_ amount: String) -> String { "<TxDtls><Amt Ccy=\"EUR\">\(amount)</Amt></TxDtls>" }

    @Test(
        "a file that declares entities is refused before they grow",
        arguments: [
            "<!ENTITY a \"lol\">", "<!ENTITY % a \"lol\">", "<!ENTITY a SYSTEM \"file:///etc/passwd\">",
            (1...30).reduce("<!ENTITY a0 \"lollollollollollol\">") { text, level in
                let inner = String(repeating: "&a\(level - 1);", count: 10)
                return text + "<!ENTITY a\(level) \"\(inner)\">"
            },
        ])
    func entities(declarations: String) {
        for reference in ["", "&a;", "&a30;"] {
            let text = "<?xml version=\"1.0\"?><!DOCTYPE Document [\(declarations)]><Document>\(reference)</Document>"
            let error = refusal(Array(text.utf8))
            #expect(error?.code == .damaged)
            #expect(error?.description.contains("document type") == true)
        }
    }

    @Test("a file over the limits is refused")
    func limits() {
        #expect(refusal([UInt8](repeating: 0x20, count: BankingLimits.statementFile + 1))?.code == .tooLarge)
        let elements = String(repeating: "<a/>", count: BankingLimits.elements)
        #expect(refusal(Array("<Document>\(elements)</Document>".utf8))?.code == .tooLarge)
    }

    @Test("deep nesting is refused, not followed")
    func depth() {
        #expect(refusal(Array(String(repeating: "<a>", count: 100_000).utf8))?.code == .damaged)
    }

    @Test("other encodings are read as what they say they are")
    func encodings() throws {
        let text = String(
            decoding: statement(entry("1", more: "<NtryDtls><TxDtls><RmtInf><Ustrd>Zürich</Ustrd></RmtInf></TxDtls></NtryDtls>")),
            as: UTF8.self)
        let forms: [(String, String.Encoding)] = [
            ("ISO-8859-1", .isoLatin1), ("windows-1252", .windowsCP1252), ("UTF-16", .utf16), ("UTF-8", .utf8), ("utf-8", .utf8),
        ]
        for (name, encoding) in forms {
            let data = try #require("<?xml version=\"1.0\" encoding=\"\(name)\"?>\(text)".data(using: encoding))
            let read = try BankStatement.statements(in: Array(data))
            #expect(read.flatMap(\.transactions).map(\.remittance) == ["Zürich"])
        }
    }

    @Test("a namespace of the bank's own and a later version of XML are no errors")
    func warnings() throws {
        let text = String(decoding: statement(entry("1")), as: UTF8.self)
        let official = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
        for form in [text.replacing(official, with: "camt.053"), "<?xml version=\"1.1\"?>" + text] {
            #expect(form != text)
            #expect(try BankStatement.statements(in: Array(form.utf8)).flatMap(\.transactions).count == 1)
        }
    }

    @Test("an encoding that is none of a bank's is refused", arguments: ["EBCDIC-CP-US", "UTF-7", "UTF-16", "none", "UTF-32"])
    func otherEncodings(name: String) {
        let declaration = Array("<?xml version=\"1.0\" encoding=\"\(name)\"?>".utf8)
        #expect(refusal(declaration + statement(entry("1")))?.code == .damaged)
        #expect(refusal(statement(entry("1")).flatMap { [$0, 0] })?.code == .damaged)
    }

    @Test("a damaged file gives a statement or a sentence", arguments: Samples.statements, seeds(40))
    func damage(name: String, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let whole = try Samples.bytes(name)
        for _ in 0..<25 {
            var bytes = whole
            if generator.chance(30) { bytes.removeLast(generator.pick(1..<bytes.count)) }
            for _ in 0..<generator.pick(1..<6) {
                bytes[generator.pick(0..<bytes.count)] =
                    generator.chance(50)
                    ? UInt8(truncatingIfNeeded: generator.next()) : generator.pick(Array("<>&;!-[]?\"'=/ \0\u{80}".utf8))
            }
            do {
                let statements = try BankStatement.statements(in: bytes)
                #expect(!statements.isEmpty)
                #expect(statements.flatMap(\.transactions).allSatisfy { $0.amount.minor >= 0 && !$0.id.isEmpty })
            } catch let error {
                #expect(error.description.hasSuffix("."))
            }
        }
    }

    @Test("every beginning of a file is refused", arguments: Samples.statements)
    func truncation(name: String) throws {
        let whole = try Samples.bytes(name)
        let end = try #require(whole.lastIndex(of: UInt8(ascii: ">")))
        for length in stride(from: 0, to: end, by: 7) { #expect(refusal(Array(whole[..<length])) != nil) }
        for length in 0..<12 { #expect(refusal(Array(whole[..<length]))?.code == .damaged) }
    }

    @Test(
        "bytes that are no text are refused wherever they are", arguments: ["<!--\u{1}-->", "<?p \u{1}?>", "<a\u{1}/>", "\u{1}"])
    func brokenText(form: String) {
        let bytes = statement(form).map { $0 == 1 ? 0xc3 : $0 }
        #expect(refusal(bytes)?.code == .damaged)
    }
}
