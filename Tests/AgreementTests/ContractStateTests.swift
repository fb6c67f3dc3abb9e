import Agreement
import Canon
import Ledger
import Support
import Testing

/// A contract from its first offer to its milestones' work, and every act that has no effect.
struct ContractStateTests {
    /// A contract under way, in which changes have numbers for ids.
    private struct Stage {
        var state = ContractState()

        static func id(_ number: UInt8) -> ChangeID { ChangeID(Bytes32([UInt8](repeating: number, count: 32)) ?? .zero) }

        static func terms(_ title: String = "Logo") -> Terms {
            let milestones = [1, 2].map { MilestoneTerms(number: $0, title: "Part \($0)", amount: 100, due: nil) }
            return Terms(title: title, currency: euro, pricing: .fixed(milestones))
        }

        /// The hash that accepts an offer of these terms, which cite the prose zero.
        static func hash(_ terms: Terms) -> Bytes32 { Derivation.termsHash(structured: terms.encoded, prose: .zero) }

        @discardableResult
        mutating func act(_ number: UInt8, by role: Role, _ act: Act) -> String? {
            state.apply(act, change: Self.id(number), by: role)
        }

        /// The client's offer is number 1.
        static var offered: Stage {
            var stage = Stage()
            stage.act(1, by: .client, .offer(terms(), prose: .zero))
            return stage
        }

        static var active: Stage {
            var stage = offered
            stage.act(2, by: .freelancer, .accept(offer: id(1), termsHash: hash(terms())))
            return stage
        }

        static var submitted: Stage {
            var stage = active
            stage.act(3, by: .freelancer, .submit(milestone: 1, round: 1, statement: id(3).raw))
            return stage
        }

        static var sentBack: Stage {
            var stage = submitted
            stage.act(4, by: .client, .requestChanges(milestone: 1, round: 1, statement: id(4).raw))
            return stage
        }

        private static let euro: Currency = Currency(code: "EUR") ?? other
        private static let other: Currency = "XXX".withCString { _ in Currency(code: "XXX") }.map { $0 } ?? euro
    }
}
