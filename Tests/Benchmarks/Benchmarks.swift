import ArgumentParser
import Foundation
import Support

/// Measures what `Docs/Performance.md` states.
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmarks", abstract: "Measures Handsel, and its peers in the same minutes.")

    @Option(help: "The folder with recorded editing sessions.")
    var data = "../shared/data"

    @Option(help: "Measures only these groups of rows.")
    var only: [Group] = []

    @Option(help: "How many changes a first sync brings, and how many a replica has after years.")
    var changes = 100_000

    @Option(help: "How many contracts a replica has after years.")
    var contracts = 1_000

    @Option(help: "The command as it is installed.")
    var handsel = ".build-benchmarks/release/handsel"

    @Option(help: "A file for the figures, as JSON.")
    var json: String?

    @Option(help: "The script that measures the peers; it is run in the same minutes.")
    var peers: String?

    @Option(help: "A Python that has the peers.")
    var python = "python3"

    enum Group: String, CaseIterable, ExpressibleByArgument {
        case text, write, diary, sync, live, home
    }

    private func figures(of group: Group) async throws -> [Figure] {
        switch group {
        case .text: try TextRows(RecordedSession(packed: URL(filePath: "\(data)/automerge-paper.json.gz"))).figures()
        case .write: try WriteRows().figures()
        case .diary: try DiaryRows().figures()
        case .live: try await LiveRows().figures()
        case .home: try await HomeRows(handsel: handsel, contracts: contracts, changes: changes).figures()
        case .sync: try await SyncRows(changes: changes).figures()
        }
    }

    func run() async throws {
        var figures: [Figure] = []
        for group in Group.allCases where only.isEmpty || only.contains(group) { figures += try await self.figures(of: group) }
        if let peers {
            figures += try Peers(python: python, script: peers, cases: ["text", "textload", "durable"]).compared(with: figures)
        }
        for figure in figures.sorted(by: { $0.name < $1.name }) {
            print("| \(figure.name) | \(figure.text) | \(figure.wanted) |")
        }
        guard let json else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(figures).write(to: URL(filePath: json))
    }
}
