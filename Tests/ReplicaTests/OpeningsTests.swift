import Agreement
import Canon
import Ledger
import LedgerSupport
import Support
import Testing

@testable import Replica

@Suite("Bodies that are opened on several cores")
struct OpeningsTests {
    /// None, fewer and more than one core opens in one go, and many times that.
    @Test("come in the order of their changes, and those without a key stay sealed", arguments: [0, 1, 31, 32, 33, 64, 1_000])
    func comeInOrder(count: Int) throws {
        var generator = SeededGenerator(seed: UInt64(count))
        let device = try Person(using: &generator).device(using: &generator)
        let epoch = Draft.Epoch(id: ChangeID(.random(using: &generator)), key: .random(using: &generator))
        let space = SpaceID(.random(using: &generator))
        var previous = ChangeID(.random(using: &generator))
        let openings = try (0..<count).map { number in
            let draft = Draft(
                space: space, seq: UInt64(number + 1), previous: previous, membership: epoch.id, audience: .parties, epoch: epoch,
                claimedTime: 0, operations: [Edit.message(text: "\(number)", files: []).operation])
            let change = try draft.sealed(by: device.keys, salt: .random(using: &generator)).value
            previous = change.id
            return Opening(change: change, epochKey: number % 5 == 4 ? nil : epoch.key)
        }
        #expect(Openings(openings).map(\.text) == (0..<count).map { $0 % 5 == 4 ? nil : "\($0)" })
    }
}

extension Opening.Content {
    /// The text of a single message; nil if it is something else, or sealed.
    fileprivate var text: String? {
        guard case .assertions(let assertions) = self, case .edit(.message(let text, _))? = assertions.first else { return nil }
        return text
    }
}
