import Canon
import Documents
import Foundation
import GRDB
import Ledger
import Store
import Synchronization

/// The terms' text in memory, as it stands after an edit.
struct TermsState: Sendable {
    var document = TextDocument()
    /// Edits that took effect, and the change that brought the last: together they name one state of this replica.
    var edits = 0
    var last: ChangeID?
}

/// The texts last folded, so that the next edit need not read the whole document again.
///
/// A text is used only if it is the one in the database: after a rollback, or a write by another process, it is not.
final class TermsCache: Sendable {
    private static let capacity = 16
    private let states = Mutex<[SpaceID: TermsState]>([:])

    func state(of space: SpaceID, edits: Int, last: ChangeID?) -> TermsState? {
        states.withLock { $0[space] }.flatMap { $0.edits == edits && $0.last == last ? $0 : nil }
    }

    func keep(_ state: TermsState, of space: SpaceID) {
        states.withLock { states in
            if states.count >= Self.capacity { states.removeAll() }
            states[space] = state
        }
    }
}

/// The terms are one text that both sides edit; its edits merge.
extension SpaceFold {
    /// Applies an edit of the terms; returns why it has no effect, if it has none.
    func applyTerms(_ payload: [UInt8], at moment: Moment) throws -> String? {
        var state = try terms ?? Self.terms(of: space, db, cache: cache)
        terms = nil
        defer { terms = state }
        do {
            try state.document.apply(try TextOperation.decode(payload), at: moment)
        } catch let error as DocumentError {
            return error.description
        } catch let error as CanonError {
            return error.description
        }
        state.edits += 1
        state.last = moment.stamp.change
        return nil
    }

    /// The terms' text as a document; empty before the first edit.
    static func terms(of space: SpaceID, _ db: Database, cache: TermsCache) throws -> TermsState {
        let sql = "SELECT edits, last FROM terms_row WHERE space = ?"
        guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [space.data]) else { return TermsState() }
        let edits: Int = row["edits"]
        let last: ChangeID = try row.identifier("last")
        if let known = cache.state(of: space, edits: edits, last: last) { return known }
        let state =
            try Data.fetchOne(db.cachedStatement(sql: "SELECT state FROM terms_row WHERE space = ?"), arguments: [space.data])
            ?? Data()
        return TermsState(document: try TextDocument(decoding: Array(state)), edits: edits, last: last)
    }

    func save(_ state: TermsState) throws {
        guard let last = state.last else { return }
        let text = state.document.text
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO terms_row (space, text, edits, last, state) VALUES (?, ?, ?, ?, ?)")
            .execute(arguments: [spaceData, text, state.edits, last.data, Data(state.document.encoded)])
        try index(text, as: "terms", spaceData)
        cache.keep(state, of: space)
    }
}
