import Agreement
import Canon
import Ledger
import Replica
import Testing

@Suite("A rotation that turns out to leave somebody out")
struct VoidEpochTests {
    @Test("counts for nobody, with all that was sealed under it, as if it had been known from the beginning")
    func leavesOut() throws {
        let pair = try Pair()
        try pair.accept()
        // The device comes in earlier in the linear order than the rotation, which has not seen it.
        for text in ["one", "two", "three"] { try pair.client.commit(in: pair.space) { try $0.say(text) } }
        try pair.client.commit(in: pair.space) { composer in
            try composer.rotate()
            try composer.say("under the new keys")
        }
        let certificate = try pair.certifyDevice().certificate
        _ = try pair.freelancer.commit(in: pair.space) { try $0.write(.addDevice(certificate)) }
        try pair.sync()
        try pair.sync()
        for replica in pair.both {
            #expect(try replica.roster(of: pair.space).epochs.count == 1)
            #expect(try replica.messages(in: pair.space).map(\.text) == ["one", "two", "three"])
            let report = try replica.doctor()
            #expect(report.isHealthy, "\(report)")
        }
    }
}

extension Composer {
    fileprivate func say(_ text: String) throws { _ = try write([.edit(.message(text: text, files: []))]) }
}
