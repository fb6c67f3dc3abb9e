import Agreement
import Testing

/// The explorer finds mistakes, so that its silence about the rules says something.
struct MutantTests {
    private static let limit = 4_000

    @Test("a mistake in the rules is found", arguments: Mistakes.all.indices)
    func mistakes(index: Int) throws { try find(Mistakes.all[index]) }

    private func find<M: Mistake>(_ mistake: M.Type) throws {
        var explorer = Explorer<Mutant<M>>(try #require(M.world), burst: 2, limit: Self.limit)
        let fault = #expect(throws: Fault.self, "\(M.name) was not found") { try explorer.run() }
        print("\(M.name) found after \(explorer.situations) situations and \(explorer.bursts) bursts: \(fault?.sentence ?? "")")
    }
}
