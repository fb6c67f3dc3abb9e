import Foundation
import FuzzSubjects
import Testing

/// The files of a subject that a fuzzer begins with, and those in which one has found a fault.
private struct Corpus {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus")
    let subject: Subject

    var folder: URL { Self.root.appending(path: subject.name) }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }

    func judge(_ name: String) throws -> Subject.Verdict {
        try subject.judge(Array(Data(contentsOf: folder.appending(path: name))))
    }

    /// Adds what is not there yet; nothing is written again.
    func add(_ examples: [[UInt8]]) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (index, example) in examples.enumerated() {
            let file = folder.appending(path: "example-\(index + 1)")
            if !FileManager.default.fileExists(atPath: file.path) { try Data(example).write(to: file) }
        }
    }
}

/// Every subject of the fuzzers, on its corpus.
struct CorpusTests {
    private static let isFreezing = ProcessInfo.processInfo.environment["HANDSEL_FREEZE"] != nil

    @Test("each corpus is that of a subject")
    func folders() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Corpus.root.path)
        #expect(folders.sorted() == Subject.all.map(\.name).sorted())
    }

    @Test("examples are read, and no file breaks a promise of its subject", arguments: Subject.all)
    func promises(subject: Subject) throws {
        let corpus = Corpus(subject: subject)
        if Self.isFreezing { try corpus.add(try Examples().of(subject)) }
        let names = try corpus.names()
        #expect(names.contains { $0.hasPrefix("example-") })
        for name in names {
            do {
                let verdict = try corpus.judge(name)
                #expect(verdict == .read || !name.hasPrefix("example-"), "\(subject)/\(name)")
            } catch { Issue.record("\(subject)/\(name): \(error)") }
        }
    }

    @Test("truncated and damaged examples break no promise either", arguments: Subject.all)
    func damage(subject: Subject) throws {
        let corpus = Corpus(subject: subject)
        for name in try corpus.names() {
            let bytes = Array(try Data(contentsOf: corpus.folder.appending(path: name)))
            for step in 1...8 where bytes.count >= 8 {
                let place = bytes.count * step / 8 - 1
                var damaged = bytes
                damaged[place] ^= 0x40
                for input in [Array(bytes[..<place]), damaged] {
                    #expect(throws: Never.self, "\(subject)/\(name), byte \(place)") { try subject.judge(input) }
                }
            }
        }
    }
}
