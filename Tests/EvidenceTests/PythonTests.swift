import Evidence
import Foundation
import Support
import Testing

/// The same histories, judged by a program that shares no code with this one: `verify.py`.
@Suite(.enabled(if: Python.interpreter != nil, "Python with cbor2 and cryptography is not installed"))
struct PythonTests {
    @Test("the script takes a history, whole or with things withheld, and says what it is")
    func accepts() throws {
        let story = try Story()
        var forked = story
        try forked.fork(saying: "Something else.")
        let results = try Python.judge([
            "forked": forked.export(), "whole": story.export(), "other": story.export(by: story.freelancer),
            "part": story.export(withhold: ["messages", "diary"]),
            "little": story.export(only: ["contract"]),
        ])
        #expect(results.count == 5)
        for (name, result) in results { #expect(result.contains("are signed and in place"), "\(name): \(result)") }
    }

    @Test("one bit more or less in any file is found")
    func flippedBits() throws {
        let files = try Story().export()
        let count = files.values.reduce(0) { $0 + ($1.count + Flip.step - 1) / Flip.step }
        #expect(try Python.judgeFlips(of: files) == ["flips": "\(count)"])
    }

    @Test("an exporter who cheats and signs it is found out")
    func cheats() throws {
        let story = try Story()
        var forged: [String: [String: [UInt8]]] = [:]
        for (index, cheat) in Cheat.all.enumerated() { forged["\(index)"] = try cheat.files(story) }
        let results = try Python.judge(forged)
        #expect(results.count == Cheat.all.count)
        for (index, cheat) in Cheat.all.enumerated() {
            let result = results["\(index)"] ?? ""
            #expect(result.hasPrefix("damage: ") == cheat.isInChanges, "\(cheat): \(result)")
        }
    }

    @Test("the script ends with 0 and a summary, or with 3 and one sentence")
    func exitCodes() throws {
        let story = try Story()
        var files = try story.export()
        let good = try Python.run(files)
        #expect(good.code == 0 && good.output.contains("\(story.changes.count) changes of 2 devices"), "\(good)")
        files[EvidenceFile.changes]?.removeLast()
        let bad = try Python.run(files)
        #expect(bad.code == 3 && bad.output == "changes.cbor is not the file that manifest.json names.\n", "\(bad)")
    }
}

/// Runs `verify.py`.
enum Python {
    /// The first Python that has what the script needs.
    static let interpreter = ["python3", "/usr/bin/python3"].first {
        (try? launch($0, ["-c", "import cbor2, cryptography"]))?.code == 0
    }

    private static let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "verify.py")

    /// Judges many histories in one process: each directory's name and what the script says of it.
    private static let judging = """
        import os, sys
        sys.path.insert(0, os.path.dirname(sys.argv[1]))
        import verify

        def judge(files):
            try:
                return verify.verify(files)
            except verify.Damage as damage:
                return f"damage: {damage}"

        for name in sorted(os.listdir(sys.argv[2])):
            print(name, judge(verify.read(os.path.join(sys.argv[2], name))), sep="\\t")
        """

    /// Flips the same bits as `Flip` and tells of every one that is not found, then how many there were.
    private static let flipping = """
        import os, sys
        sys.path.insert(0, os.path.dirname(sys.argv[1]))
        import verify

        files, count = verify.read(os.path.join(sys.argv[2], "whole")), 0
        for name, data in files.items():
            for place in range(0, len(data), \(Flip.step)):
                flipped = bytearray(data)
                flipped[place] ^= 1 << (place // \(Flip.step) % 8)
                try:
                    verify.verify({**files, name: bytes(flipped)})
                    print(f"{name} {place}", "was taken", sep="\\t")
                except verify.Damage:
                    count += 1
        print("flips", count, sep="\\t")
        """

    static func judge(_ histories: [String: [String: [UInt8]]]) throws -> [String: String] {
        try results(of: judging, histories)
    }

    static func judgeFlips(of files: [String: [UInt8]]) throws -> [String: String] {
        try results(of: flipping, ["whole": files])
    }

    static func run(_ files: [String: [UInt8]]) throws -> (code: Int32, output: String) {
        try inDirectory(["history": files]) { directory in
            try launch(interpreter ?? "", ["-B", script.path, directory.appending(path: "history").path])
        }
    }

    private static func results(
        of program: String, _ histories: [String: [String: [UInt8]]]
    ) throws -> [String: String] {
        let (code, output) = try inDirectory(histories) { directory in
            try launch(interpreter ?? "", ["-B", "-c", program, script.path, directory.path])
        }
        #expect(code == 0, "\(output)")
        let lines = output.split(separator: "\n").map { $0.split(separator: "\t", maxSplits: 1).map(String.init) }
        return Dictionary(lines.compactMap { $0.count == 2 ? ($0[0], $0[1]) : nil }) { first, _ in first }
    }

    private static func inDirectory<Result>(
        _ histories: [String: [String: [UInt8]]], _ body: (URL) throws -> Result
    ) throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: "evidence-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, files) in histories {
            let history = directory.appending(path: name)
            try FileManager.default.createDirectory(at: history, withIntermediateDirectories: true)
            for (file, bytes) in files { try Data(bytes).write(to: history.appending(path: file)) }
        }
        return try body(directory)
    }

    private static func launch(_ program: String, _ arguments: [String]) throws -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
