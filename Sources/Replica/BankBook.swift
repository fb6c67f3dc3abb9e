import Foundation
import GRDB
import Store

/// An entry of a bank's statement, and what an agent used it for.
package struct BankEntry: Hashable, Sendable {
    /// Which of the agent's books the entry belongs to.
    package enum Use: String, Sendable { case funding, payout, refund, unmatched }

    package let id: String
    package let account: String
    package let day: String
    package let isCredit: Bool
    package let minor: Int64
    package let currency: String
    package let counterparty: String?
    package let iban: String?
    package let text: String
    package let use: Use
    /// The payment reference that it was matched by.
    package let reference: String?

    package init(
        id: String, account: String, day: String, isCredit: Bool, minor: Int64, currency: String, counterparty: String?,
        iban: String?, text: String, use: Use, reference: String?
    ) {
        self.id = id
        self.account = account
        self.day = day
        self.isCredit = isCredit
        self.minor = minor
        self.currency = currency
        self.counterparty = counterparty
        self.iban = iban
        self.text = text
        self.use = use
        self.reference = reference
    }
}

/// The balances that a statement carries.
package struct BankBalance: Hashable, Sendable {
    package let account: String
    package let currency: String
    package let statement: String
    package let opening: Int64?
    package let closing: Int64?

    package init(account: String, currency: String, statement: String, opening: Int64?, closing: Int64?) {
        self.account = account
        self.currency = currency
        self.statement = statement
        self.opening = opening
        self.closing = closing
    }
}

/// An agent's bank account as its statements show it; of this device alone.
extension Replica {
    package func bankEntries() throws -> [BankEntry] {
        try store.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM bank_entry ORDER BY day, id").map { row in
                BankEntry(
                    id: row["id"], account: row["account"], day: row["day"], isCredit: row["is_credit"], minor: row["minor"],
                    currency: row["currency"], counterparty: row["counterparty"], iban: row["iban"], text: row["text"],
                    use: BankEntry.Use(rawValue: row["use"]) ?? .unmatched, reference: row["reference"])
            }
        }
    }

    /// Notes an entry, or what it is used for now.
    package func note(_ entry: BankEntry) throws {
        try store.write {
            try $0.execute(
                sql: """
                    INSERT INTO bank_entry (id, account, day, is_credit, minor, currency, counterparty, iban, text, use, reference)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET use = excluded.use, reference = excluded.reference
                    """,
                arguments: [
                    entry.id, entry.account, entry.day, entry.isCredit, entry.minor, entry.currency, entry.counterparty,
                    entry.iban, entry.text, entry.use.rawValue, entry.reference,
                ])
        }
    }

    /// In the order in which they were read.
    package func bankBalances() throws -> [BankBalance] {
        try store.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM bank_balance ORDER BY number").map { row in
                BankBalance(
                    account: row["account"], currency: row["currency"], statement: row["statement"], opening: row["opening"],
                    closing: row["closing"])
            }
        }
    }

    package func note(_ balance: BankBalance) throws {
        try store.write {
            try $0.execute(
                sql: """
                    INSERT OR IGNORE INTO bank_balance (account, currency, statement, opening, closing) VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [balance.account, balance.currency, balance.statement, balance.opening, balance.closing])
        }
    }
}
