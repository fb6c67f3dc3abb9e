import Agreement
import Testing

/// Amounts, currencies and days as people write them.
struct MoneyTests {
    @Test(
        "an amount reads as its currency writes it",
        arguments: [
            ("500", "EUR", 50_000, "500.00 EUR"), ("500.00", "EUR", 50_000, "500.00 EUR"), ("0.5", "EUR", 50, "0.50 EUR"),
            ("0.05", "EUR", 5, "0.05 EUR"), ("0", "EUR", 0, "0.00 EUR"), ("007", "USD", 700, "7.00 USD"),
            ("500", "JPY", 500, "500 JPY"), ("1.234", "KWD", 1_234, "1.234 KWD"), ("1", "KWD", 1_000, "1.000 KWD"),
            ("10000000000000.00", "EUR", 1_000_000_000_000_000, "10000000000000.00 EUR"),
        ])
    func amounts(text: String, code: String, minor: Int64, written: String) throws {
        let currency = try #require(Currency(code: code))
        let money = try #require(Money(text: text, currency: currency))
        #expect(money.minor == minor && money.text == written)
        #expect(Money(text: String(written.dropLast(4)), currency: currency) == money)
    }

    @Test(
        "what is not an amount of the currency is not read",
        arguments: [
            ("", "EUR"), (".", "EUR"), ("5.", "EUR"), (".5", "EUR"), ("-5", "EUR"), ("+5", "EUR"), ("5.001", "EUR"),
            ("5,00", "EUR"),
            ("1e3", "EUR"), (" 5", "EUR"), ("5 ", "EUR"), ("٥", "EUR"), ("5.0.0", "EUR"), ("5.0", "JPY"), ("1.2345", "KWD"),
            ("10000000000000.01", "EUR"), ("99999999999999999999", "EUR"), ("0x10", "EUR"), ("NaN", "EUR"), ("1_000", "EUR"),
        ])
    func refusedAmounts(text: String, code: String) throws {
        #expect(Money(text: text, currency: try #require(Currency(code: code))) == nil)
    }

    @Test("a negative amount is written with its sign")
    func negative() throws {
        let euro = try #require(Currency(code: "EUR"))
        let cases: [(Int64, String)] = [(-5, "-0.05 EUR"), (-50_000, "-500.00 EUR"), (.min, "-92233720368547758.08 EUR")]
        for (minor, text) in cases { #expect(Money(minor: minor, currency: euro).text == text) }
        let yen = try #require(Currency(code: "JPY"))
        #expect(Money(minor: -5, currency: yen).text == "-5 JPY")
    }

    @Test("a currency is three capital letters", arguments: ["", "EU", "EURO", "eur", "EÜR", "E1R", "€"])
    func refusedCurrencies(code: String) { #expect(Currency(code: code) == nil) }

    @Test("a currency has the digits that ISO 4217 gives it")
    func digits() throws {
        for (code, digits) in [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("CLP", 0), ("BHD", 3), ("TND", 3), ("XXX", 2)] {
            #expect(try #require(Currency(code: code)).digits == digits, "\(code)")
        }
    }

    @Test(
        "a day of the calendar reads as it was written",
        arguments: ["2026-12-15", "2024-02-29", "2000-02-29", "2026-01-31", "2026-04-30", "0001-01-01", "9999-12-31"])
    func days(text: String) { #expect(Day(text: text)?.text == text) }

    @Test(
        "what is not a day is not read",
        arguments: [
            "", "2026-13-01", "2026-00-10", "2026-01-00", "2026-02-29", "1900-02-29", "2026-04-31", "2026-1-1", "26-01-01",
            "2026/01/01", "20260101", "2026-01-01 ", " 2026-01-1", "2026-01-+1", "-026-01-01", "٢٠٢٦-٠١-٠١", "2026-01-01T00:00",
        ])
    func refusedDays(text: String) { #expect(Day(text: text) == nil) }

    @Test("days are in the order of the calendar")
    func order() throws {
        let days = ["2025-12-31", "2026-01-01", "2026-01-02", "2026-02-01", "2026-10-01"].compactMap(Day.init(text:))
        #expect(days.count == 5 && days == days.sorted())
    }
}
