import Banking
import Testing

/// Account numbers and bank codes.
struct IBANTests {
    @Test(
        "an IBAN reads in any form and shows in groups of four",
        arguments: [
            ("DE89370400440532013000", "DE89 3704 0044 0532 0130 00"),
            ("GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 32"),
            ("no9386011117947", "NO93 8601 1117 947"),
            ("MT84MALT011000012345MTLCAST001S", "MT84 MALT 0110 0001 2345 MTLC AST0 01S"),
            ("fr14 2004 1010 0505 0001 3m02 606", "FR14 2004 1010 0505 0001 3M02 606"),
        ])
    func valid(text: String, grouped: String) throws {
        let iban = try IBAN(text)
        #expect(iban.grouped == grouped)
        #expect(try IBAN(iban.grouped) == iban && IBAN(iban.text) == iban)
    }

    @Test(
        "what is no IBAN is refused in a sentence",
        arguments: [
            "", "DE", "DE89", "DE89370400440532013001", "DE98370400440532013000", "ED89370400440532013000",
            "8989370400440532013000",
            "DEXX370400440532013000", "DE8937040044053201300", "DE89-3704-0044-0532-0130-00", "DE89370400440532013000\n",
            "DE89370400440532O13000", "DE8937040044053201300٠", "GB82WE\u{17f}T12345698765432",
            "DE89370400440532013000370400440532013000",
        ])
    func invalid(text: String) {
        let error = #expect(throws: BankingError.self) { try IBAN(text) }
        #expect(error?.code == .badAccount && error?.description.hasSuffix(".") == true)
        #expect(AccountNumber(text) == .other(text))
    }

    @Test("any one changed digit and any two exchanged neighbours are noticed")
    func checksum() throws {
        let text = Array("DE89370400440532013000")
        for index in 2..<text.count {
            for digit in "0123456789" where digit != text[index] {
                var changed = text
                changed[index] = digit
                #expect(throws: BankingError.self) { try IBAN(String(changed)) }
            }
            guard index + 1 < text.count, text[index] != text[index + 1] else { continue }
            var exchanged = text
            exchanged.swapAt(index, index + 1)
            #expect(throws: BankingError.self) { try IBAN(String(exchanged)) }
        }
    }

    @Test("a BIC has 8 or 11 characters, with the country in its place")
    func bankCodes() throws {
        for text in ["COBADEFF", "COBADEFF370", "1ABCDE2Z"] { #expect(try BIC(text).text == text) }
        for text in ["", "COBADEF", "COBADEFF3", "cobadeff", "COBA12FF", "COBADEFFÄÄÄ", "COBADEFF 37"] {
            #expect(throws: BankingError.self) { try BIC(text) }
        }
    }
}
