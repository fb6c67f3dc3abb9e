import Canon
import Evidence
import Ledger
import LedgerSupport
import Support
import Testing

/// Whatever is changed in an exported history is found.
struct TamperingTests {
    private func error(_ files: [String: [UInt8]]) -> EvidenceError? {
        do {
            _ = try Evidence.verify(files)
            return nil
        } catch { return error as? EvidenceError }
    }

    @Test("one bit more or less in any file is found, and the file named")
    func flippedBits() throws {
        let files = try Story().export()
        for (name, bytes) in files {
            for place in stride(from: 0, to: bytes.count, by: Flip.step) {
                var flipped = files
                flipped[name] = Flip.flipped(bytes, at: place)
                let found = error(flipped)
                #expect(found?.isDamage == true, "\(name), byte \(place)")
                if name != EvidenceFile.manifest { #expect(found?.file == name, "byte \(place)") }
            }
        }
    }

    @Test("a file that is missing or cut short is found", arguments: [0, 1, 100])
    func shortened(rest: Int) throws {
        let files = try Story().export()
        for (name, bytes) in files {
            var shortened = files
            shortened[name] = rest == 0 ? nil : bytes.dropLast(rest)
            #expect(error(shortened)?.isDamage == true, "\(name)")
        }
    }

    @Test("an exporter who cheats and signs it is found out", arguments: Cheat.all)
    func cheats(cheat: Cheat) throws {
        let found = error(try cheat.files(try Story()))
        #expect(found?.code == cheat.code, "\(String(describing: found))")
    }

    @Test("a fork is shown with both its changes, and the one that nobody acknowledged has no effect")
    func fork() throws {
        var story = try Story()
        try story.fork(saying: "I never said goodbye.")
        let files = try story.export()
        let report = try Evidence.verify(files)
        let fork = try #require(report.forks.first)
        #expect(report.forks.count == 1 && fork.device == story.freelancer.id.description && fork.changes.count == 2)
        let page = String(decoding: files[EvidenceFile.page] ?? [], as: UTF8.self)
        #expect(page.contains("Bye!") && !page.contains("I never said goodbye.") && page.contains(fork.changes[0]))
    }

    @Test("what nobody else has signed for can be left out, and nothing is claimed about it")
    func unacknowledged() throws {
        let story = try Story()
        let last = try #require(story.contract.space.allTips().first { $0.device == story.freelancer.id })
        let whole = try Evidence.verify(try story.export())
        let cut = try Evidence.verify(try story.export(story.changes.filter { $0.change.id != last.change }))
        #expect(cut.changes == whole.changes - 1)
        let reach = try #require(whole.acknowledged.first { $0.by == "Bob Client" }?.reaches.first)
        #expect(reach.change != last.change.description)
        #expect(cut.acknowledged.first { $0.by == "Bob Client" }?.reaches == [reach])
    }
}

/// Bits that are flipped, one in every so many bytes.
enum Flip {
    static let step = 97

    static func flipped(_ bytes: [UInt8], at place: Int) -> [UInt8] {
        var bytes = bytes
        bytes[place] ^= 1 << UInt8(place / step % 8)
        return bytes
    }
}
