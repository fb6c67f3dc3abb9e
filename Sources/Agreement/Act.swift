package import Canon
package import Ledger

/// A signed fact that binds; append-only, in the `money` audience.
package enum Act: Hashable, Sendable {
    /// Terms offered, first or in answer; cites their prose by its salted hash.
    case offer(Terms, prose: Bytes32)
    /// Agrees to an offer, over the hash of exactly its terms and prose.
    case accept(offer: ChangeID, termsHash: Bytes32)
    case decline(offer: ChangeID)
    /// Takes back an offer of one's own.
    case withdraw(offer: ChangeID)
    /// Hands in work; `statement` is the salted hash of what was said and delivered.
    case submit(milestone: Int, round: Int, statement: Bytes32)
    /// Asks for changes to the submission of a round.
    case requestChanges(milestone: Int, round: Int, statement: Bytes32)

    package var operation: Operation {
        switch self {
        case .offer(let terms, let prose):
            Operation("contract.offer") {
                $0.array(2)
                terms.write(to: &$0)
                $0.bytes32(prose)
            }
        case .accept(let offer, let hash): Operation("contract.accept", on: offer) { $0.bytes32(hash) }
        case .decline(let offer): Operation("contract.decline", on: offer)
        case .withdraw(let offer): Operation("contract.withdraw", on: offer)
        case .submit(let milestone, let round, let statement):
            Operation("milestone.submit") { $0.milestoneAct(milestone, round, statement) }
        case .requestChanges(let milestone, let round, let statement):
            Operation("milestone.changes") { $0.milestoneAct(milestone, round, statement) }
        }
    }

    static func decode(_ operation: Operation, _ reader: inout CBORReader) throws(CanonError) -> Act? {
        switch operation.kind {
        case "contract.offer":
            try reader.array(of: 2)
            return .offer(try Terms(from: &reader), prose: try reader.bytes32())
        case "contract.accept": return .accept(offer: try operation.target(), termsHash: try reader.bytes32())
        case "contract.decline":
            try reader.array(of: 0)
            return .decline(offer: try operation.target())
        case "contract.withdraw":
            try reader.array(of: 0)
            return .withdraw(offer: try operation.target())
        case "milestone.submit":
            try reader.array(of: 3)
            return .submit(
                milestone: try reader.count(upTo: AgreementLimits.milestones), round: try reader.count(upTo: 1 << 20),
                statement: try reader.bytes32())
        case "milestone.changes":
            try reader.array(of: 3)
            return .requestChanges(
                milestone: try reader.count(upTo: AgreementLimits.milestones), round: try reader.count(upTo: 1 << 20),
                statement: try reader.bytes32())
        default: return nil
        }
    }
}

extension CBORWriter {
    fileprivate mutating func milestoneAct(_ milestone: Int, _ round: Int, _ statement: Bytes32) {
        array(3)
        count(milestone)
        count(round)
        bytes32(statement)
    }
}

extension Operation {
    /// The document, where the kind needs one.
    func target() throws(CanonError) -> ChangeID {
        guard let document else { throw CanonError(.unexpectedValue, at: 0) }
        return document
    }
}
