import Agreement
import Canon
import Foundation
import GRDB
import Ledger
import Store

/// The list of contracts, from rows that are read by the position of their columns: a list may be long.
struct ContractListing {
    private(set) var contracts: [ContractSummary] = []
    /// The ids of persons as they are written; the same few persons are in most contracts.
    private var written: [PersonID: String] = [:]

    /// Adds the contract of a row: space, title, status, pricing, currency, total, the viewer's role, and of client and freelancer
    /// each the person and their name.
    mutating func add(_ row: Row) throws {
        let space: SpaceID = try row.identifier(0)
        let currency: String = row[4]
        let total: Int64? = row[5]
        contracts.append(
            ContractSummary(
                id: space.description, title: row[1], status: row[2], pricing: row[3], currency: currency,
                total: total.map { MoneyView(minor: $0, currency: currency) }, client: try party(in: row, at: 7),
                freelancer: try party(in: row, at: 9), role: row[6]))
    }

    private mutating func party(in row: Row, at position: Int) throws -> PartyView? {
        if row.hasNull(atIndex: position) { return nil }
        let person: PersonID = try row.identifier(position)
        let text = written[person] ?? person.description
        written[person] = text
        return PartyView(person: text, name: row[position + 1])
    }
}
