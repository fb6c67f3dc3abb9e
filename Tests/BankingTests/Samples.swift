import Agreement
import Banking
import Foundation

/// The files beside the tests.
enum Samples {
    static let schema = url("pain.001.001.09-subset.xsd")
    static let statements = ["camt.053.v02.xml", "camt.053.v08.xml", "camt.053.provider.xml"]

    static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: url(name))) }

    private static func url(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Samples").appending(path: name)
    }
}

/// An amount in euro cents, or in another currency's minor units.
func money(_ minor: Int64, _ code: String = "EUR") throws -> Money {
    guard let currency = Currency(code: code) else { throw BankingError(.badAmount, "The test names no currency: \(code).") }
    return Money(minor: minor, currency: currency)
}

func day(_ text: String) throws -> Day {
    guard let day = Day(text: text) else { throw BankingError(.badDate, "The test names no day: \(text).") }
    return day
}

/// A statement in euro of an account, which has in it what `inside` is.
func statement(_ inside: String) -> [UInt8] {
    document("<Stmt><Id>S</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>\(inside)</Stmt>")
}

func document(_ statements: String) -> [UInt8] {
    Array(
        """
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>\(statements)</BkToCstmrStmt></Document>
        """.utf8)
}

/// A booked entry in euro; `more` comes after its dates.
func entry(
    _ amount: String, _ direction: String = "CRDT", currency: String = "EUR", status: String = "<Sts>BOOK</Sts>",
    date: String = "2026-12-15", more: String = ""
) -> String {
    """
    <Ntry><Amt Ccy="\(currency)">\(amount)</Amt><CdtDbtInd>\(direction)</CdtDbtInd>\(status)
    <BookgDt><Dt>\(date)</Dt></BookgDt>\(more)</Ntry>
    """
}

func balance(_ code: String, _ amount: String, _ direction: String = "CRDT") -> String {
    """
    <Bal><Tp><CdOrPrtry><Cd>\(code)</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">\(amount)</Amt><CdtDbtInd>\(direction)</CdtDbtInd></Bal>
    """
}
