import Foundation

/// `Docs/CommandLine.md`, as far as tests compare it with the program.
struct CommandLineDocument {
    private let text: String
    /// Every word in backquotes, apart from what stands in a block of code.
    let words: Set<String>

    static func read() throws -> CommandLineDocument {
        let url = URL(filePath: #filePath).deletingLastPathComponent().resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Docs/CommandLine.md")
        return CommandLineDocument(try String(contentsOf: url, encoding: .utf8))
    }

    init(_ text: String) {
        self.text = text
        let quoted = text.matches(of: /`([^`\n]+)`/).map { String($0.output.1) }
        words = Set(quoted.flatMap { $0.split { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "_" } }.map(String.init))
    }

    /// The row of the table that describes a command; nil if there is none.
    func row(of command: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix("| `\(command) ") || $0.hasPrefix("| `\(command)`") }.map(String.init)
    }
}
