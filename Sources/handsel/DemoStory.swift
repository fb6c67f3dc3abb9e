import Foundation
import HandselKit

/// The story that the demo plays, scene by scene.
final class DemoStory {
    static let contract = "Landing page"
    private static let deliverableBytes = 5 * 1_024 * 1_024
    private static let paragraph = "Payment terms."

    let stage: DemoStage
    private let isQuiet: Bool
    var outcome = DemoOutcome()

    init(stage: DemoStage, isQuiet: Bool) {
        self.stage = stage
        self.isQuiet = isQuiet
    }

    func play() throws -> DemoOutcome {
        outcome.directory = stage.directory.path
        let terms = try writeFiles()
        let (relay, link) = try stage.startRelay()
        defer { if relay.isRunning { relay.terminate() } }
        try agree(relay: link, terms: terms)
        try fund()
        try workOffline(terms: terms)
        try comeBack()
        try releaseAndDispute()
        relay.terminate()
        relay.waitUntilExit()
        try exchangeBundles()
        try compare()
        try export()
        farewell()
        return outcome
    }

    // Files that the two people would have on their disks: the agreement, and a deliverable that does not compress.
    private func writeFiles() throws -> String {
        let terms = String(decoding: PackageResources.services_agreement_md, as: UTF8.self)
        try Data(terms.utf8).write(to: stage.directory.appendingPathComponent("agreement.md"))
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        var bytes = Data(capacity: Self.deliverableBytes)
        while bytes.count < Self.deliverableBytes {
            withUnsafeBytes(of: generator.next() as UInt64) { bytes.append(contentsOf: $0) }
        }
        try bytes.write(to: stage.directory.appendingPathComponent("design.zip"))
        return terms
    }

    private func agree(relay: String, terms: String) throws {
        scene("Ada and Bob, an agent, a mediator and a relay. Bob offers a contract; Ada joins by his link and accepts.")
        var persons: [String: String] = [:]
        try step("init: ada, bob, eve the agent, max the mediator") {
            for (person, name) in [("ada", "Ada Freelancer"), ("bob", "Bob Client"), ("eve", "Eve Escrow"), ("max", "Max Fair")] {
                try stage.run(person, ["init", "--name", name])
                let who: WhoAmI = try stage.ask(person, ["whoami"])
                persons[person] = who.person
            }
        }
        try stage.run("bob", ["relay", "add", relay])
        try step("bob: contract offer, with terms of \(terms.split(whereSeparator: \.isWhitespace).count) words") {
            try stage.run(
                "bob",
                [
                    "contract", "offer", "--fixed", "--title", Self.contract, "--currency", "EUR", "--milestone",
                    "Design:500.00:2026-12-15", "--milestone", "Build:900.00:2027-01-15", "--terms", stage.path("agreement.md"),
                    "--agent", persons["eve"] ?? "", "--mediator", persons["max"] ?? "",
                ])
        }
        let invite: InviteMade = try stage.ask("bob", ["invite", Self.contract, "--role", "freelancer"])
        try sync("bob")
        try step("ada: join \(invite.link.prefix(24))…") { try stage.run("ada", ["join", invite.link]) }
        try step("ada: contract accept") { try stage.run("ada", ["contract", "accept", Self.contract]) }
        try sync("ada")
        try sync("bob")
        try sync("ada")
        try appoint()
    }

    private func workOffline(terms: String) throws {
        scene("Both go offline and work. Each edits the same paragraph of the terms.")
        try step("ada: diary, message, submit Design with a file of 5 MiB") {
            try stage.run(
                "ada",
                [
                    "diary", "add", Self.contract, "--from", "2026-11-30T09:00Z", "--slots", "12", "--memo",
                    "Wireframes and type",
                ])
            try stage.run("ada", ["message", "send", Self.contract, "I am on the train; the first design is attached."])
            try stage.run(
                "ada",
                [
                    "milestone", "submit", Self.contract, "Design", "--note", "Three layouts, one recommended.", "--file",
                    stage.path("design.zip"),
                ])
        }
        try step("bob: two messages, one of them reworded") {
            let sent: MessageView = try stage.ask("bob", ["message", "send", Self.contract, "Please use the blue lgoo."])
            try stage.run("bob", ["message", "edit", Self.contract, sent.id, "Please use the blue logo."])
            try stage.run("bob", ["message", "send", Self.contract, "Our launch moved to Monday."])
        }
        try step("ada and bob: edit the paragraph \"\(Self.paragraph)\"") {
            try edit("ada", appending: " The freelancer states the bank reference on each invoice.")
            try edit("bob", replacing: Self.paragraph, with: "Payment terms, as discussed by telephone.")
        }
    }

