import ArgumentParser
import HandselKit

/// `handsel sync`: once, with everyone who can be reached.
struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Sync once with every relay and peer.",
        discussion: """
            A sync that was cut short is taken up where it stopped by running it again. Ends with exit code 1 if one of them could \
            not be reached.

            Example:
              handsel sync
              handsel sync --with relay.example.org:7443
            """)

    @Option(help: ArgumentHelp("The only relay or peer to sync with, by its name or link.", valueName: "peer"))
    var with: String?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let report = try await options.open().sync(with: with, progress: options.progress)
        try options.show(report) { page in page.report(report) }
        let failed = report.peers.filter { !$0.ok }
        guard !failed.isEmpty else { return }
        let (how, them) = report.peers.count == 1 ? ("It", "it") : ("\(failed.count) of \(report.peers.count)", "all")
        throw Reported(
            .network,
            "\(how) could not be synced with. Run `handsel sync` again when \(them) can be reached; nothing is lost meanwhile.")
    }
}

extension Page {
    fileprivate mutating func report(_ report: SyncReport) {
        for peer in report.peers {
            line("\(peer.name, .bold)  \(peer.sentence, peer.ok ? .good : .bad)")
            guard peer.ok else { continue }
            line(
                "  sent \(Count(peer.changesSent, "change")), received \(Count(peer.changesReceived, "change"))\(peer.attachments)"
            )
            line(
                "  \(Count(peer.roundTrips, "round trip")), \(ByteCount(peer.bytesSent)) out, \(ByteCount(peer.bytesReceived)) in, \(peer.milliseconds) ms",
                .faint)
        }
        if report.joined > 0 { line("You have joined \(Count(report.joined, "contract")); `handsel contract list` shows it.") }
        if report.accepted > 0 {
            line("\(Count(report.accepted, "invite")) of yours \(report.accepted == 1 ? "was" : "were") taken up.")
        }
    }

    private mutating func line(_ text: Line, _ style: Line.Style) { line(text.styled(style)) }
}

extension PeerReport {
    /// What else went over, if anything did.
    fileprivate var attachments: String {
        var parts: [String] = []
        if chunksSent > 0 { parts.append("\(Count(chunksSent, "attachment part")) sent") }
        if chunksReceived > 0 { parts.append("\(Count(chunksReceived, "attachment part")) received") }
        if receipts > 0 { parts.append("\(Count(receipts, "receipt"))") }
        return parts.map { ", " + $0 }.joined()
    }
}
