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

    @Option(help: "Measures growth instead of the rows, up to so many of each thing.")
    var growth: Int?

    @Option(help: "A file for a picture of the growth, as SVG.")
    var plot: String?

    @Option(help: "The script that measures the peers; it is run in the same minutes.")
    var peers: String?

    @Option(help: "A Python that has the peers.")
    var python = "python3"

    enum Group: String, CaseIterable, ExpressibleByArgument {
        case text, write, diary, sync, spaces, live, home
    }

    private func figures(of group: Group) async throws -> [Figure] {
        switch group {
        case .text: try TextRows(session).figures()
        case .write: try WriteRows().figures()
        case .diary: try DiaryRows().figures()
        case .spaces: try SpaceRows().figures()
        case .live: try await LiveRows().figures()
        case .home: try await HomeRows(handsel: handsel, contracts: contracts, changes: changes).figures()
        case .sync: try await SyncRows(changes: changes).figures()
        }
    }

    private var session: RecordedSession {
        get throws { try RecordedSession(packed: URL(filePath: "\(data)/automerge-paper.json.gz")) }
    }

    func run() async throws {
        if let growth { return try await grow(upTo: growth) }
        var figures: [Figure] = []
        for group in Group.allCases where only.isEmpty || only.contains(group) { figures += try await self.figures(of: group) }
        if let peers {
            figures += try Peers(python: python, script: peers, cases: ["text", "textload", "durable"]).compared(with: figures)
        }
        for figure in figures.sorted(by: { $0.name < $1.name }) {
            print("| \(figure.name) | \(figure.text) | \(figure.wanted) |")
        }
        try write(figures)
    }

    private func grow(upTo most: Int) async throws {
        let series = try await GrowthRows(session: session, handsel: handsel, most: most).series()
        if let plot { try GrowthPlot(series: series).svg.write(toFile: plot, atomically: true, encoding: .utf8) }
        try write(series)
    }

    private func write(_ value: some Encodable) throws {
        guard let json else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(value).write(to: URL(filePath: json))
    }
}
