import Canon
import Ledger

extension Act {
    /// Nil for a kind that is no act.
    static func decode(_ operation: Operation, _ reader: inout CBORReader) throws(CanonError) -> Act? {
        switch operation.kind.prefix(while: { $0 != "." }) {
        case "contract": try contract(operation, &reader)
        case "milestone": try milestone(operation, &reader)
        case "dispute": try dispute(operation, &reader)
        case "week": try week(operation, &reader)
        default: try service(operation, &reader)
        }
    }

    private static func contract(_ operation: Operation, _ reader: inout CBORReader) throws(CanonError) -> Act? {
        switch operation.kind {
        case "contract.offer":
            try reader.array(of: 2)
            return .offer(try Terms(from: &reader), prose: try reader.bytes32())
        case "contract.accept": return .accept(offer: try operation.target(), termsHash: try reader.bytes32())
        case "contract.decline": return .decline(offer: try empty(operation, &reader))
        case "contract.withdraw": return .withdraw(offer: try empty(operation, &reader))
        case "contract.pause", "contract.resume", "contract.end":
            try reader.array(of: 0)
            return operation.kind == "contract.pause" ? .pause : operation.kind == "contract.resume" ? .resume : .end
        default: return nil
        }
    }

    private static func milestone(_ operation: Operation, _ reader: inout CBORReader) throws(CanonError) -> Act? {
        switch operation.kind {
        case "milestone.submit", "milestone.changes":
            try reader.array(of: 3)
            let number = try reader.milestone()
            let round = try reader.count(upTo: AgreementLimits.rounds)
            let statement = try reader.bytes32()
            return operation.kind == "milestone.submit"
                ? .submit(milestone: number, round: round, statement: statement)
                : .requestChanges(milestone: number, round: round, statement: statement)
        case "milestone.ask":
            try reader.array(of: 3)
            return .ask(milestone: try reader.milestone(), total: try reader.integer(), statement: try reader.bytes32())
        case "milestone.ask.withdraw": return .withdrawAsk(milestone: try reader.milestone())
        case "milestone.ask.decline":
            let (number, statement) = try word(&reader)
            return .declineAsk(milestone: number, statement: statement)
        case "milestone.fund", "milestone.release", "milestone.refund", "milestone.return", "milestone.confirm":
            try reader.array(of: 2)
            return intent(operation.kind, try reader.milestone(), try reader.integer())
        default: return nil
        }
    }

    private static func intent(_ kind: String, _ number: Int, _ total: Int64) -> Act {
        switch kind {
        case "milestone.fund": .fund(milestone: number, total: total)
        case "milestone.release": .release(milestone: number, total: total)
        case "milestone.refund": .refund(milestone: number, total: total)
        case "milestone.return": .giveBack(milestone: number, total: total)
        default: .confirm(milestone: number, total: total)
        }
    }

    private static func dispute(_ operation: Operation, _ reader: inout CBORReader) throws(CanonError) -> Act? {
        switch operation.kind {
        case "dispute.open":
            let (number, statement) = try word(&reader)
            return .dispute(milestone: number, statement: statement)
        case "dispute.withdraw": return .withdrawDispute(milestone: try reader.milestone())
        case "dispute.answer":
            try reader.array(of: 3)
            let number = try reader.milestone()
            let statement = try reader.bytes32()
            var keys: [ChangeKey] = []
            for _ in 0..<(try reader.array(limit: AgreementLimits.disclosures)) {
                try reader.array(of: 2)
                keys.append(ChangeKey(change: try reader.identifier(), key: try reader.bytes32()))
            }
            return .answer(milestone: number, statement: statement, keys: keys)
        case "dispute.propose", "dispute.rule":
            try reader.array(of: 4)
            let number = try reader.milestone()
            let split = Split(released: try reader.integer(), refunded: try reader.integer())
            let statement = try reader.bytes32()
            return operation.kind == "dispute.rule"
                ? .rule(milestone: number, split, statement: statement) : .propose(milestone: number, split, statement: statement)
        case "dispute.accept": return .acceptSplit(proposal: try operation.target(), milestone: try reader.milestone())
        default: return nil
        }
    }

    private static func week(_ operation: Operation, _ reader: inout CBORReader) throws(CanonError) -> Act? {
        switch operation.kind {
        case "week.invoice":
            try reader.array(of: 4)
            return .invoice(
                Invoice(
                    week: Week(number: try reader.unsigned(upTo: AgreementLimits.time / Slot.milliseconds / Week.slots)),
                    slots: try SlotRanges(from: &reader), entries: try reader.bytes32(), amount: try reader.integer()))
        case "week.approve": return .approve(invoice: try empty(operation, &reader))
        case "week.dispute":
            try reader.array(of: 2)
            return .disputeSlots(
                invoice: try operation.target(), try SlotRanges(from: &reader), statement: try reader.bytes32())
        default: return nil
        }
    }

    private static func service(_ operation: Operation, _ reader: inout CBORReader) throws(CanonError) -> Act? {
        switch operation.kind {
        case "escrow.receipt": return .receipt(try EscrowReceipt(from: &reader))
        case "escrow.seen":
            try reader.array(of: 2)
            let time = try reader.unsigned(upTo: AgreementLimits.time)
            var changes: [ChangeID] = []
            for _ in 0..<(try reader.array(limit: AgreementLimits.seen)) { changes.append(try reader.identifier()) }
            return .seen(time: time, changes)
        case "escrow.outage":
            try reader.array(of: 2)
            return .outage(
                from: try reader.unsigned(upTo: AgreementLimits.time), to: try reader.unsigned(upTo: AgreementLimits.time))
        case "escrow.escalate":
            try reader.array(of: 2)
            return .escalate(milestone: try reader.milestone(), time: try reader.unsigned(upTo: AgreementLimits.time))
        case "delivery.note": return .delivered(try Receipt(from: &reader))
        case "role.serve": return .serve(name: try reader.text(limit: LedgerLimits.name))
        default: return nil
        }
    }

    /// The document of an act that says nothing more.
    private static func empty(_ operation: Operation, _ reader: inout CBORReader) throws(CanonError) -> ChangeID {
        try reader.array(of: 0)
        return try operation.target()
    }

    private static func word(_ reader: inout CBORReader) throws(CanonError) -> (Int, Bytes32) {
        try reader.array(of: 2)
        return (try reader.milestone(), try reader.bytes32())
    }
}

extension CBORReader {
    @_lifetime(self: copy self)
    fileprivate mutating func milestone() throws(CanonError) -> Int { try count(upTo: AgreementLimits.milestones) }
}

extension Operation {
    /// The document, where the kind needs one.
    func target() throws(CanonError) -> ChangeID {
        guard let document else { throw CanonError(.unexpectedValue, at: 0) }
        return document
    }
}
