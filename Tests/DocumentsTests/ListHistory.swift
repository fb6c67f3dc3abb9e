import Documents
import Ledger
import Support
import Testing

/// What a change of a simulated list history carries.
struct ListStep {
    let operation: ListOperation<Int>
    /// For the oracle: the new slot that an insertion or move makes, in the words of the paper.
    let slot: FugueTree.Message?
    /// Whether every replica has to refuse it.
    var isRefused = false
}

/// A replica in two forms: the list, and the oracle's tree of slots.
struct ListReplica {
    var list = MovableList<Int>()
    var tree = FugueTree()

    mutating func apply(_ change: Change<ListStep>) throws {
        for (ordinal, step) in change.operations.enumerated() { try apply(step, at: change.moment(ordinal)) }
    }

    mutating func apply(_ step: ListStep, at moment: Moment) throws {
        if step.isRefused {
            let error = #expect(throws: DocumentError.self) { try list.apply(step.operation, at: moment) }
            #expect(error?.code == .takenPlace)
            return
        }
        try list.apply(step.operation, at: moment)
        if let slot = step.slot { tree.receive(slot) }
    }

    /// An operation with the slot it makes, which is number `index` of its change.
    private func step(
        _ operation: ListOperation<Int>, _ change: ChangeID, index: Int,
        rule: (ElementID, ElementID?, ElementID?) -> FugueTree.Message
    ) -> ListStep {
        switch operation {
        case .insert(let left, let right, _), .move(_, let left, let right):
            let message = rule(ElementID(change: change, index: UInt32(index)), left?.id(in: change), right?.id(in: change))
            return ListStep(operation: operation, slot: message, isRefused: tree.isBehindSibling(message))
        case .set, .delete: return ListStep(operation: operation, slot: nil)
        }
    }

    /// An edit of the list as its author sees it, and the values after it.
    func honestStep(
        _ change: ChangeID, index: Int, _ generator: inout SeededGenerator
    ) throws -> (step: ListStep, after: [Int]) {
        let (operation, after) = try edit(&generator)
        return (step(operation, change, index: index, rule: tree.message), after)
    }

    private func edit(_ generator: inout SeededGenerator) throws -> (operation: ListOperation<Int>, after: [Int]) {
        var values = list.values
        let value = generator.pick(0..<10_000)
        let place = values.isEmpty ? 0 : generator.pick(0..<values.count)
        switch values.isEmpty ? 0 : generator.pick(0..<9) {
        case 0...2:
            let place = generator.pick([0, values.count / 2, values.count])
            values.insert(value, at: place)
            return (try list.insertion(of: value, at: place), values)
        case 3...5:
            let target = generator.pick(0..<values.count)
            values.insert(values.remove(at: place), at: target)
            return (try list.move(from: place, to: target), values)
        case 6:
            values.remove(at: place)
            return (try list.deletion(at: place), values)
        default:
            values[place] = value
            return (try list.change(at: place, to: value), values)
        }
    }

    /// An operation that names any slots its author has seen, for whatever they were made and wherever they are.
    func dishonestStep(_ change: ChangeID, index: Int, _ generator: inout SeededGenerator) -> ListStep {
        let slots = tree.order.map { ElementRef($0) }
        let origins = slots.map { $0 as ElementRef? } + [nil]
        let (left, right) = (generator.pick(origins), generator.pick(origins))
        let value = generator.pick(0..<10_000)
        let operation: ListOperation<Int> =
            switch slots.isEmpty ? 0 : generator.pick(0..<6) {
            case 0...1: .insert(left: left, right: right, value: value)
            case 2...3: .move(item: generator.pick(slots), left: left, right: right)
            case 4: .set(item: generator.pick(slots), value: value)
            default: .delete(item: generator.pick(slots))
            }
        return step(operation, change, index: index, rule: tree.messageForAnyOrigins)
    }
}

extension History<ListStep> {
    /// Several replicas editing a list, who name what they see, or, not being honest, anything.
    static func list(_ generator: inout SeededGenerator, isHonest: Bool, _ comment: Comment) throws -> History<ListStep> {
        try random(
            &generator, devices: generator.pick(1..<5), count: generator.pick(1..<25), merging: generator.pick(0..<60),
            from: ListReplica(),
            write: { replica, moment, generator in
                var replica = replica
                var steps: [ListStep] = []
                for ordinal in 0..<generator.pick(1..<4) {
                    let change = moment.stamp.change
                    let index = steps.count { $0.slot != nil && !$0.isRefused }
                    let moment = Moment(stamp: moment.stamp.operation(ordinal), past: moment.past)
                    if isHonest {
                        let (step, after) = try replica.honestStep(change, index: index, &generator)
                        #expect(!step.isRefused, comment)
                        try replica.apply(step, at: moment)
                        #expect(replica.list.values == after, comment)
                        steps.append(step)
                    } else {
                        steps.append(replica.dishonestStep(change, index: index, &generator))
                        try replica.apply(steps[ordinal], at: moment)
                    }
                }
                return steps
            },
            apply: { try $0.apply($1) }
        ).history
    }
}
