import ArgumentParser
import Foundation
import HandselKit

/// The whole main job on this machine: real processes, real TLS on loopback, real files.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Two people, an agent, a mediator and a relay on this machine: the whole story.",
        discussion: """
            Example:
              handsel demo --directory my-demo

            Leaves all replicas in the folder, to be looked into with handsel or sqlite3.
            """)

    @Option(help: "An empty or new folder for the replicas and the relay.")
    var directory = "handsel-demo"

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let stage = try DemoStage(directory: directory)
        let story = DemoStory(stage: stage, isQuiet: options.json)
        let outcome = try story.play()
        if options.json { try Output.show(json: outcome) }
        guard outcome.areEqual, outcome.isHealthy, outcome.isVerified else { throw ExitCode(3) }
    }
}

/// What the demo came to.
struct DemoOutcome: Encodable {
    struct Step: Encodable {
        let name: String
        let milliseconds: Int
        let bytesSent: Int
        let bytesReceived: Int
        let roundTrips: Int
    }

    var steps: [Step] = []
    var areEqual = false
    var isHealthy = false
    /// Whether the exported history was verified.
    var isVerified = false
    var directory = ""
}
