package import Foundation

/// An editing session that people really had; the recordings are not part of the project, they lie beside it, if at all.
package struct RecordedSession: Decodable {
    package struct Transaction: Decodable {
        /// Those that its author had seen; not recorded where there was one author.
        package let parents: [Int]
        package let agent: Int
        package let patches: [Patch]

        private enum CodingKeys: CodingKey { case parents, agent, patches }

        package init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            parents = try fields.decodeIfPresent([Int].self, forKey: .parents) ?? []
            agent = try fields.decodeIfPresent(Int.self, forKey: .agent) ?? 0
            patches = try fields.decode([Patch].self, forKey: .patches)
        }
    }

    /// `[position, deleted, inserted]`, in Unicode scalars.
    package struct Patch: Decodable {
        package let position: Int
        package let deleted: Int
        package let inserted: String

        package init(from decoder: any Decoder) throws {
            var fields = try decoder.unkeyedContainer()
            position = try fields.decode(Int.self)
            deleted = try fields.decode(Int.self)
            inserted = try fields.decode(String.self)
        }
    }

    package let endContent: String
    package let txns: [Transaction]

    /// Where the session of two authors lies.
    package static let ofTwo = URL(filePath: #filePath)
        .appending(path: "../../../../shared/data/concurrent-friendsforever.json.gz").standardizedFileURL

    /// Reads a session that `gzip` has packed.
    package init(packed file: URL) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(try output(of: ["gzip", "-dc", file.path])))
    }
}

/// What a command prints, given `input`.
package func output(of command: [String], input: [UInt8] = []) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    let (source, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (source, output)
    try process.run()
    let writer = source.fileHandleForWriting
    // Beside the reading, since neither pipe holds all of it.
    Thread.detachNewThread {
        try? writer.write(contentsOf: Data(input))
        try? writer.close()
    }
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CommandFailure(command: command, status: process.terminationStatus) }
    return Array(bytes)
}

package struct CommandFailure: Error {
    package let command: [String]
    package let status: Int32
}
