import Canon
import Ledger

@testable import Agreement

/// Whether what is held gets out while one party alone and the agent still act.
///
/// That one party suffices is more than the rules promise: whoever is silent, the mediator too, the money moves.
struct Liveness<Machine: Rules> {
    private let start: History<Machine>

    /// A wait is long enough when nothing becomes due any more.
    private static var rounds: Int { 8 }
    private static var duties: Int { 12 }

    init(_ start: History<Machine>) { self.start = start }

    func check() throws(Fault) {
        try checkDuties()
        guard start.machine.contract.held > 0 else { return }
        for role in [Role.client, .freelancer] {
            let plans = Self.plans(of: role)
            var isFree = false
            for plan in plans where !isFree { isFree = try frees(plan, role) }
            if !isFree { throw Fault(sentence: "Nothing the \(role.rawValue) can do frees what is held.", acts: start.acts) }
        }
    }

    /// What a party tries when it hears nothing, without giving up its own claim.
    private static func plans(of role: Role) -> [[Plan]] {
        role == .client ? [[], [.dispute], [.ask], [.withdrawDispute, .ask]] : [[], [.dispute], [.submit], [.refund]]
    }

    private enum Plan {
        case dispute, withdrawDispute, ask, submit, refund
    }

    private func act(_ plan: Plan, _ milestone: Milestone) -> Act {
        let (number, totals) = (milestone.terms.number, milestone.totals)
        return switch plan {
        case .dispute: .dispute(milestone: number, statement: .zero)
        case .withdrawDispute: .withdrawDispute(milestone: number)
        case .ask: .ask(milestone: number, total: totals.funded - totals.released, statement: .zero)
        case .submit: .submit(milestone: number, round: milestone.round + 1, statement: .zero)
        case .refund: .refund(milestone: number, total: totals.funded - totals.released)
        }
    }

    private func frees(_ plans: [Plan], _ role: Role) throws(Fault) -> Bool {
        // To refund all is to give up, but of a deposit that nobody has worked for.
        if plans.contains(where: { if case .refund = $0 { true } else { false } }), !start.world.terms.isHourly { return false }
        var history = start
        for _ in 0..<Self.rounds {
            let contract = history.machine.contract
            if !contract.undelivered.isEmpty {
                try history.act(.seen(time: max(1, contract.agentTime), contract.undelivered), by: .agent)
            }
            try Self.doDuties(&history, at: history.machine.contract.agentTime)
            if history.machine.contract.held == 0 { return true }
            for milestone in history.machine.contract.milestones where milestone.totals.held > 0 {
                for plan in plans { try history.act(act(plan, milestone), by: role) }
            }
            if let due = history.machine.contract.deadlines.last(where: { $0 >= history.machine.contract.agentTime }) {
                try Self.doDuties(&history, at: due + 1)
            }
            if history.machine.contract.held == 0 { return true }
        }
        return false
    }

    private func checkDuties() throws(Fault) {
        let contract = start.machine.contract
        for time in [contract.agentTime] + contract.deadlines.flatMap({ [$0, $0 + 1] }) {
            var history = start
            try Self.doDuties(&history, at: time)
        }
    }

    private static func doDuties(_ history: inout History<Machine>, at time: UInt64) throws(Fault) {
        for _ in 0..<duties {
            guard let duty = history.machine.contract.duties(at: time).first else { return }
            if let reason = history.machine.reasonToRefuse(duty, by: .agent) {
                throw Fault(sentence: "A duty is refused: \(duty): \(reason)", acts: history.acts)
            }
            try history.act(duty, by: .agent)
        }
        throw Fault(sentence: "The agent's duties never end.", acts: history.acts)
    }
}
