import Canon
import Foundation
import Ledger
import Replica
import Support
import Testing

/// How many runs: few ordinarily, as many as an environment variable says in a long one.
func runs(_ standard: Int) -> Int { count("HANDSEL_FAULTS", standard: standard) }

@Suite("What was sent or confirmed outlives a loss of power")
struct PowerLossTests {
    @Test("the replica opens, is sound, has all it sent, uses no number twice, and syncs to the same content")
    func nothingIsLost() throws {
        let first = seed(1)
        var happened: [PowerLoss.Happened] = []
        for seed in seeds(runs(30), base: first) {
            let outcome = try PowerLoss.outcome(seed: seed)
            #expect(outcome.report?.isHealthy == true, "seed \(seed): \(String(describing: outcome.report))")
            #expect(outcome.lostSent.isEmpty, "seed \(seed): changes that the other has are gone")
            #expect(outcome.lostConfirmed.isEmpty, "seed \(seed): changes that were confirmed are gone")
            #expect(outcome.lostAttachments.isEmpty, "seed \(seed): attachments are gone")
            #expect(outcome.brokenPlaces == 0, "seed \(seed): a number is used twice or left out")
            #expect(outcome.isSame, "seed \(seed): the two differ")
            #expect(outcome.isHealthy, "seed \(seed): a replica is not sound in the end")
            happened.append(outcome.happened)
        }
        print("seeds from \(first): \(summary(of: happened))")
        guard happened.count >= 30 else { return }
        #expect(happened.contains { $0.lostUnsent > 0 }, "no run has lost anything, so the power never really failed")
        #expect(happened.contains { $0.restarts > 1 })
    }

    private func summary(of happened: [PowerLoss.Happened]) -> String {
        """
        \(happened.count) losses of power, \(happened.count { $0.isAtWork }) of them in the midst of work, \
        \(happened.reduce(0) { $0 + $1.restarts - 1 }) more while starting; \
        \(happened.reduce(0) { $0 + $1.operations }) operations of the disk; \
        \(happened.reduce(0) { $0 + $1.sent }) changes sent; \
        \(happened.count { $0.lostUnsent > 0 }) runs lost \(happened.reduce(0) { $0 + $1.lostUnsent }) changes that nobody had
        """
    }

    @Test("a replica that does not make durable what it sends is caught within 40 seeds")
    func carelessness() throws {
        let first = seed(1)
        let caught = try seeds(40, base: first).first { try !PowerLoss.outcome(seed: $0, isCareful: false).lostSent.isEmpty }
        print("seeds from \(first): caught by seed \(caught.map(String.init) ?? "none")")
        #expect(caught != nil, "no loss of sent changes was seen")
    }
}
