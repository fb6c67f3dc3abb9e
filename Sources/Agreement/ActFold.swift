package import Ledger

/// An act, where it stands in the history, and the role of whoever signed it.
package struct SignedAct<Act: Hashable & Sendable>: Hashable, Sendable {
    package let moment: Moment
    package let role: Role
    /// Who signed it; nil where their role alone is known, which then says enough.
    package let person: PersonID?
    package let act: Act
    /// The acceptance in force for its signer, which whoever judges the act by its signer's view writes down; nil if there was none.
    package var accord: ChangeID?

    package init(_ act: Act, at moment: Moment, by role: Role, of person: PersonID? = nil) {
        self.act = act
        self.moment = moment
        self.role = role
        self.person = person
    }

    package var stamp: Stamp { moment.stamp }
    package var change: ChangeID { moment.stamp.change }
}

/// What a set of valid acts comes to.
package protocol ActMachine: Hashable, Sendable {
    associatedtype Act: Hashable & Sendable
    init()
    /// The agreement in force, by its acceptance; nil where there is none to act under.
    var accordInForce: ChangeID? { get }
    /// Why an act has no effect when signed by somebody who knows this state, as a sentence that names the rule; nil if it has one.
    func reasonToRefuse(_ act: Act, by role: Role) -> String?
    /// Why somebody does not act in a role, whatever the act; nil if they may.
    func reasonToBar(_ person: PersonID, as role: Role) -> String?
    /// Takes a valid act, after all that come before it in linear order; settles contradictions with acts it had not seen.
    mutating func apply(_ signed: SignedAct<Act>)
}

extension ActMachine {
    package var accordInForce: ChangeID? { nil }
    package func reasonToBar(_ person: PersonID, as role: Role) -> String? { nil }

    /// Whether an act counts whose signer's view this is; notes the agreement that it was signed under.
    package func judge(_ signed: inout SignedAct<Act>) -> String? {
        signed.accord = accordInForce
        return signed.person.flatMap { reasonToBar($0, as: signed.role) } ?? reasonToRefuse(signed.act, by: signed.role)
    }
}

/// Acts of one space, each judged by what its signer had seen.
///
/// Whether an act counts follows from its own past and nothing else, so nothing that arrives later can void it, and no signature
/// can be undone by one that claims to be older. What valid acts come to that had not seen one another, `ActMachine.apply` settles.
package struct ActFold<Machine: ActMachine>: Sendable {
    package struct Entry: Sendable {
        package let signed: SignedAct<Machine.Act>
        /// Why it has no effect.
        package let void: String?
    }

    /// In linear order.
    package private(set) var entries: [Entry] = []
    /// What all of them come to.
    package private(set) var state = Machine()
    /// The last act of each log.
    private var latest: [LogID: Stamp] = [:]
    /// What each signer knew who had not seen all: the next act in a log that saw nothing more of others is judged by the same.
    private var views: [LogID: View] = [:]

    private struct View: Sendable {
        let others: [LogID: UInt64]
        var machine: Machine
    }

    package init() {}

    package init(_ acts: some Sequence<SignedAct<Machine.Act>>) {
        for signed in acts.sorted(by: { $0.stamp < $1.stamp }) { append(signed) }
    }

    /// Adds the next act in linear order; returns why it is void.
    @discardableResult
    package mutating func append(_ signed: SignedAct<Machine.Act>) -> String? {
        var signed = signed
        let void = judge(&signed)
        entries.append(Entry(signed: signed, void: void))
        latest[signed.stamp.log] = signed.stamp
        guard void == nil else { return void }
        state.apply(signed)
        // Its signer has seen it from now on.
        views[signed.stamp.log]?.machine.apply(signed)
        return nil
    }

    private mutating func judge(_ signed: inout SignedAct<Machine.Act>) -> String? {
        let log = signed.stamp.log
        if latest[log]?.change == signed.change {
            return "A change carries one act, because its id names the act (rule G1)."
        }
        // In a history without concurrency that is all of them.
        if latest.values.allSatisfy(signed.moment.hasSeen) {
            views[log] = nil
            return state.judge(&signed)
        }
        let others = signed.moment.past.counts.filter { $0.key != log }
        let isOwnSeen = latest[log].map(signed.moment.hasSeen) ?? true
        if views[log]?.others != others || !isOwnSeen {
            views[log] = View(others: others, machine: view(of: signed.moment))
        }
        let reason = views[log]?.machine.judge(&signed)
        if !isOwnSeen { views[log] = nil }
        return reason
    }

    /// What the acts come to that somebody at this point had seen.
    package func view(of moment: Moment) -> Machine {
        if latest.values.allSatisfy(moment.hasSeen) { return state }
        var view = Machine()
        for entry in entries where entry.void == nil && moment.hasSeen(entry.signed.stamp) { view.apply(entry.signed) }
        return view
    }
}
