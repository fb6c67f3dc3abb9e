package import Agreement
import Foundation
import GRDB
import Store

/// A payment that an agent has ordered, with everything that a file of it takes.
package struct BankOrder: Hashable, Sendable {
    package enum Kind: String, Sendable { case payout, refund }

    package let reference: String
    package let kind: Kind
    /// The payout's request, or the contract with its milestone.
    package let item: [UInt8]
    package let method: PayoutMethod.Kind
    /// Whoever is paid.
    package let name: String
    package let destination: String
    package let bic: String?
    package let amount: Money

    package init(
        reference: String, kind: Kind, item: [UInt8], method: PayoutMethod.Kind, name: String, destination: String,
        bic: String?, amount: Money
    ) {
        self.reference = reference
        self.kind = kind
        self.item = item
        self.method = method
        self.name = name
        self.destination = destination
        self.bic = bic
        self.amount = amount
    }
}

/// A file that orders payments, kept so that it can be written again.
package struct BankFile: Hashable, Sendable {
    package let name: String
    package let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// What an agent has ordered its bank to pay; of this device alone.
extension Replica {
    package enum OrderFilter: Hashable, Sendable {
        case all
        /// In no file yet.
        case open
        case file(String)
    }

    /// In the order in which they were noted.
    package func bankOrders(_ filter: OrderFilter = .all) throws -> [BankOrder] {
        let (condition, arguments): (String, StatementArguments) =
            switch filter {
            case .all: ("true", [])
            case .open: ("file IS NULL", [])
            case .file(let name): ("file = ?", [name])
            }
        return try store.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM bank_order WHERE \(condition) ORDER BY number", arguments: arguments)
                .map(Self.order)
        }
    }

    private static func order(_ row: Row) throws -> BankOrder {
        guard let kind = BankOrder.Kind(rawValue: row["kind"]), let method = PayoutMethod.Kind(rawValue: row["method"]),
            let currency = Currency(code: row["currency"])
        else { throw ReplicaError(.damaged, "A payment that was ordered cannot be read. Restore the replica from a copy.") }
        let item: Data = row["item"]
        return BankOrder(
            reference: row["reference"], kind: kind, item: Array(item), method: method, name: row["name"],
            destination: row["destination"], bic: row["bic"], amount: Money(minor: row["minor"], currency: currency))
    }

    /// Notes a payment if its item's payments come to `ordered` so far; false if another command was faster.
    package func note(_ order: BankOrder, after ordered: Int64) throws -> Bool {
        let now = Int64(store.clock())
        return try store.write { db in
            let sum = "SELECT coalesce(sum(minor), 0) FROM bank_order WHERE kind = ? AND item = ?"
            let known = try Int64.fetchOne(db.cachedStatement(sql: sum), arguments: [order.kind.rawValue, Data(order.item)])
            guard known == ordered else { return false }
            try db.cachedStatement(
                sql: """
                    INSERT INTO bank_order (reference, kind, item, method, name, destination, bic, minor, currency, time)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                order.reference, order.kind.rawValue, Data(order.item), order.method.rawValue, order.name, order.destination,
                order.bic, order.amount.minor, order.amount.currency.code, now,
            ])
            return true
        }
    }

    package func forget(order reference: String) throws {
        try store.write {
            try $0.execute(sql: "DELETE FROM bank_order WHERE reference = ? AND file IS NULL", arguments: [reference])
        }
    }

    /// Keeps the files of one run, each with the payments in it; those by hand have no file.
    ///
    /// They outlive a loss of power before anybody can hand them to a bank, lest the next run orders the payments again.
    package func keep(_ files: [(file: BankFile, orders: [BankOrder])], byHand: [BankOrder]) throws {
        let now = Int64(store.clock())
        try store.write { db in
            func place(_ orders: [BankOrder], in name: String) throws {
                for order in orders {
                    try db.cachedStatement(sql: "UPDATE bank_order SET file = ? WHERE reference = ? AND file IS NULL").execute(
                        arguments: [name, order.reference])
                    guard db.changesCount == 1 else {
                        throw ReplicaError(.refused, "Another command is ordering these payments. Run it again.")
                    }
                }
            }
            for (file, orders) in files {
                try db.cachedStatement(sql: "INSERT INTO bank_file (name, bytes, time) VALUES (?, ?, ?)").execute(arguments: [
                    file.name, Data(file.bytes), now,
                ])
                try place(orders, in: file.name)
            }
            try place(byHand, in: "")
        }
        try store.makeDurable()
    }

    /// Files that were never written to a directory.
    package func unwrittenFiles() throws -> [BankFile] { try files("is_written = 0") }

    /// All files of the last run that made any.
    package func lastFiles() throws -> [BankFile] { try files("time = (SELECT max(time) FROM bank_file)") }

    private func files(_ condition: String) throws -> [BankFile] {
        try store.read { db in
            try Row.fetchAll(db, sql: "SELECT name, bytes FROM bank_file WHERE \(condition) ORDER BY name").map { row in
                let bytes: Data = row["bytes"]
                return BankFile(name: row["name"], bytes: Array(bytes))
            }
        }
    }

    package func noteWritten(_ file: BankFile) throws {
        try store.write { try $0.execute(sql: "UPDATE bank_file SET is_written = 1 WHERE name = ?", arguments: [file.name]) }
    }
}
