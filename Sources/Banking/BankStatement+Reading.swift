import Agreement

extension BankStatement {
    /// The statements of a camt.053 file of any version.
    package static func statements(in file: [UInt8]) throws(BankingError) -> [BankStatement] {
        guard file.count <= BankingLimits.statementFile else {
            throw BankingError(
                .tooLarge,
                "The file has \(file.count) bytes, and \(BankingLimits.statementFile) are the most; "
                    + "ask the bank for statements of shorter periods.")
        }
        let root = try Element.root(of: file)
        guard root.name == "Document", let message = root.first("BkToCstmrStmt") else {
            let found = (root.name == "Document" ? root.children.first?.name : nil) ?? root.name
            throw BankingError(
                .wrongDocument, "The file is no camt.053 statement but \(found.quoted); export account statements as camt.053.")
        }
        var reader = StatementReader()
        var statements: [BankStatement] = []
        for element in message.all("Stmt") { statements.append(try reader.statement(element)) }
        guard !statements.isEmpty else { throw BankingError(.missing, "The camt.053 file has no statement in it.") }
        return statements
    }
}

/// Reads the statements of one file.
private struct StatementReader {
    private var identities = IdentitySource()

    mutating func statement(_ element: Element) throws(BankingError) -> BankStatement {
        let id = element.texts("Id").first ?? ""
        let numbers = element.texts("Acct", "Id", "IBAN") + element.texts("Acct", "Id", "Othr", "Id")
        guard let number = numbers.first else {
            throw BankingError(.missing, "The statement \(id.quoted) does not name its account.")
        }
        let amounts = element.all("Bal", "Amt") + element.all("Ntry", "Amt")
        guard let code = element.texts("Acct", "Ccy").first ?? amounts.first?.attributes["Ccy"] else {
            throw BankingError(.missing, "The statement \(id.quoted) does not name its currency.")
        }
        identities.beginStatement(of: AccountNumber(number))
        var balances: [BankStatement.Balance] = []
        for balance in element.all("Bal") { balances.append(try Self.balance(balance)) }
        var transactions: [BankTransaction] = []
        var unbooked = 0
        for entry in element.all("Ntry") {
            guard let status = (entry.texts("Sts", "Cd") + entry.texts("Sts", "Prtry") + entry.texts("Sts")).first else {
                throw BankingError(.missing, "An entry of the statement \(id.quoted) does not say whether it is booked.")
            }
            if status == "BOOK" { transactions += try self.transactions(entry) } else { unbooked += 1 }
        }
        return BankStatement(
            id: id, account: AccountNumber(number), currency: try Element.currency(code), balances: balances,
            transactions: transactions, unbookedEntries: unbooked)
    }

    private static func balance(_ element: Element) throws(BankingError) -> BankStatement.Balance {
        let amount = try element.amount("Amt", of: "a balance")
        let isOverdrawn = try element.direction(of: "a balance") == .debit
        return BankStatement.Balance(
            code: (element.texts("Tp", "CdOrPrtry", "Cd") + element.texts("Tp", "CdOrPrtry", "Prtry")).first ?? "",
            amount: isOverdrawn ? Money(minor: -amount.minor, currency: amount.currency) : amount,
            day: try element.day("Dt"))
    }

    /// One for each payment in the entry if their amounts are known and add up to it, else one for the whole entry.
    private mutating func transactions(_ element: Element) throws(BankingError) -> [BankTransaction] {
        let entry = try StatementEntry(element)
        let details = element.all("NtryDtls", "TxDtls")
        if details.count > 1 {
            var parts: [(direction: BankTransaction.Direction, amount: Money)] = []
            for detail in details { if let part = try entry.part(detail) { parts.append(part) } }
            let sum = parts.reduce(Int128(0)) { $0 + ($1.direction == entry.direction ? 1 : -1) * Int128($1.amount.minor) }
            if parts.count == details.count, sum == Int128(entry.amount.minor) {
                return zip(parts, details).enumerated().map { index, part in
                    transaction(entry, part.0.direction, part.0.amount, details: [part.1], index: index)
                }
            }
        }
        // Details that leave out some of the batch's payments say nothing about the whole.
        let announced = element.texts("NtryDtls", "Btch", "NbOfTxs").compactMap { Int($0) }.max() ?? details.count
        return [transaction(entry, entry.direction, entry.amount, details: announced > details.count ? [] : details, index: 0)]
    }

    /// A transaction that has what `details` have in common.
    private mutating func transaction(
        _ entry: StatementEntry, _ direction: BankTransaction.Direction, _ amount: Money, details: [Element], index: Int
    ) -> BankTransaction {
        // The parties of a reversal are those of the payment that it undoes.
        let (party, account) = (direction == .credit) != entry.isReversal ? ("Dbtr", "DbtrAcct") : ("Cdtr", "CdtrAcct")
        let common = CommonFields(details: details)
        var transaction = BankTransaction(
            id: "", direction: direction, amount: amount, isReversal: entry.isReversal, bookingDate: entry.bookingDate,
            valueDate: entry.valueDate, endToEndID: common.text { $0.references("Refs", "EndToEndId") },
            servicerReference: common.text { $0.references("Refs", "AcctSvcrRef") } ?? entry.servicerReference,
            creditorReference: common.text { $0.texts("RmtInf", "Strd", "CdtrRefInf", "Ref") },
            remittance: common.text { [$0.texts("RmtInf", "Ustrd").joined(separator: " ")] } ?? "",
            counterparty: common.text { $0.texts("RltdPties", party, "Nm") + $0.texts("RltdPties", party, "Pty", "Nm") },
            counterpartyAccount: common.text {
                $0.texts("RltdPties", account, "Id", "IBAN") + $0.texts("RltdPties", account, "Id", "Othr", "Id")
            }.map { AccountNumber($0) })
        transaction.id = identities.identity(of: transaction, entry: entry, index: index)
        return transaction
    }
}

/// What several details of an entry agree on.
private struct CommonFields {
    let details: [Element]

    /// The first text of each detail, if it is the same in all.
    func text(_ texts: (Element) -> [String]) -> String? {
        let all = details.map { texts($0).first }
        guard let first = all.first, all.allSatisfy({ $0 == first }) else { return nil }
        return first
    }
}
