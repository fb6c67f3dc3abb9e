import Agreement
import Canon
import Ledger
import LedgerSupport
import Support
import Testing

@testable import Replica

@Suite("Bodies that are opened on several cores")
struct OpeningsTests {
    private static func openings(_ count: Int) throws -> [Opening] {
        var generator = SeededGenerator(seed: UInt64(count))
        let device = try Person(using: &generator).device(using: &generator)
        let epoch = Draft.Epoch(id: ChangeID(.random(using: &generator)), key: .random(using: &generator))
        let space = SpaceID(.random(using: &generator))
        var previous = ChangeID(.random(using: &generator))
        return try (0..<count).map { number in
            let draft = Draft(
                space: space, seq: UInt64(number + 1), previous: previous, membership: epoch.id, audience: .parties, epoch: epoch,
                claimedTime: 0, operations: [Edit.message(text: "\(number)", files: []).operation])
            let change = try draft.sealed(by: device.keys, salt: .random(using: &generator)).value
            previous = change.id
            return Opening(change, epochKey: number % 5 == 4 ? nil : epoch.key)
        }
    }

    /// None, fewer and more than one core opens in one go, and many times that; all are asked for, or as many as are admitted.
    @Test(
        "are those of the changes that are asked for, and those without a key stay sealed",
        arguments: [0, 1, 31, 32, 33, 64, 1_000])
    func belongToTheirChanges(count: Int) throws {
        let openings = try Self.openings(count)
        for step in [1, 2, 31, 32, 100, 500] {
            var contents = Openings(openings)
            for number in stride(from: step - 1, to: count, by: step) {
                let content = contents.content(of: openings[number].change.id)
                #expect(content.text == (number % 5 == 4 ? nil : "\(number)"), "\(number), every \(step)th")
            }
        }
    }
}

extension Opening.Content {
    /// The text of a single message; nil if it is something else, or sealed.
    fileprivate var text: String? {
        guard case .assertions(let assertions) = self, case .edit(.message(let text, _))? = assertions.first else { return nil }
        return text
    }
}
