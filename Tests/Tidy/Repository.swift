import Foundation

/// One file of the repository, as bytes and as what Swift makes of them.
struct TextFile: Sendable {
    /// From the repository's root, with slashes.
    let path: String
    let bytes: [UInt8]
    /// Nil unless it is Swift.
    let swift: SwiftText?

    init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
        swift = path.hasSuffix(".swift") ? SwiftText(bytes) : nil
    }

    init(path: String, text: String) { self.init(path: path, bytes: Array(text.utf8)) }

    var folders: [Substring] { path.split(separator: "/").dropLast() }

    /// The module it belongs to: the folder in `Sources`.
    var module: Substring? { folders.first == "Sources" ? folders.dropFirst().first : nil }

    var isTest: Bool { folders.first == "Tests" }

    var lineCount: Int { bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count - 1 }
}

/// A place where a rule is broken.
struct Finding: Hashable, CustomStringConvertible {
    let path: String
    let line: Int
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}

/// The working copy that these tests are part of.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Names at the top, without what is ignored.
    static func topLevel() throws -> [String] {
        let isIgnored = try ignored()
        return try FileManager.default.contentsOfDirectory(atPath: root.path).filter { !isIgnored($0) }.sorted()
    }

    /// Every text file that is, or could be, under version control; read once for all rules.
    static let files = Result { try read() }

    private static func read() throws -> [TextFile] {
        let isIgnored = try ignored()
        var files: [TextFile] = []
        var folders = [""]
        while let folder = folders.popLast() {
            for name in try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path).sorted() {
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                let url = root.appending(path: path)
                let kind = try url.resourceValues(forKeys: [.isDirectoryKey, .isRegularFileKey])
                if isIgnored(name) { continue }
                if kind.isDirectory == true { folders.append(path) }
                guard kind.isRegularFile == true, let bytes = try text(at: url) else { continue }
                files.append(TextFile(path: path, bytes: bytes))
            }
        }
        return files
    }

    /// The content of a file without NUL bytes; nil if it is none.
    private static func text(at url: URL) throws -> [UInt8]? {
        let bytes = Array(try Data(contentsOf: url))
        return bytes.contains(0) ? nil : bytes
    }

    /// Whether a name is left out of version control: the version control itself, and what `.gitignore` lists.
    private static func ignored() throws -> (String) -> Bool {
        let list = try String(contentsOf: root.appending(path: ".gitignore"), encoding: .utf8)
        return ignored(by: list)
    }

    /// Understands the patterns in use: a name, or the beginning of one before an asterisk.
    static func ignored(by list: String) -> (String) -> Bool {
        let patterns = [".git"] + list.split(separator: "\n").map { $0.hasSuffix("/") ? String($0.dropLast()) : String($0) }
        return { name in
            patterns.contains { $0.hasSuffix("*") ? name.hasPrefix($0.dropLast()) : name == $0 }
        }
    }
}
