import Agreement
import Banking
import Testing

/// The file for PayPal's Payouts.
struct PayPalTests {
    private func payment(
        _ recipient: String = "ada@example.org", _ minor: Int64 = 50_000, _ code: String = "EUR", id: String = "HS-1",
        note: String = "Thanks"
    ) throws -> PayPalPayments.Payment {
        try PayPalPayments.Payment(recipient: recipient, amount: money(minor, code), id: id, note: note)
    }

    private func text(_ payments: [PayPalPayments.Payment]) throws -> String {
        String(decoding: try PayPalPayments(payments).file(), as: UTF8.self)
    }

    @Test("a file has a row for each payment")
    func rows() throws {
        let payments = try [payment(), payment("A1B2C3D4E5F6G", 5, id: "x_2.b", note: "")]
        #expect(try text(payments) == "ada@example.org,500.00,EUR,HS-1,Thanks\r\nA1B2C3D4E5F6G,0.05,EUR,x_2.b,\r\n")
    }

    @Test(
        "a note is quoted where it has to be, and is never a formula",
        arguments: [
            ("a, b", "\"a, b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("a\r\nb", "\"a\r\nb\""), ("a\nb", "\"a\nb\""),
            ("\"", "\"\"\"\""), ("\"\u{301}", "\"\"\"\u{301}\""), ("a=1", "a=1"), ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"), ("\rx", "\"'\rx\""), ("\nx", "\"'\nx\""), ("=A,B", "\"'=A,B\""),
            ("=\u{301}1", "'=\u{301}1"), ("＝1", "'＝1"), ("Zürich", "Zürich"),
        ])
    func notes(note: String, field: String) throws {
        #expect(Array(try text([payment(note: note)]).utf8) == Array("ada@example.org,500.00,EUR,HS-1,\(field)\r\n".utf8))
    }

    @Test(
        "amounts are written as PayPal takes them",
        arguments: [("EUR", 123, "1.23"), ("JPY", 500, "500"), ("HUF", 50_000, "500"), ("TWD", 100, "1"), ("USD", 1, "0.01")])
    func amounts(code: String, minor: Int64, written: String) throws {
        #expect(try text([payment("a@b.c", minor, code)]) == "a@b.c,\(written),\(code),HS-1,Thanks\r\n")
    }

    @Test(
        "whom PayPal could not pay is refused",
        arguments: [
            "", "ada", "@example.org", "ada@", "a@b@c", "=a@b.c", "+a@b.c", "-a@b.c", "@a@b.c", "\ta@b.c", "a b@c.d", "a@b.c\r\n",
            "a,x@b.c",
            "a1b2c3d4e5f6g", "A1B2C3D4E5F6", String(repeating: "a", count: 127) + "@b",
        ])
    func recipients(recipient: String) {
        let error = #expect(throws: BankingError.self) { try payment(recipient) }
        #expect(error?.code == .badRecipient && error?.description.hasSuffix(".") == true)
    }

    @Test(
        "identifiers are short and plain",
        arguments: ["", "a b", "-a", "=a", "a,b", "é", "a\"", "@a", String(repeating: "a", count: 31)])
    func identifiers(id: String) throws {
        #expect(throws: BankingError(.badText, "")) { try payment(id: id) }
        let longest = String(repeating: "a", count: BankingLimits.payPalID)
        #expect(try payment(id: longest).id == longest)
    }

    @Test("what PayPal does not pay is refused")
    func refusals() throws {
        let cases: [(BankingError.Code, () throws -> Void)] = [
            (.badAmount, { _ = try payment("a@b.c", 0) }), (.badAmount, { _ = try payment("a@b.c", -5) }),
            (.badAmount, { _ = try payment("a@b.c", 50_001, "HUF") }),
            (.unsupportedCurrency, { _ = try payment("a@b.c", 5, "KWD") }),
            (.badText, { _ = try payment(note: String(repeating: "n", count: BankingLimits.payPalNote + 1)) }),
            (.missing, { _ = try PayPalPayments([]) }), (.duplicate, { _ = try PayPalPayments([payment(), payment()]) }),
            (.unsupportedCurrency, { _ = try PayPalPayments([payment(), payment("a@b.c", 5, "USD", id: "2")]) }),
            (.missing, { _ = try PayPalPayments((0...BankingLimits.payPalPayments).map { try payment(id: "\($0)") }) }),
        ]
        for (code, body) in cases {
            let error = #expect(throws: BankingError.self, performing: body)
            #expect(error?.code == code && error?.description.hasSuffix(".") == true)
        }
    }
}
