import Agreement
import Canon
import Foundation
import GRDB
import Ledger
import LedgerSupport
import Relay
import Replica
import Store

/// What has to be true once everybody has heard everything.
extension World {
    func check() throws {
        // Who was let in by what does not stand is out for all others, and goes on alone, so the relays say who is in.
        let accepted = try relays[0].store.store.read { try relays[0].store.store.view(of: space, $0).roster }
        let honest = machines.filter { $0.state == .honest && $0.role.isParty }
        guard let reference = honest.first(where: { accepted.person(of: $0.device) != nil }) ?? honest.first ?? machines.first
        else { return }
        let roster = try reference.replica.roster(of: space)
        let members = machines.filter { roster.person(of: $0.device) != nil }
        try checkHoldings(members, reference)
        try checkReadModels(members, reference)
        try checkAuthority(reference, roster)
        try checkStanding(reference)
        try checkSecrecy()
        let agents = Set(machines.filter { $0.role == .agent }.map(\.device))
        let proven = try reference.replica.store.provenDevices(in: space)
        let isOneLine = agents.count <= 1 && agents.isDisjoint(with: proven)
        let check = try MoneyCheck(reference.replica, space: space, bank: bank, isOneLine: isOneLine)
        for fault in check.faults { fail("money: \(fault)") }
    }

    /// The same changes everywhere, and all that anybody was ever told was safe.
    private func checkHoldings(_ members: [Machine], _ reference: Machine) throws {
        let all = try reference.replica.store.changeIDs(in: space)
        for machine in members {
            let own = try machine.replica.store.changeIDs(in: space)
            if own != all {
                fail(
                    "\(machine.name) has \(own.subtracting(all).count) changes that \(reference.name) lacks, and lacks \(all.subtracting(own).count)"
                )
            }
            let lost = machine.promised.subtracting(try machine.changes())
            if !lost.isEmpty { fail("\(machine.name) has lost \(lost.count) changes that it had promised") }
            let report = try machine.replica.doctor()
            if !report.isHealthy { fail("\(machine.name) folds otherwise from the beginning: \(report)") }
        }
        // What let a device in is gone where a disk was put back, and need not stand where another device was copied or removed.
        for machine in machines where machine.state == .honest && !members.contains(where: { $0 === machine }) {
            // It never got in if its host lost the adding with its power, before anybody else had it.
            guard machine.wasMember else {
                tally.add("devices whose adding was lost")
                continue
            }
            let own = machines.filter { $0.owner.id == machine.owner.id }
            if !own.contains(where: { $0.hasForgotten || $0.state != .honest }) {
                fail("\(machine.name) is out, and nobody removed it")
            }
        }
        for relay in relays where try relay.store.store.changeIDs(in: space) != all {
            fail("\(relay.name) has not what all have")
        }
        for machine in members {
            let borrowed = try machine.replica.store.borrowedReceipts(but: Set(relays.map(\.device)))
            if borrowed > 0 { fail("\(machine.name) keeps \(borrowed) receipts of nobody's") }
        }
        for store in machines.map(\.replica.store) + relays.map(\.store.store) {
            let kept = try store.changeIDs().intersection(forged)
            if !kept.isEmpty { fail("\(kept.count) changes that nobody signed are kept") }
        }
    }

    /// Everybody sees the same: the parties all of it, the others the money.
    private func checkReadModels(_ members: [Machine], _ reference: Machine) throws {
        let whole = try reference.replica.store.dump(space, ReadModel.whole)
        let money = try reference.replica.store.dump(space, ReadModel.money)
        for machine in members where machine !== reference {
            let (tables, expected) = machine.role.isParty ? (ReadModel.whole, whole) : (ReadModel.money, money)
            let own = try machine.replica.store.dump(space, tables)
            for (table, content) in own.sorted(by: { $0.key < $1.key }) where content != expected[table] {
                fail("\(machine.name) sees another \(table) than \(reference.name)")
            }
        }
    }

    private func checkAuthority(_ reference: Machine, _ roster: Roster) throws {
        let counting = try reference.replica.store.countingChanges(in: space).intersection(misdeeds)
        if !counting.isEmpty { fail("\(counting.count) acts count that their signers were not allowed") }
        try checkRights(reference)
        for audience in Audience.sealed {
            for epoch in roster.epochs where !roster.keysWithout(epoch, audience).isEmpty {
                fail("a member was never given keys that count")
            }
        }
        let known = Set(machines.map(\.device))
        for (device, certificate) in roster.certificates {
            if !known.contains(device) { fail("a device is a member that nobody has") }
            let owner = machines.first { $0.device == device }?.owner.id
            if owner != nil, owner != certificate.person { fail("a device counts as another person's") }
        }
        for removal in roster.removals where roster.author(of: removal.by.stamp.device) != roster.author(of: removal.device) {
            fail("a person's device was removed by another person")
        }
        for (role, person) in people.roles where roster.roles[person.id] != role {
            fail("the \(role.rawValue) has lost their place")
        }
        if roster.roles.count != people.roles.count { fail("somebody is a member whom nobody let in") }
    }

