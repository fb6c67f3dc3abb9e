import Canon
package import Ledger

extension Act {
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
        case .pause: Operation("contract.pause")
        case .resume: Operation("contract.resume")
        case .end: Operation("contract.end")
        case .submit(let number, let round, let statement): Self.work("milestone.submit", number, round, statement)
        case .requestChanges(let number, let round, let statement): Self.work("milestone.changes", number, round, statement)
        case .fund(let number, let total): Self.intent("milestone.fund", number, total)
        case .release(let number, let total): Self.intent("milestone.release", number, total)
        case .refund(let number, let total): Self.intent("milestone.refund", number, total)
        case .giveBack(let number, let total): Self.intent("milestone.return", number, total)
        case .confirm(let number, let total): Self.intent("milestone.confirm", number, total)
        case .ask(let number, let total, let statement):
            Operation("milestone.ask") {
                $0.array(3)
                $0.count(number)
                $0.integer(total)
                $0.bytes32(statement)
            }
        case .withdrawAsk(let number): Operation("milestone.ask.withdraw") { $0.count(number) }
        case .declineAsk(let number, let statement): Self.word("milestone.ask.decline", number, statement)
        case .dispute(let number, let statement): Self.word("dispute.open", number, statement)
        case .withdrawDispute(let number): Operation("dispute.withdraw") { $0.count(number) }
        case .answer(let number, let statement, let keys): Self.disclosure(number, statement, keys)
        case .propose(let number, let split, let statement): Self.division("dispute.propose", number, split, statement)
        case .acceptSplit(let proposal, let number): Operation("dispute.accept", on: proposal) { $0.count(number) }
        case .rule(let number, let split, let statement): Self.division("dispute.rule", number, split, statement)
        case .invoice(let invoice):
            Operation("week.invoice") {
                $0.array(4)
                $0.unsigned(invoice.week.number)
                invoice.slots.write(to: &$0)
                $0.bytes32(invoice.entries)
                $0.integer(invoice.amount)
            }
        case .approve(let invoice): Operation("week.approve", on: invoice)
        case .disputeSlots(let invoice, let slots, let statement):
            Operation("week.dispute", on: invoice) {
                $0.array(2)
                slots.write(to: &$0)
                $0.bytes32(statement)
            }
        case .receipt(let receipt): Operation("escrow.receipt") { receipt.write(to: &$0) }
        case .seen(let time, let changes):
            Operation("escrow.seen") {
                $0.array(2)
                $0.unsigned(time)
                $0.array(changes) { $0.identifier($1) }
            }
        case .outage(let from, let to): Self.times("escrow.outage", from, to)
        case .escalate(let number, let time): Self.times("escrow.escalate", UInt64(number), time)
        case .delivered(let receipt): Operation("delivery.note") { receipt.write(to: &$0) }
        case .serve(let name): Operation("role.serve") { $0.text(name) }
        }
    }

    private static func work(_ kind: String, _ number: Int, _ round: Int, _ statement: Bytes32) -> Operation {
        Operation(kind) {
            $0.array(3)
            $0.count(number)
            $0.count(round)
            $0.bytes32(statement)
        }
    }

    private static func intent(_ kind: String, _ number: Int, _ total: Int64) -> Operation {
        Operation(kind) {
            $0.array(2)
            $0.count(number)
            $0.integer(total)
        }
    }

    private static func word(_ kind: String, _ number: Int, _ statement: Bytes32) -> Operation {
        Operation(kind) {
            $0.array(2)
            $0.count(number)
            $0.bytes32(statement)
        }
    }

    private static func division(_ kind: String, _ number: Int, _ split: Split, _ statement: Bytes32) -> Operation {
        Operation(kind) {
            $0.array(4)
            $0.count(number)
            $0.integer(split.released)
            $0.integer(split.refunded)
            $0.bytes32(statement)
        }
    }

    private static func disclosure(_ number: Int, _ statement: Bytes32, _ keys: [ChangeKey]) -> Operation {
        Operation("dispute.answer") {
            $0.array(3)
            $0.count(number)
            $0.bytes32(statement)
            $0.array(keys) { writer, key in
                writer.array(2)
                writer.identifier(key.change)
                writer.bytes32(key.key)
            }
        }
    }

    private static func times(_ kind: String, _ first: UInt64, _ second: UInt64) -> Operation {
        Operation(kind) {
            $0.array(2)
            $0.unsigned(first)
            $0.unsigned(second)
        }
    }
}
