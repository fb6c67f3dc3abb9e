package import Canon
package import Ledger

/// What an operation of a contract space says, once it is read.
package enum Assertion: Hashable, Sendable {
    case act(Act)
    case edit(Edit)
    /// In an account; elsewhere it has no effect.
    case account(AccountAct)

    /// The only audience in which it counts.
    package var audience: Audience {
        switch self {
        case .act, .account: .money
        case .edit(let edit): edit.audience
        }
    }

    package var operation: Operation {
        switch self {
        case .act(let act): act.operation
        case .edit(let edit): edit.operation
        case .account(let act): act.operation
        }
    }

    /// Nil for a kind that this version does not know, which quarantines the whole body; what is not the one form of an assertion
    /// is refused.
    package init?(_ operation: Operation) throws(CanonError) {
        var reader = CBORReader(operation.payload.span)
        if let act = try Act.decode(operation, &reader) {
            self = .act(act)
        } else if let edit = try Edit.decode(operation, &reader) {
            self = .edit(edit)
        } else if let act = try AccountAct(operation) {
            self = .account(act)
            return
        } else {
            return nil
        }
        try reader.finish()
        guard self.operation == operation else { throw CanonError(.unexpectedValue, at: 0) }
    }
}