    /// Nothing that arrives later takes back an act that was signed as the rules allowed.
    ///
    /// Unless its signer had gone by what a device said that had forked or been removed, and that does not stand.
    private func checkRights(_ reference: Machine) throws {
        let store = reference.replica.store
        let void = try store.voidActs(in: space)
        let doubtful = try store.provenDevices(in: space)
        try store.read { db in
            let view = try store.view(of: space, db)
            for (change, kind, reason) in void where rightful.contains(change) {
                guard let placement = try view.placement(of: change) else { continue }
                let devices = placement.past.counts.keys.map(\.device) + [placement.stamp.device]
                guard doubtful.isDisjoint(with: devices) else { continue }
                fail("an act is void that was signed as the rules allowed: \(kind): \(reason)")
            }
        }
    }

    /// What counts of devices that forked or were removed is what the rule says.
    private func checkStanding(_ reference: Machine) throws {
        let store = reference.replica.store
        try store.read { db in
            let view = try store.view(of: space, db)
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM change WHERE space = ? ORDER BY arrival", arguments: [view.number])
            let changes = try rows.map { try $0.change() }.map { (id: $0.id, header: $0.header) }
            let oracle = StandingOracle(changes, control: view.control)
            tally.add("changes that do not stand", changes.count - oracle.standing.count)
            tally.add("proofs of forks and removals", view.control.standing.proofs.count)
            for change in changes {
                guard let placement = try view.placement(of: change.id) else { continue }
                let stands = view.control.standing.cause(against: placement) == nil
                if stands != oracle.standing.contains(change.id) { fail("a change stands otherwise than the rule says") }
            }
            let shown = try Data.fetchAll(db, sql: "SELECT change FROM message_row WHERE space = ?", arguments: [space.data])
            let ids = Set(shown.compactMap { ChangeID(bytes: $0) })
            if !ids.isSubset(of: oracle.standing) { fail("a message is shown that does not stand") }
        }
    }

    private func checkSecrecy() throws {
        for relay in leakingRelays.sorted() { fail("\(relay) was sent words in the clear") }
        for relay in relays where try relay.files().contains(where: { contains($0, Self.secret) }) {
            fail("\(relay.name) has words in the clear on its disk")
        }
    }
}

/// The folded tables that two people must see alike.
enum ReadModel {
    static let money = [
        "roster_row": "*", "member_row": "*", "contract_row": "*", "milestone_row": "*",
        "act": "lamport, device, change, ordinal, kind, payload, reason",
        "diary_row": "*",
    ]
    static let whole = money.merging(
        [
            "held_back": "*", "register": "*", "name_row": "*", "memo_row": "*", "message_row": "*", "wording": "*",
            "statement_row": "hash, text", "terms_row": "text, edits", "search_row": "kind, item, text",
        ]) { first, _ in first }
}

extension ChangeStore {
    /// The content of folded tables, row by row.
    func dump(_ space: SpaceID, _ tables: [String: String]) throws -> [String: [String]] {
        try read { db in
            try Dictionary(
                uniqueKeysWithValues: tables.map { table, columns in
                    let sql = "SELECT \(columns) FROM \(table) WHERE space = ?"
                    return (table, try Row.fetchAll(db, sql: sql, arguments: [space.data]).map { "\($0)" }.sorted())
                })
        }
    }

    func voidActs(in space: SpaceID) throws -> [(change: ChangeID, kind: String, reason: String)] {
        try read { db in
            let sql = "SELECT change, kind, reason FROM act WHERE space = ? AND reason IS NOT NULL"
            return try Row.fetchAll(db, sql: sql, arguments: [space.data]).map { row in
                (try row.identifier("change"), row["kind"], row["reason"])
            }
        }
    }

    /// Receipts that no relay signed for itself.
    func borrowedReceipts(but relays: Set<DeviceID>) throws -> Int {
        try read { db in
            try Data.fetchAll(db, sql: "SELECT DISTINCT signed FROM receipt").count { signed in
                let receipt = try? Receipt(decoding: Array(signed))
                return receipt.map { !$0.isValid || !relays.contains($0.relay) } ?? true
            }
        }
    }

    /// Changes of which an act counts or a message is shown.
    func countingChanges(in space: SpaceID) throws -> Set<ChangeID> {
        try read { db in
            let sql = """
                SELECT change FROM act WHERE space = ?1 AND reason IS NULL UNION SELECT change FROM message_row WHERE space = ?1
                """
            return Set(try Data.fetchAll(db, sql: sql, arguments: [space.data]).compactMap { ChangeID(bytes: $0) })
        }
    }
}