    /// Rewrites the shared paragraph in one person's own draft, as with an editor.
    private func edit(
        _ person: String, appending end: String = "", replacing old: String = "", with new: String = ""
    ) throws {
        let contract: ContractView = try stage.ask(person, ["contract", "show", Self.contract])
        let lines = contract.terms.text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix(Self.paragraph) ? new + line.dropFirst(old.count) + end : String(line)
        }
        let path = stage.path("draft-\(person).md")
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
        try stage.run(person, ["contract", "edit", Self.contract, "--terms", path])
    }

    private func comeBack() throws {
        scene("They come back, through the relay.")
        try sync("ada")
        try sync("bob")
        try sync("ada")
    }

    private func exchangeBundles() throws {
        scene("The relay is gone. Both write on; two files on a stick carry it over.")
        try step("bob: message, ada: diary and message") {
            try stage.run("bob", ["message", "send", Self.contract, "A little more white space next time, please."])
            try stage.run(
                "ada", ["diary", "add", Self.contract, "--from", "2026-12-01T09:00Z", "--slots", "6", "--memo", "Second round"])
            try stage.run("ada", ["message", "send", Self.contract, "I will wait for your notes."])
        }
        try carry(from: "ada", to: "bob")
        try carry(from: "bob", to: "ada")
    }

    private func carry(from sender: String, to receiver: String) throws {
        let file = stage.path("from-\(sender).handsel")
        let started = ContinuousClock.now
        let written: BundleReport = try stage.ask(sender, ["bundle", "write", file, "--space", Self.contract])
        let read: BundleReport = try stage.ask(receiver, ["bundle", "read", file])
        let time = Self.milliseconds(started)
        say(
            "  \(sender) → \(receiver) by file: \(read.changes) new of \(written.changes) changes, \(Self.size(Int(written.bytes))), \(time) ms"
        )
        outcome.steps.append(
            .init(
                name: "bundle \(sender) to \(receiver)", milliseconds: time, bytesSent: Int(written.bytes), bytesReceived: 0,
                roundTrips: 0))
    }

    private func compare() throws {
        scene("What each side has now")
        let ada: ContractView = try stage.ask("ada", ["contract", "show", Self.contract])
        let bob: ContractView = try stage.ask("bob", ["contract", "show", Self.contract])
        say(DemoTable.sideBySide(ada, bob))
        let merged = ada.terms.text.split(separator: "\n").first { $0.hasPrefix(Self.paragraph.dropLast()) } ?? ""
        say("  Merged, with nobody asked: \"\(merged.prefix(60)) … \(merged.suffix(58))\"")
        outcome.areEqual = try Self.withoutViewer(ada) == Self.withoutViewer(bob)
        let reports: [DoctorReport] = try ["ada", "bob"].map { try stage.ask($0, ["doctor"]) }
        outcome.isHealthy = reports.allSatisfy(\.isHealthy)
        say("  The two read models are \(outcome.areEqual ? "equal, byte for byte" : "DIFFERENT").")
        say(
            "  Rebuilt from the signed changes, nothing differs: \(outcome.isHealthy ? "yes" : "NO") (\(reports.map { "\($0.changes) changes, \($0.rows) rows" }.joined(separator: "; ")))."
        )
    }

    private func farewell() {
        let handsel = CommandLine.arguments[0].contains(".build") ? ".build/debug/handsel" : "handsel"
        say(
            """

            The replicas are in \(stage.directory.path). Look into them:
              \(handsel) --home \(stage.path("ada")) contract show "\(Self.contract)"
              \(handsel) --home \(stage.path("bob")) message list "\(Self.contract)"
              sqlite3 \(stage.path("ada"))/replica.sqlite 'SELECT * FROM milestone; SELECT start, memo FROM diary_slot;'
            """)
    }

    /// The contract as JSON with sorted keys, without the one key that may differ.
    private static func withoutViewer(_ contract: ContractView) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var object = try JSONSerialization.jsonObject(with: try encoder.encode(contract)) as? [String: Any] ?? [:]
        object["viewer"] = nil
        return try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
    }
}

