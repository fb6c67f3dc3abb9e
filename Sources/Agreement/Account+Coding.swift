package import Canon
package import Ledger

extension AccountAct {
    /// The time that the agent's clock showed, where the act states one.
    var agentTime: UInt64? {
        switch self {
        case .credit(_, _, _, _, let time), .scheduled(_, _, let time), .sent(_, let time), .settled(_, let time, _),
            .failed(_, let time, _),
            .seen(let time, _):
            time
        default: nil
        }
    }

    package var operation: Operation {
        switch self {
        case .method(let method):
            Operation("account.method") {
                $0.array(5)
                $0.text(method.name)
                $0.text(method.kind.rawValue)
                $0.text(method.destination)
                $0.optional(method.bic) { $0.text($1) }
                $0.text(method.holder)
            }
        case .schedule(let schedule, let method):
            Operation("account.schedule") {
                $0.array(2)
                $0.text(schedule.rawValue)
                $0.text(method)
            }
        case .scheduled(let amount, let currency, let time):
            Operation("account.scheduled") {
                $0.array(3)
                $0.integer(amount)
                $0.text(currency.code)
                $0.unsigned(time)
            }
        case .request(let amount, let currency, let method):
            Operation("account.request") {
                $0.array(3)
                $0.integer(amount)
                $0.text(currency.code)
                $0.text(method)
            }
        case .withdrawRequest(let id): Operation("account.withdraw", on: id)
        case .credit(let contract, let milestone, let total, let currency, let time):
            Operation("account.credit") {
                $0.array(5)
                $0.identifier(contract)
                $0.count(milestone)
                $0.integer(total)
                $0.text(currency.code)
                $0.unsigned(time)
            }
        case .sent(let request, let time): Operation("account.sent", on: request) { $0.unsigned(time) }
        case .settled(let request, let time, let reference):
            Operation("account.settled", on: request) {
                $0.array(2)
                $0.unsigned(time)
                $0.bytes32(reference)
            }
        case .failed(let request, let time, let reason):
            Operation("account.failed", on: request) {
                $0.array(2)
                $0.unsigned(time)
                $0.text(reason)
            }
        case .seen(let time, let changes):
            Operation("account.seen") {
                $0.array(2)
                $0.unsigned(time)
                $0.array(changes) { $0.identifier($1) }
            }
        }
    }

    /// Nil for a kind that this version does not know; what is not the one form of an act is refused.
    package init?(_ operation: Operation) throws(CanonError) {
        var reader = CBORReader(operation.payload.span)
        guard let act = try Self.decode(operation, &reader) else { return nil }
        try reader.finish()
        guard act.operation == operation else { throw CanonError(.unexpectedValue, at: 0) }
        self = act
    }

    private static func decode(_ operation: Operation, _ reader: inout CBORReader) throws(CanonError) -> AccountAct? {
        let short = LedgerLimits.name
        switch operation.kind {
        case "account.method":
            try reader.array(of: 5)
            return .method(
                PayoutMethod(
                    name: try reader.text(limit: short), kind: try reader.parsed(limit: short, PayoutMethod.Kind.init(rawValue:)),
                    destination: try reader.text(limit: short), bic: try reader.skipNull() ? nil : try reader.text(limit: short),
                    holder: try reader.text(limit: short)))
        case "account.schedule":
            try reader.array(of: 2)
            return .schedule(
                try reader.parsed(limit: short, PayoutSchedule.init(rawValue:)), method: try reader.text(limit: short))
        case "account.scheduled":
            try reader.array(of: 3)
            return .scheduled(
                amount: try reader.integer(), currency: try reader.parsed(limit: 3, Currency.init(code:)),
                time: try reader.unsigned(upTo: AgreementLimits.time))
        case "account.request":
            try reader.array(of: 3)
            return .request(
                amount: try reader.integer(), currency: try reader.parsed(limit: 3, Currency.init(code:)),
                method: try reader.text(limit: short))
        case "account.withdraw":
            try reader.array(of: 0)
            return .withdrawRequest(try operation.target())
        case "account.credit":
            try reader.array(of: 5)
            return .credit(
                contract: try reader.identifier(), milestone: try reader.count(upTo: AgreementLimits.milestones),
                total: try reader.integer(), currency: try reader.parsed(limit: 3, Currency.init(code:)),
                time: try reader.unsigned(upTo: AgreementLimits.time))
        case "account.sent": return .sent(request: try operation.target(), time: try reader.unsigned(upTo: AgreementLimits.time))
        case "account.settled":
            try reader.array(of: 2)
            return .settled(
                request: try operation.target(), time: try reader.unsigned(upTo: AgreementLimits.time),
                reference: try reader.bytes32())
        case "account.failed":
            try reader.array(of: 2)
            return .failed(
                request: try operation.target(), time: try reader.unsigned(upTo: AgreementLimits.time),
                reason: try reader.text(limit: short))
        case "account.seen":
            try reader.array(of: 2)
            let time = try reader.unsigned(upTo: AgreementLimits.time)
            var changes: [ChangeID] = []
            for _ in 0..<(try reader.array(limit: AgreementLimits.seen)) { changes.append(try reader.identifier()) }
            return .seen(time: time, changes)
        default: return nil
        }
    }
}
