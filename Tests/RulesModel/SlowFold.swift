import Agreement
import Ledger

/// The rule that each act is judged by its past, written as it is said: no order of arrival, no state carried along.
struct SlowFold<Machine: Rules> {
    private let acts: [SignedAct<Act>]
    private(set) var reasons: [ChangeID: String?] = [:]
    private var accords: [ChangeID: ChangeID] = [:]

    init(_ acts: some Sequence<SignedAct<Act>>) {
        self.acts = Array(acts)
        for signed in self.acts { judge(signed) }
    }

    /// What all valid acts come to.
    var machine: Machine { machine(of: acts) }

    @discardableResult
    private mutating func judge(_ signed: SignedAct<Act>) -> String? {
        if let known = reasons[signed.change] { return known }
        let past = acts.filter { signed.moment.hasSeen($0.stamp) }
        for earlier in past { judge(earlier) }
        let view = machine(of: past)
        let reason = view.reasonToRefuse(signed.act, by: signed.role)
        accords[signed.change] = view.accordInForce
        reasons[signed.change] = .some(reason)
        return reason
    }

    private func machine(of acts: [SignedAct<Act>]) -> Machine {
        var machine = Machine()
        var rest = acts.filter { reasons[$0.change] == .some(nil) }
        while let next = rest.indices.min(by: { rest[$0].stamp < rest[$1].stamp }) {
            var signed = rest.remove(at: next)
            signed.accord = accords[signed.change]
            machine.apply(signed)
        }
        return machine
    }
}
