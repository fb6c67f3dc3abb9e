import Agreement
import Canon
import Ledger

extension Subject {
    /// The last two hold histories: `[* [author, unseen, kind, document / null, payload]]`, each author with a device of their own.
    static let rules = [
        Subject("assertions") { bytes in
            for operation in try Body.decode(bytes) {
                guard let assertion = try Assertion(operation) else { throw Refused() }
                try promise(assertion.operation == operation, "\(operation.kind) is written otherwise than it was read.")
                _ = assertion.audience
            }
        },
        Subject("terms") { bytes in
            var reader = CBORReader(bytes.span)
            let terms = try Terms(from: &reader)
            try reader.finish()
            try promise(terms.encoded == bytes, "Terms are written otherwise than they were read.")
            _ = terms.milestones
        },
        Subject("contracts") { bytes in
            var fold = ActFold<ContractState>()
            try forEachAct(in: bytes, by: [.client, .freelancer, .agent, .mediator, .client, .freelancer]) {
                operation, moment, role in
                guard case .act(let act) = try Assertion(operation) else { throw Refused() }
                fold.add(SignedAct(act, at: moment, by: role))
                let state = fold.state
                _ = (state.status, state.held, state.totals)
                for time in [0, state.agentTime, AgreementLimits.time, UInt64(Int64.max)] { _ = state.duties(at: time) }
                try promise(state.milestones.allSatisfy(\.totals.areSound), "A milestone's totals are impossible.")
            }
            let slots = (0..<12).map { number in
                SlotProtection.Facts(
                    slot: Slot(number: number), entry: DiaryEntry(activity: 1, isManual: false, memo: nil), hasMemo: true)
            }
            _ = fold.state.protection(of: slots)
        },
        Subject("accounts") { bytes in
            var fold = ActFold<AccountState>()
            try forEachAct(in: bytes, by: [.freelancer, .agent, .freelancer]) { operation, moment, role in
                guard let act = try AccountAct(operation) else { throw Refused() }
                fold.add(SignedAct(act, at: moment, by: role))
                for currency in fold.state.currencies { _ = fold.state.balance(in: currency) }
                _ = (fold.state.nextScheduled, fold.state.methods.map(fold.state.usableFrom))
            }
        },
    ]

    private static func forEachAct(
        in bytes: [UInt8], by roles: [Role], _ body: (Operation, Moment, Role) throws -> Void
    ) throws {
        var reader = CBORReader(bytes.span)
        var timeline = Timeline(devices: roles.count)
        for _ in 0..<(try reader.array(limit: 64)) {
            try reader.array(of: 5)
            let author = try reader.count(upTo: roles.count - 1)
            let moment = timeline.next(by: author, unseen: try reader.count(upTo: 64))
            let kind = try reader.text(limit: LedgerLimits.kind)
            let document: ChangeID? = try reader.optionalIdentifier()
            let operation = Operation(kind, on: document, payload: reader.copy(try reader.skip()))
            try body(operation, moment, roles[author])
        }
        try reader.finish()
    }
}

extension ActFold {
    /// Adds an act wherever the linear order puts it.
    fileprivate mutating func add(_ signed: SignedAct<Machine.Act>) {
        if entries.last.map({ $0.signed.stamp < signed.stamp }) ?? true {
            append(signed)
        } else {
            self = ActFold(entries.map(\.signed) + [signed])
        }
    }
}
