import Testing

/// Each rule on samples that keep it and samples that break it: a rule that cannot fail says nothing.
struct RuleTests {
    struct Sample: Sendable {
        let rule: Rule
        let path: String
        let text: String
        /// Where the rule is broken.
        let lines: [Int]
    }

    private static func sample(_ rule: Rule, _ path: String, _ text: String, at lines: Int...) -> Sample {
        Sample(rule: rule, path: path, text: text, lines: lines)
    }

    static let samples =
        importSamples + moduleSamples + textSamples + testSamples

    private static let importSamples = [
        sample(.imports, "Sources/Canon/A.swift", "import Foundation\n", at: 1),
        sample(.imports, "Sources/Ledger/A.swift", "package import Canon\nimport Crypto\npublic import GRDB\n", at: 3),
        sample(.imports, "Sources/Ledger/A.swift", "@preconcurrency import struct Foundation.Data\n", at: 1),
        sample(.imports, "Sources/Sync/A.swift", "import FoundationEssentials\nimport Replica\n", at: 1, 2),
        sample(.imports, "Sources/Relay/A.swift", "import Store\nimport GRDB\n", at: 2),
        sample(.imports, "Sources/Replica/A.swift", "import Foundation\nimport GRDB\nimport NIOCore\nimport Relay\n", at: 3, 4),
        sample(.imports, "Sources/Transport/A.swift", "import NIOCore\nimport NIOSSL\nimport X509\nimport Logging\n", at: 4),
        sample(.imports, "Sources/HandselKit/A.swift", "import Relay\nimport Replica\n", at: 1),
        sample(.imports, "Sources/handsel/Commands/A.swift", "import ArgumentParser\nimport Replica\n", at: 2),
        sample(.imports, "Sources/Unheard/A.swift", "import Canon\n", at: 1),
        sample(.imports, "Sources/Canon/A.swift", "// import Foundation\nlet text = \"import Foundation\"\nlet important = 1\n"),
        sample(.imports, "Tests/CanonTests/A.swift", "import Foundation\n"),
    ]

    private static let moduleSamples = [
        sample(.purity, "Sources/Ledger/A.swift", "let now = Date()\nlet clock: ContinuousClock\n", at: 1, 2),
        sample(.purity, "Sources/Sync/A.swift", "Task { }\nlet a = Int.random(in: 0..<3)\nlet b = c.shuffled()\n", at: 1, 2, 3),
        sample(.purity, "Sources/Agreement/A.swift", "SystemRandomNumberGenerator()\n\nFileManager.default\n", at: 1, 3),
        sample(.purity, "Sources/Ledger/A.swift", "/// A Task.\nlet candiDate = Update()\nlet taskCount = Tasks()\n"),
        sample(.purity, "Sources/Ledger/A.swift", "let a = Bytes32.random(using: &generator)\n"),
        sample(.purity, "Sources/Relay/A.swift", "Task { Date() }\n"),
        sample(.actors, "Sources/Replica/A.swift", "struct S {}\npackage actor Store {}\n", at: 2),
        sample(.actors, "Sources/Relay/A.swift", "actor Mailboxes {}\n"),
        sample(
            .actors, "Sources/Replica/A.swift", "let actor = person\n// an actor Store\n@MainActor func f(actor: Person) {}\n"),
        sample(.length, "Sources/Canon/A.swift", String(repeating: "\n", count: 501), at: 501),
        sample(.length, "Tests/CanonTests/A.swift", String(repeating: "\n", count: 501), at: 501),
        sample(.length, "Sources/Replica/Schema.sql", String(repeating: "\n", count: 501), at: 501),
        sample(.length, "Sources/Canon/A.swift", String(repeating: "\n", count: 500)),
        sample(.length, "Tests/CanonTests/Vectors/a.json", String(repeating: "\n", count: 501)),
    ]

