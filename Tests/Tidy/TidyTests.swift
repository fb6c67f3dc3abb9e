import Testing

/// The rules of style over the files of the repository.
struct TidyTests {
    @Test("the repository keeps each rule", arguments: Rule.all)
    func rules(rule: Rule) throws {
        let findings = try Repository.files.get().flatMap(rule.findings)
        #expect(findings.isEmpty, "\(rule):\n\(findings.map(\.description).joined(separator: "\n"))")
    }

    @Test("the top level holds the manifest, the sources, the tests, the documents and dotfiles")
    func topLevel() throws {
        let strays = TopLevel.strays(among: try Repository.topLevel())
        #expect(strays.isEmpty, "these belong elsewhere: \(strays.joined(separator: ", "))")
    }

    @Test("the files that the rules look at are those of the repository")
    func files() throws {
        let paths = Set(try Repository.files.get().map(\.path))
        for path in ["Package.swift", ".gitignore", "Sources/Canon/CBORReader.swift", "Tests/Tidy/TidyTests.swift"] {
            #expect(paths.contains(path))
        }
        #expect(!paths.contains { $0.hasPrefix(".git/") || $0.hasPrefix(".build/") })
    }
}
