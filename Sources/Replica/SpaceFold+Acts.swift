import Agreement
import Canon
import Foundation
import GRDB
import Ledger
import Store

/// Acts fold in one linear order, each judged by what its signer had seen; a late one folds the space's acts anew.
extension SpaceFold {
    func insert(_ operation: Ledger.Operation, at moment: Moment, claimedTime: UInt64) throws {
        let stamp = moment.stamp
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO act (space, lamport, device, change, ordinal, time, kind, document, payload)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            spaceData, Int64(stamp.lamport), stamp.device.data, stamp.change.data, Int64(stamp.ordinal), Int64(claimedTime),
            operation.kind, operation.document?.data, Data(operation.payload),
        ])
        hasNewActs = true
    }

    /// Folds all acts and writes what they come to.
    func foldActs() throws {
        if view.roster.kind == .account {
            _ = try Self.account(in: view, visit: note)
        } else {
            try write(try Self.contract(in: view, visit: note).state)
        }
        hasNewActs = false
    }

    private func note(_ row: Row, _ reason: String?) throws {
        let old: String? = row["reason"]
        guard old != reason else { return }
        try db.cachedStatement(
            sql: "UPDATE act SET reason = ? WHERE space = ? AND lamport = ? AND device = ? AND change = ? AND ordinal = ?"
        ).execute(arguments: [reason, spaceData, row["lamport"], row["device"], row["change"], row["ordinal"]])
    }

    /// The contract as its acts make it; `visit` is told of each act and why it is void, if it is.
    static func contract(
        in view: SpaceView, visit: (Row, String?) throws -> Void = { _, _ in }
    ) throws -> ActFold<ContractState> {
        try fold(view, visit) { if case .act(let act) = $0 { act } else { nil } }
    }

    /// A payout account as its acts make it.
    static func account(
        in view: SpaceView, visit: (Row, String?) throws -> Void = { _, _ in }
    ) throws -> ActFold<AccountState> {
        try fold(view, visit) { if case .account(let act) = $0 { act } else { nil } }
    }

    private static func fold<Machine: ActMachine>(
        _ view: SpaceView, _ visit: (Row, String?) throws -> Void, _ act: (Assertion) -> Machine.Act?
    ) throws -> ActFold<Machine> {
        var fold = ActFold<Machine>()
        let rows = try Row.fetchAll(
            view.db.cachedStatement(sql: "SELECT * FROM act WHERE space = ? ORDER BY lamport, device, change, ordinal"),
            arguments: [view.space.data])
        for row in rows {
            let change: ChangeID = try row.identifier("change")
            guard let act = act(try row.assertion()), let placement = try view.placement(of: change) else { continue }
            let ordinal: Int64 = row["ordinal"]
            guard let role = view.roster.signingRole(of: placement.stamp.device, knownAt: placement.past) else {
                try visit(row, HeldBack.cannotSign.rawValue)
                continue
            }
            let moment = Moment(stamp: placement.stamp.operation(Int(ordinal)), past: placement.past)
            try visit(row, fold.append(SignedAct(act, at: moment, by: role, of: view.roster.author(of: placement.stamp.device))))
        }
        return fold
    }

    private func write(_ state: ContractState) throws {
        let terms = state.activeTerms ?? state.current?.terms
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO contract_row (space, title, status, currency, pricing, total, offer)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            spaceData, terms?.title ?? "", state.status, terms?.currency.code ?? "",
            terms?.isHourly == true ? "hourly" : "fixed", terms?.total, state.current?.id.data,
        ])
        try db.cachedStatement(sql: "DELETE FROM milestone_row WHERE space = ?").execute(arguments: [spaceData])
        for milestone in state.milestones {
            let totals = milestone.totals
            try db.cachedStatement(
                sql: """
                    INSERT INTO milestone_row
                        (space, number, title, amount, due, status, round, funded, released, refunded, returned, in_dispute)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                spaceData, milestone.terms.number, milestone.terms.title, milestone.terms.amount, milestone.terms.due?.text,
                milestone.status, milestone.round, totals.funded, totals.released, totals.refunded, totals.returned,
                state.dispute(over: milestone) != nil,
            ])
        }
    }
}

extension Terms {
    /// What all milestones come to; nil by the hour.
    var total: Int64? { isHourly ? nil : milestones.reduce(0) { $0 + $1.amount } }
}

extension Row {
    /// What a row of `act` says.
    func assertion() throws -> Assertion {
        let payload: Data = self["payload"]
        let document: Data? = self["document"]
        let operation = Ledger.Operation(self["kind"], on: document.flatMap { ChangeID(bytes: $0) }, payload: Array(payload))
        guard let assertion = try Assertion(operation) else { throw StoreError(.damaged, "A row of acts is damaged.") }
        return assertion
    }
}
