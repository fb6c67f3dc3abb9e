import ArgumentParser
import Foundation
import Simulation

/// Makes a copy of this package with mistakes in it.
struct Plant: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copies the package in this folder to another, with every mistake planted and switched off.")

    @Argument(help: "The folder of the copy.")
    var folder: String

    func run() throws {
        let here = URL(filePath: FileManager.default.currentDirectoryPath)
        try PlantedFault.plantAll(from: here, to: URL(filePath: folder))
        print("Planted \(PlantedFault.all.count) mistakes. Build `simulate` in \(folder), and run its `simulate hunt`.")
    }
}

/// Looks for the mistakes that are planted in the package of which this is built.
struct Hunt: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Switches on one mistake after another and counts the seeds until a world fails.")

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "The most seeds for one mistake.")
    var seeds: UInt64 = 200

    @Option(help: "Only mistakes whose names contain this.")
    var name: String?

    func run() throws {
        var missed = 0
        for fault in PlantedFault.all where name.map(fault.name.contains) ?? true {
            let (status, output) = try Self.simulate(
                ["--seed", "\(seed)", "--seeds", "\(seeds)", "--first", "--no-shrinking"], planted: fault.name)
            let lines = output.split(separator: "\n").map(String.init)
            let failing = lines.first { $0.hasPrefix("seed ") && $0.hasSuffix("fails:") }
            let found = failing.flatMap { UInt64($0.split(separator: " ")[1]) }.map { $0 - seed + 1 }
            let reason = failing.flatMap(lines.firstIndex).map { lines[$0 + 1].trimmingCharacters(in: .whitespaces) }
            if found == nil { missed += 1 }
            // A process that ends by itself has noticed, too.
            let end = status > 1 ? "ended with \(status)" : "not found"
            print("| \(fault.area.rawValue) | \(fault.name) | \(found.map(String.init) ?? end) | \((reason ?? "").prefix(140)) |")
            fflush(nil)
        }
        if missed > 0 { throw ExitCode.failure }
    }

    private static func simulate(_ arguments: [String], planted: String) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging([PlantedFault.variable: planted]) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
