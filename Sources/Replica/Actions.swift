package import Agreement
import Canon
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
        return try SpaceFold.contractState(in: view.space, roster: view.roster, view.db)
    }

    /// Signs an act if the rules allow it now, and refuses with the rule's own sentence otherwise.
    package func sign(_ act: Act) throws -> ChangeID {
        if let reason = try state().reasonToRefuse(act, by: try role()) { throw ReplicaError(.refused, reason) }
        return try write(.money, [act.operation])
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
            view.db, sql: "SELECT person FROM message_row WHERE space = ? AND change = ?",
            arguments: [view.space.data, message.data]
        ).flatMap { PersonID(bytes: $0) }
    }
}