extension DemoStory {
    func say(_ text: String) { if !isQuiet { print(text) } }

    func scene(_ title: String) { say("\n\(title)") }

    private static func milliseconds(_ start: ContinuousClock.Instant) -> Int {
        let components = start.duration(to: .now).components
        return Int(components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000)
    }

    static func size(_ bytes: Int) -> String {
        bytes < 10_240 ? "\(bytes) B" : bytes < 10_485_760 ? "\(bytes / 1_024) KiB" : "\(bytes / 1_048_576) MiB"
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    func step(_ name: String, _ body: () throws -> Void) throws {
        let started = ContinuousClock.now
        try body()
        let time = Self.milliseconds(started)
        say("  \(name) (\(time) ms)")
        outcome.steps.append(.init(name: name, milliseconds: time, bytesSent: 0, bytesReceived: 0, roundTrips: 0))
    }

    func sync(_ person: String) throws {
        let report: SyncReport = try stage.ask(person, ["sync"])
        guard let peer = report.peers.first, peer.ok else {
            throw HandselError(.network, "The demo's sync failed: \(report.peers.first?.sentence ?? "nobody to sync with").")
        }
        let chunks = peer.chunksSent + peer.chunksReceived
        say(
            "  \(person): sync: \(Self.count(peer.changesSent, "change")) out, \(peer.changesReceived) in"
                + (chunks > 0 ? ", \(chunks) file chunks" : "")
                + ", \(Self.size(peer.bytesSent)) out, \(Self.size(peer.bytesReceived)) in, \(Self.count(peer.roundTrips, "round trip")), \(peer.milliseconds) ms"
        )
        outcome.steps.append(
            .init(
                name: "\(person) sync", milliseconds: peer.milliseconds, bytesSent: peer.bytesSent,
                bytesReceived: peer.bytesReceived, roundTrips: peer.roundTrips))
    }
}

/// The two sides' state as one table.
enum DemoTable {
    static func sideBySide(_ ada: ContractView, _ bob: ContractView) -> String {
        let rows = [("", "ada", "bob")] + zip(lines(ada), lines(bob)).map { ($0.0, $0.1, $1.1) }
        let width = rows.map { $0.0.count }.max() ?? 0
        let column = rows.map { max($0.1.count, $0.2.count) }.max() ?? 0
        func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
        return rows.map { "  \(pad($0.0, width))  \(pad($0.1, column))  \($0.2)" }.joined(separator: "\n")
    }

    private static func lines(_ contract: ContractView) -> [(String, String)] {
        [
            ("status", contract.status),
            ("total", contract.total?.text ?? "none"),
            ("milestones", contract.milestones.map { "\($0.title) \($0.status) (round \($0.round))" }.joined(separator: ", ")),
            (
                "money",
                contract.escrow.map { "\($0.released.text) released, \($0.refunded.text) refunded, \($0.held.text) held" } ?? ""
            ),
            ("messages", "\(contract.messages.count), \(contract.messages.reduce(0) { $0 + $1.edits }) edited"),
            ("diary", "\(contract.diary.count) slots, \(contract.diary.count * 10) minutes"),
            ("files", contract.files.map { "\($0.name) (\($0.size) bytes)" }.joined(separator: ", ")),
            ("terms", "\(contract.terms.words) words"),
            ("signed acts", "\(contract.acts.count), \(contract.acts.count { $0.void != nil }) void"),
        ]
    }
}
