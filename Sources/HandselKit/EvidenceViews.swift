import Canon
import Evidence

/// How many operations of a kind somebody signed, or how many of their changes for an audience are withheld.
public struct EvidenceCount: Codable, Hashable, Sendable {
    public let by: String
    public let kind: String
    public let count: Int

    init(_ count: Chronicle.Count) {
        by = count.by
        kind = count.kind
        self.count = count.count
    }
}

/// The last change of a device that somebody else has signed for.
public struct EvidenceReach: Codable, Hashable, Sendable {
    public let by: String
    public let owner: String
    public let device: String
    public let change: String
    public let number: UInt64

    init(_ reach: Chronicle.Reach, by signer: String) {
        by = signer
        owner = reach.owner
        device = reach.device
        change = reach.change
        number = reach.number
    }
}

/// Different changes that a device signed in the same place.
public struct EvidenceFork: Codable, Hashable, Sendable {
    public let by: String
    public let device: String
    public let number: UInt64
    public let changes: [String]
}

/// When an authority says that it saw a history, and whether its signature was checked.
public struct TimestampReport: Codable, Hashable, Sendable {
    /// Milliseconds since 1970 UTC.
    public let time: Int64
    public let authority: String?
    public let isTrusted: Bool

    init(_ timestamp: Timestamp) {
        time = timestamp.time
        authority = timestamp.authority
        isTrusted = timestamp.trust == .trusted
    }
}

/// What a history that was checked shows, and up to where.
public struct VerificationReport: Codable, Hashable, Sendable {
    public let path: String
    public let id: String
    /// Nil where not all of the money's changes are shown.
    public let title: String?
    public let status: String?
    public let exporter: String
    public let person: String
    public let device: String
    /// Milliseconds since 1970 UTC: what the exporter claims.
    public let time: UInt64
    public let changes: Int
    public let devices: Int
    public let shown: [EvidenceCount]
    public let withheld: [EvidenceCount]
    /// Nothing is claimed about changes after these.
    public let signedUpTo: [EvidenceReach]
    public let forks: [EvidenceFork]
    /// Devices that their own persons removed.
    public let removed: [String]
    /// Whether the rules were applied: only where all of the money's changes are shown.
    public let isJudged: Bool
    /// Nil where there is nothing to add up, or not all of it is shown.
    public let moneyAddsUp: Bool?
    public let timestamp: TimestampReport?

    init(_ report: EvidenceReport, path: String, timestamp: Timestamp?) {
        self.path = path
        id = report.space
        title = report.title
        status = report.status
        exporter = report.exporterName
        person = report.exporter.person.description
        device = report.exporter.device.description
        time = report.time
        changes = report.changes
        devices = report.devices
        shown = report.shown.map(EvidenceCount.init)
        withheld = report.withheld.map(EvidenceCount.init)
        signedUpTo = report.acknowledged.flatMap { signer in signer.reaches.map { EvidenceReach($0, by: signer.by) } }
        forks = report.forks.map { EvidenceFork(by: $0.by, device: $0.device, number: $0.number, changes: $0.changes) }
        removed = report.removals.map(\.device)
        isJudged = report.isJudged
        moneyAddsUp = report.moneyAddsUp
        self.timestamp = timestamp.map(TimestampReport.init)
    }
}

/// What was exported, and where it is.
public struct ExportReport: Codable, Hashable, Sendable {
    public let path: String
    /// The names of the files.
    public let files: [String]
    /// What whoever checks them will find.
    public let contents: VerificationReport
}
