import GRDB
import Ledger
import Store

/// Why a change is kept without effect; what is not in this list is the reason a rule gives.
enum HeldBack: String {
    case unreadable = "this device holds no key to read it"
    case partialKeys = "it is sealed with keys that leave out a member, so it counts for nobody"
    case notAMember = "its author is not a member"
    case unknownKind = "it contains something that this version does not know; upgrade to read it"
    case wrongAudience = "it was sealed for the wrong audience"
    case wrongSpace = "it does not belong in such a space"
    /// Also for a further device of an agent or a mediator.
    case cannotSign =
        "its device signs nothing in this contract; an agent and a mediator sign on the device that they joined with"
}

extension SpaceFold {
    func hold(_ change: ChangeID, ordinal: UInt32 = 0, kind: String = "", _ reason: HeldBack) throws {
        try hold(change, ordinal: ordinal, kind: kind, reason: reason.rawValue)
    }

    func hold(_ change: ChangeID, ordinal: UInt32 = 0, kind: String = "", reason: String) throws {
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO held_back (space, change, ordinal, kind, reason) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [spaceData, change.data, Int64(ordinal), kind, reason])
    }
}
