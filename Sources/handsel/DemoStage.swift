import Foundation
import HandselKit

/// Where the demo plays: a folder, the processes started in it, and what they said.
struct DemoStage {
    let directory: URL
    private let program: URL

    init(directory: String) throws {
        self.directory = URL(fileURLWithPath: directory)
        program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let files = FileManager.default
        if let content = try? files.contentsOfDirectory(atPath: directory), !content.isEmpty {
            throw HandselError(
                .alreadyExists, "The folder \(directory) is not empty. Remove it, or choose another with --directory.")
        }
        try files.createDirectory(at: self.directory, withIntermediateDirectories: true)
    }

    func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

    /// Starts `handsel` with these arguments in a process of its own.
    private func start(_ arguments: [String], output: Pipe) throws -> Process {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = directory
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Runs one command for one person to its end and returns what it printed.
    @discardableResult
    func run(_ person: String, _ arguments: [String]) throws -> Data {
        let output = Pipe()
        let process = try start(["--home", path(person)] + arguments, output: output)
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let said = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            throw HandselError(.refused, "The demo's command `handsel \(arguments.joined(separator: " "))` failed: \(said)")
        }
        return data
    }

    /// Runs a command with `--json` and reads its answer.
    func ask<Answer: Decodable>(_ person: String, _ arguments: [String], _: Answer.Type = Answer.self) throws -> Answer {
        try JSONDecoder().decode(Answer.self, from: try run(person, arguments + ["--json"]))
    }

    /// Starts a relay and returns it with its link, once it listens.
    func startRelay() throws -> (process: Process, link: String) {
        let output = Pipe()
        let process = try start(
            ["relay", "run", "--listen", "127.0.0.1:0", "--store", path("relay.sqlite")], output: output)
        var said = Data()
        while !said.contains(UInt8(ascii: "\n")) {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { break }
            said.append(more)
        }
        let words = String(decoding: said, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard let link = words.first(where: { $0.hasPrefix("handsel-relay://") }) else {
            process.terminate()
            throw HandselError(.network, "The relay did not start: \(String(decoding: said, as: UTF8.self))")
        }
        // What the relay says from here on is read and dropped; a full pipe must not stop it.
        let rest = output.fileHandleForReading
        Thread.detachNewThread { while !rest.availableData.isEmpty {} }
        return (process, String(link))
    }
}
