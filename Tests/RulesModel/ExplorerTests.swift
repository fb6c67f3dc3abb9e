import Agreement
import Foundation
import Ledger
import Testing

/// The number that an environment variable sets for a longer run.
func count(_ variable: String, standard: Int) -> Int {
    ProcessInfo.processInfo.environment[variable].flatMap(Int.init) ?? standard
}

/// The rules hold in every situation of small contracts, whoever had seen what.
struct ExplorerTests {
    /// Situations of each contract from which bursts are explored, and acts of a burst.
    private static let limit = count("HANDSEL_MODEL_STATES", standard: 12)
    private static let burst = count("HANDSEL_MODEL_DEPTH", standard: 2)

    @Test("money and terms hold after every burst of acts, in every order of arrival", arguments: World.all, [false, true])
    func bursts(world: World, isReversed: Bool) {
        var explorer = Explorer<ContractState>(isReversed ? world.reversed : world, burst: Self.burst, limit: Self.limit)
        do {
            try explorer.run()
        } catch {
            Issue.record("\(world.name): \(error)")
        }
        print("\(world.name)\(isReversed ? ", reversed" : ""): \(explorer)")
    }
}

extension Explorer: CustomStringConvertible {
    var description: String {
        "\(situations) of \(found) situations\(isComplete ? ", all there are" : ""), up to \(depth) bursts deep, \(bursts) bursts of up to "
            + "\(burst) acts, \(attempts) acts tried"
    }
}
