import Canon
import Evidence
import Foundation
import Ledger
import LedgerSupport
import Support
import Testing

/// What an exported history holds, and what it keeps to itself.
struct ExportTests {
    private func text(_ files: [String: [UInt8]], _ name: String) throws -> String {
        String(decoding: try #require(files[name]), as: UTF8.self)
    }

    private func refusal(_ body: () throws -> Void) -> EvidenceError.Code? {
        do {
            try body()
            return nil
        } catch { return (error as? EvidenceError)?.code }
    }

    @Test("a history checks out, whichever side exports it, and says who signed what")
    func wholeHistory() throws {
        let story = try Story()
        for device in [story.client, story.freelancer] {
            let report = try Evidence.verify(try story.export(by: device))
            #expect(report.exporter == Exporter(device: device.id, person: device.person))
            #expect(report.changes == story.changes.count)
            #expect(report.title == "Landing page")
            #expect(report.status == "active")
            #expect(report.withheld.isEmpty)
            #expect(report.isJudged)
            #expect(report.moneyAddsUp == true)
            #expect(report.shown.contains { $0.by == "Bob Client" && $0.kind == "contract.offer" && $0.count == 1 })
            #expect(report.acknowledged.map(\.reaches.count) == [1, 1])
        }
    }

    @Test("the order in which changes come makes no difference, nor do signatures that a later one covers")
    func deterministic() throws {
        let story = try Story()
        let files = try story.export()
        #expect(try story.export(story.changes.reversed()) == files)
        let tips = Set(story.contract.space.allTips().map(\.change))
        let covered = story.changes.map { item in
            let change = item.change
            let signature = tips.contains(change.id) ? change.signature : nil
            return EvidenceChange(
                Change(header: change.header, signature: signature, body: change.body), changeKey: item.changeKey)
        }
        let report = try Evidence.verify(try story.export(covered))
        #expect(report.changes == story.changes.count)
    }

    @Test("a signature that is not valid is left out, and one at the end of a log is missed")
    func invalidSignatures() throws {
        let story = try Story()
        let tips = Set(story.contract.space.allTips().map(\.change))
        func forged(where condition: (Change) -> Bool) -> [EvidenceChange] {
            story.changes.map { item in
                guard condition(item.change) else { return item }
                return EvidenceChange(
                    Change(header: item.change.header, signature: [UInt8](repeating: 1, count: 64), body: item.change.body),
                    changeKey: item.changeKey)
            }
        }
        _ = try Evidence.verify(try story.export(forged { !tips.contains($0.id) }))
        #expect(refusal { _ = try story.export(forged { tips.contains($0.id) }) } == .unproven)
    }

    @Test("the page shows the terms with both signatures, the acts, the money and the diary, escaped and without scripts")
    func page() throws {
        let story = try Story()
        let files = try story.export()
        let page = try text(files, EvidenceFile.page)
        for expected in [
            "<title>Landing page</title>", "Ada &quot;&lt;Freelancer&gt;&quot;",
            "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more",
            story.offer.description, story.acceptance.description, "1. Design", "500.00 EUR", "1400.50 EUR", "200.00 EUR",
            "submitted milestone 1, round 1", "Larger type, please.", "Void: ", "Good morning!", "1:10", Story.secretText,
            "@page",
        ] { #expect(page.contains(expected), "\(expected)") }
        for forbidden in ["<script", "{{", "src=", "href=", "@import", "url("] {
            #expect(!page.contains(forbidden), "\(forbidden)")
        }
        let data = Data(try #require(files[EvidenceFile.json]))
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let money = try #require((json["money"] as? [String: Any])?["total"] as? [String: Any])
        #expect((money["released"] as? [String: Any])?["minor"] as? Int == 20_000)
        #expect((json["acts"] as? [[String: Any]])?.count { $0["void"] != nil } == 1)
    }

    @Test("what is withheld is nowhere in the files, and its place is still there", arguments: ["messages", "person", "change"])
    func withheld(what: String) throws {
        let story = try Story()
        let secret = try #require(story.changes.first { $0.change.id == story.secret })
        let term =
            ["person": story.client.person.description, "change": String(story.secret.description.prefix(20))][what] ?? what
        let files = try story.export(withhold: [term], by: story.freelancer)
        let report = try Evidence.verify(files)
        #expect(!report.withheld.isEmpty)
        let key = try #require(secret.changeKey)
        let plaintext = try secret.change.open(changeKey: key)
        for (name, bytes) in files {
            for hidden in [Array(Story.secretText.utf8), plaintext, secret.change.body, key.bytes] {
                #expect(bytes.firstRange(of: hidden) == nil, "\(name)")
            }
        }
        let history = try #require(files[EvidenceFile.changes])
        #expect(history.firstRange(of: secret.change.headerBytes) != nil)
        #expect(try text(files, EvidenceFile.page).contains(story.secret.description))
        #expect(report.isJudged == (what != "person"))
    }

    @Test("only what was asked for is shown")
    func only() throws {
        let story = try Story()
        let report = try Evidence.verify(try story.export(only: ["contract", "statements"]))
        let kinds = Set(report.shown.map(\.kind)).subtracting(ControlOperation.kinds)
        #expect(kinds == ["contract.offer", "contract.accept", "statement.write"])
        #expect(!report.isJudged && report.moneyAddsUp == nil && report.title == nil)
        let page = try text(try story.export(only: ["contract", "statements"]), EvidenceFile.page)
        #expect(page.contains("Ada designs the landing page."))
        #expect(!page.contains("Void: "))
    }

    @Test(
        "a term that says nothing about the history is refused",
        arguments: ["mesage.send", "message", "invite.create", "change_", "change_zzzz", "person_", ""])
    func badTerms(term: String) throws {
        let story = try Story()
        #expect(refusal { _ = try story.export(withhold: [term]) } == .badSelection)
        #expect(refusal { _ = try story.export(only: [term]) } == .badSelection)
    }

    @Test("nobody but a member exports, and only a whole history")
    func refusals() throws {
        let story = try Story()
        var generator = SeededGenerator(seed: 7)
        let stranger = try Person(using: &generator).device(using: &generator)
        #expect(refusal { _ = try story.export(by: stranger) } == .refused)
        #expect(refusal { _ = try story.export([]) } == .gap)
        for index in [0, 3, story.changes.count / 2] {
            var changes = story.changes
            changes.remove(at: index)
            #expect(refusal { _ = try story.export(changes) } == .gap)
        }
    }

    @Test("what cannot be read is withheld, since nobody could check it")
    func unreadable() throws {
        let story = try Story()
        let changes = story.changes.map { item in
            item.change.header.audience == .parties ? EvidenceChange(item.change, changeKey: .zero) : item
        }
        let report = try Evidence.verify(try story.export(changes))
        #expect(Set(report.withheld.map(\.kind)) == ["parties"])
        #expect(report.isJudged)
    }

    @Test("a change whose author committed to another body than they sent is withheld, or shown to be without effect")
    func falseCommitments() throws {
        var story = try Story()
        for audience in [Audience.control, .parties] { try story.commitFalsely(audience) }
        let changes = story.changes.suffix(2).map(\.change.id)
        let files = try story.export()
        #expect(try Evidence.verify(files).withheld.map(\.count) == [1])
        let page = try text(files, EvidenceFile.page)
        #expect(page.contains("its body does not match its commitment"))
        for change in changes { #expect(page.contains(change.description)) }
    }
}
