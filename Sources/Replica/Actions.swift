package import Agreement
package import Canon
package import Documents
import Foundation
import GRDB
package import Ledger
import Store

/// What a composer can tell of the contract it writes into.
extension Composer {
    package var device: DeviceID { ownDevice }

    /// The role of this device's person.
    package func role() throws -> Role {
        guard let role = view.roster.role(of: device) else {
            throw ReplicaError(.refused, "You are not a member of this contract yet.")
        }
        return role
    }

    package func state() throws -> ContractState {
        try fold()
        return try SpaceFold.contract(in: view).state
    }

    package func account() throws -> AccountState {
        try fold()
        return try SpaceFold.account(in: view).state
    }

    /// Why the rules refuse an act of this device now, in their own sentence; nil if they allow it.
    package func reasonToRefuse(_ act: Act) throws -> String? {
        let (state, role) = (try state(), try role())
        return view.roster.author(of: device).flatMap { state.reasonToBar($0, as: role) } ?? state.reasonToRefuse(act, by: role)
    }

    /// Signs an act if the rules allow it now, and refuses with the rule's own sentence otherwise.
    @discardableResult
    package func sign(_ act: Act) throws -> ChangeID {
        try requireSigning()
        if let reason = try reasonToRefuse(act) { throw ReplicaError(.refused, reason) }
        return try write(.money, [act.operation])
    }

    @discardableResult
    package func sign(_ act: AccountAct) throws -> ChangeID {
        try requireSigning()
        if let reason = try account().reasonToRefuse(act, by: try role()) { throw ReplicaError(.refused, reason) }
        return try write(.money, [act.operation])
    }

    /// Signs an act over a statement, prose first.
    @discardableResult
    package func sign(note: String, files: [FileReference] = [], _ make: (ContractState, Bytes32) throws -> Act) throws
        -> ChangeID
    {
        try requireSigning()
        let prose = Prose(salt: randomSalt(), text: note, files: files)
        let act = try make(try state(), prose.hash)
        if let reason = try reasonToRefuse(act) { throw ReplicaError(.refused, reason) }
        guard act.isSaidInHearing else {
            try write([.edit(.statement(prose))], blobs: files.map(\.blob))
            return try write(.money, [act.operation])
        }
        return try write(.money, [Edit.hearing(prose).operation, act.operation])
    }

    /// Whether this device could read everything that members signed about money; what it could not may be an answer.
    package func hasReadAllMoney() throws -> Bool {
        try fold()
        let unread = """
            SELECT EXISTS (SELECT 1 FROM held_back h JOIN change c ON c.id = h.change
                WHERE h.space = ? AND h.reason = ? AND c.audience = ?)
            """
        let arguments: StatementArguments = [
            view.space.data, HeldBack.unreadable.rawValue, Int64(Audience.money.rawValue),
        ]
        return try Bool.fetchOne(view.db.cachedStatement(sql: unread), arguments: arguments) != true
    }

    /// Whoever was replaced signs nothing more.
    func requirePlace() throws {
        guard let person = view.roster.formerPerson(of: device), let role = view.roster.roles[person] else { return }
        throw ReplicaError(
            .refused,
            "You were replaced as the \(role.rawValue) of this contract, so you sign nothing more in it. "
                + "Only a new invite lets you in again, with a device that was not in before.")
    }

    /// Rule G4: what this version cannot read may change what may be signed.
    private func requireSigning() throws {
        try fold()
        try requirePlace()
        guard view.roster.signingRole(of: device) != nil else {
            throw ReplicaError(
                .refused, "This device signs nothing here. An agent and a mediator sign on the device that they joined with.")
        }
        let unknown =
            "SELECT EXISTS (SELECT 1 FROM held_back h JOIN change c ON c.id = h.change WHERE h.space = ? AND h.reason = ? AND c.audience = 2)"
        guard
            try Bool.fetchOne(view.db.cachedStatement(sql: unknown), arguments: [view.space.data, HeldBack.unknownKind.rawValue])
                != true
        else {
            throw ReplicaError(
                .refused,
                "The contract has an act that this version does not know, so nothing is signed on it until you upgrade (rule G4)."
            )
        }
    }

    /// The edit that turns the terms' text into `text`; nil if nothing changes.
    package func termsEdit(to text: String) throws -> Edit? {
        let document = try terms()
        let operations = try document.operations(for: TextDifference.patches(from: document.text, to: text))
        return operations.isEmpty ? nil : .terms(payload: TextOperation.encoded(operations))
    }

    /// The operations of edits made one after another in the terms' text.
    package func termsOperations(for patches: [TextPatch]) throws -> [TextOperation] {
        try terms().operations(for: patches)
    }

    private func terms() throws -> TextDocument {
        try fold()
        return try SpaceFold.terms(of: view.space, view.db, cache: cache).document
    }

    /// The author of a message here.
    package func author(of message: ChangeID) throws -> PersonID? {
        try Data.fetchOne(
            view.db.cachedStatement(sql: "SELECT person FROM message_row WHERE space = ? AND change = ?"),
            arguments: [view.space.data, message.data]
        ).flatMap { PersonID(bytes: $0) }
    }
}
