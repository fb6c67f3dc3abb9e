import Agreement
import Canon
import Foundation
import GRDB
import Ledger
import Store

/// Acts fold in one linear order, so a late one folds the contract's acts anew.
extension SpaceFold {
    func insert(_ act: Act, at moment: Moment, claimedTime: UInt64) throws {
        let operation = act.operation
        let stamp = moment.stamp
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO act (space, lamport, device, change, ordinal, time, kind, document, payload)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                space.data, Int64(stamp.lamport), stamp.device.data, stamp.change.data, Int64(stamp.ordinal), Int64(claimedTime),
                operation.kind, operation.document?.data, Data(operation.payload),
            ])
        hasNewActs = true
    }

    /// Folds all acts and writes what they come to.
    func foldActs() throws {
        let state = try Self.contractState(in: space, roster: view.roster, db) { row, reason in
            let old: String? = row["reason"]
            guard old != reason else { return }
            try db.execute(
                sql: """
                    UPDATE act SET reason = ? WHERE space = ? AND lamport = ? AND device = ? AND change = ? AND ordinal = ?
                    """,
                arguments: [reason, space.data, row["lamport"], row["device"], row["change"], row["ordinal"]])
        }
        try write(state)
        hasNewActs = false
    }

    /// The contract as its acts make it; `visit` is told of each act and why it is void, if it is.
    static func contractState(
        in space: SpaceID, roster: Roster, _ db: Database, visit: (Row, String?) throws -> Void = { _, _ in }
    ) throws -> ContractState {
        var state = ContractState()
        let rows = try Row.fetchAll(
            db, sql: "SELECT * FROM act WHERE space = ? ORDER BY lamport, device, change, ordinal", arguments: [space.data])
        for row in rows {
            let payload: Data = row["payload"]
            let document: Data? = row["document"]
            let operation = Operation(row["kind"], on: document.flatMap { ChangeID(bytes: $0) }, payload: Array(payload))
            guard case .act(let act)? = try Assertion(operation) else { continue }
            guard let role = roster.role(of: try row.identifier("device")) else {
                try visit(row, HeldBack.notAMember.rawValue)
                continue
            }
            try visit(row, state.apply(act, change: try row.identifier("change"), by: role))
        }
        return state
    }

    private func write(_ state: ContractState) throws {
        guard let offer = state.current else { return }
        let terms = offer.terms
        let pricing: String
        let total: Int64?
        switch terms.pricing {
        case .fixed(let milestones):
            pricing = "fixed"
            total = milestones.reduce(0) { $0 + $1.amount }
        case .hourly:
            pricing = "hourly"
            total = nil
        }
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO contract_row (space, title, status, currency, pricing, total, offer)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [space.data, terms.title, state.status, terms.currency.code, pricing, total, offer.id.data])
        try db.execute(sql: "DELETE FROM milestone_row WHERE space = ?", arguments: [space.data])
        for milestone in state.milestones {
            try db.execute(
                sql: """
                    INSERT INTO milestone_row (space, number, title, amount, due, status, round) VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    space.data, milestone.terms.number, milestone.terms.title, milestone.terms.amount, milestone.terms.due?.text,
                    milestone.status, milestone.round,
                ])
        }
    }
}

extension Milestone {
    /// The state of the work in one word, as people see it.
    package var status: String {
        switch work {
        case .open: "open"
        case .submitted: "submitted"
        case .changes: "changes"
        }
    }
}