    private static let textSamples = [
        sample(.unfinished, "Sources/Canon/A.swift", "let a = 1  // TODO: more\n/* FIXME\n XXX */\n", at: 1, 2, 3),
        sample(.unfinished, "README.md", "Install it.\nTODO\n", at: 2),
        sample(.unfinished, "Sources/Canon/A.swift", "let noCurrency = \"XXX\"\nlet mastodonTODOs = 0\n"),
        sample(.shortcuts, "Sources/Canon/A.swift", "let a = try! f()\nfatalError(\"no\")\n", at: 1, 2),
        sample(.shortcuts, "Tests/CanonTests/A.swift", "final class C: @unchecked Sendable {}\n", at: 1),
        sample(.shortcuts, "Tests/CanonTests/A.swift", "nonisolated(unsafe) var a = 1\n", at: 1),
        sample(.shortcuts, "Sources/Canon/A.swift", "let a = try? f()\n// try! nothing\nlet b = \"fatalError()\"\n"),
        sample(.machinePaths, "README.md", "See here:\n\(path("work"))notes.txt\n", at: 2),
        sample(.machinePaths, "Sources/Canon/A.swift", "let a = \"\(path("opt"))swift\"\n", at: 1),
        sample(.machinePaths, ".ci/check", "cd \(path("root"))a\n", at: 1),
        sample(.machinePaths, "README.md", "work/a, homework/b, /working/c\n"),
        sample(.registryHosts, "Package.swift", "let a = \"https://packages.example.org/a\"\n", at: 1),
        sample(.registryHosts, "Docs/Contributing.md", "From\nhttps://\("registry").example.org:8080/a.\n", at: 2),
        sample(.registryHosts, "Package.swift", "let a = \"https://github.com/apple/swift-nio\"\n"),
        sample(.registryHosts, "Docs/Protocol.md", "https://www.rfc-editor.org/rfc/rfc8949\n"),
    ]

    private static func path(_ name: String) -> String { "/" + name + "/" }

    private static let testSamples = [
        sample(
            .sleeps, "Tests/SyncTests/A.swift", "try await Task.sleep(for: .seconds(1))\nThread.sleep(forTimeInterval: 1)\n",
            at: 1, 2),
        sample(.sleeps, "Tests/SyncTests/A.swift", "usleep(5)\n", at: 1),
        sample(.sleeps, "Tests/Support/Eventually.swift", "try await Task.sleep(for: .milliseconds(1))\n"),
        sample(.sleeps, "Sources/HandselKit/A.swift", "try await Task.sleep(for: .seconds(1))\n"),
        sample(.expectations, "Tests/CanonTests/A.swift", "import Testing\n@Test func f() { g() }\n", at: 2),
        sample(.expectations, "Tests/CanonTests/A.swift", "@Test func f() { /* #expect(a) */ \"#expect(a)\" }\n", at: 1),
        sample(.expectations, "Tests/CanonTests/A.swift", "@Test func f() { #expect(g()) }\n"),
        sample(.expectations, "Tests/CanonTests/A.swift", "@Test func f() throws { try #require(g()) }\n"),
        sample(.expectations, "Tests/CanonTests/A.swift", "func helper() {}\n"),
    ]

    @Test("a rule finds what breaks it, at its line, and nothing else", arguments: samples)
    func findings(sample: Sample) {
        let file = TextFile(path: sample.path, text: sample.text)
        let findings = sample.rule.findings(in: file)
        #expect(findings.map(\.line).sorted() == sample.lines, "\(sample.rule): \(sample.text)")
        for finding in findings { #expect(finding.description.hasPrefix("\(sample.path):\(finding.line): ")) }
    }

    @Test("each rule has a sample that breaks it and one that keeps it")
    func coverage() {
        for rule in Rule.all {
            let samples = Self.samples.filter { $0.rule.description == rule.description }
            #expect(samples.contains { !$0.lines.isEmpty }, "\(rule)")
            #expect(samples.contains { $0.lines.isEmpty }, "\(rule)")
        }
    }

    @Test("a stray file at the top level is found")
    func topLevel() {
        let names = ["Package.swift", "Sources", "Tests", "Docs", "README.md", ".ci", ".gitignore"]
        #expect(TopLevel.strays(among: names).isEmpty)
        #expect(TopLevel.strays(among: names + ["Makefile", "notes.txt"]) == ["Makefile", "notes.txt"])
    }

    @Test("what .gitignore lists is no part of the repository")
    func ignored() {
        let isIgnored = Repository.ignored(by: ".build\n.build-*/\nPackage.resolved\n")
        for name in [".git", ".build", ".build-linux", "Package.resolved"] { #expect(isIgnored(name), "\(name)") }
        for name in [".gitignore", "build", ".builder", "Package.swift"] { #expect(!isIgnored(name), "\(name)") }
    }
}
