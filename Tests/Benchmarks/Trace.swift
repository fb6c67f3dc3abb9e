import Documents
import Foundation

/// The keystrokes with which a paper was written, as `automerge-paper.json.gz` has them.
struct Trace {
    let edits: [TextPatch]
    let end: String

    private struct File: Decodable {
        struct Transaction: Decodable {
            let patches: [Patch]
        }

        let endContent: String
        let txns: [Transaction]
    }

    /// `[position, deleted, inserted]`.
    private struct Patch: Decodable {
        let patch: TextPatch

        init(from decoder: any Decoder) throws {
            var fields = try decoder.unkeyedContainer()
            let (position, deleted) = (try fields.decode(Int.self), try fields.decode(Int.self))
            patch = TextPatch(position, deleting: deleted, inserting: try fields.decode(String.self))
        }
    }

    init(_ path: String) throws {
        let file = try JSONDecoder().decode(File.self, from: Data(try run("gzip", ["-dc", path])))
        edits = file.txns.flatMap { $0.patches.map(\.patch) }
        end = file.endContent
    }
}

/// What a program prints to its standard output, given `input`.
func run(_ program: String, _ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let (source, output) = (Pipe(), Pipe())
    process.standardInput = source
    process.standardOutput = output
    try process.run()
    let writer = source.fileHandleForWriting
    Thread.detachNewThread {
        try? writer.write(contentsOf: Data(input))
        try? writer.close()
    }
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw Failure(description: "\(program) ended with \(process.terminationStatus).")
    }
    return Array(bytes)
}

struct Failure: Error, CustomStringConvertible {
    let description: String
}
