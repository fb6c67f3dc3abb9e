import Canon
import Ledger

/// What a history that was checked shows, and up to where.
package struct EvidenceReport: Sendable {
    package let space: String
    /// Nil where not all of the money's changes are shown.
    package let title: String?
    package let status: String?
    package let exporter: Exporter
    package let exporterName: String
    /// Milliseconds since 1970 UTC: the exporter's claim, unless a timestamp says so too.
    package let time: UInt64
    package let changes: Int
    package let devices: Int
    package let shown: [Chronicle.Count]
    package let withheld: [Chronicle.Count]
    /// Nothing is claimed about changes that come after these.
    package let acknowledged: [Chronicle.Acknowledgement]
    package let forks: [Chronicle.Fork]
    package let removals: [Chronicle.Removal]
    /// Whether the rules were applied: only where all of the money's changes are shown.
    package let isJudged: Bool
    /// Whether the money adds up for every milestone; nil where there is nothing to add, or not all of it is shown.
    package let moneyAddsUp: Bool?
    /// Whether there is a timestamp, which the caller has to check.
    package let isTimestamped: Bool

    init(of history: CheckedHistory, _ manifest: Manifest, chronicle: Chronicle, isTimestamped: Bool) {
        space = history.space.description
        title = chronicle.title
        status = chronicle.status
        exporter = manifest.exporter
        exporterName = chronicle.exported.by
        time = manifest.time
        changes = history.entries.count
        devices = Set(history.tips.map(\.device)).count
        shown = chronicle.shown
        withheld = chronicle.withheld
        acknowledged = chronicle.acknowledged
        forks = chronicle.forks
        removals = chronicle.removals
        isJudged = chronicle.isJudged
        moneyAddsUp = chronicle.money?.addsUp
        self.isTimestamped = isTimestamped
    }
}
