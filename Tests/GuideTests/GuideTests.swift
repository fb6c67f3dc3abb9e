import Foundation
import Support
import Testing

/// The guides in `Docs/Guide` do what they say.
@Suite(.timeLimit(.minutes(5 * allowance)))
struct GuideTests {
    static let guides: [Guide] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Docs/Guide")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".md") }.sorted().compactMap { name in
            guard let text = try? String(contentsOf: folder.appending(path: name), encoding: .utf8) else { return nil }
            return Guide(path: "Docs/Guide/\(name)", text: text)
        }
    }()

    @Test("there is a guide, and each one has commands")
    func presence() {
        #expect(!Self.guides.isEmpty)
        for guide in Self.guides { #expect(!guide.steps.isEmpty, "\(guide)") }
    }

    @Test("a guide shows what happens", arguments: guides)
    func execution(guide: Guide) async throws {
        let wrong = try await GuideRunner.run(guide)
        #expect(wrong == nil, "\(wrong.map(String.init(describing:)) ?? "")")
    }
}
