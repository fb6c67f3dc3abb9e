/// How far into each log its author had not heard of a fork or a removal, remembered: a log that has grown by one change is not
/// searched from its beginning.
package struct Ignorance: Sendable {
    private struct Question: Hashable {
        let cause: Standing.Cause
        let device: DeviceID
        let changes: [Stamp]
        let log: LogID
    }

    private struct Answer {
        /// How long the log was, as its hash chain says.
        let extent: LogExtent
        /// The number of the first change whose author knew, or of the next one.
        let end: UInt64
        /// The past of the change before it.
        let past: VersionVector?
    }

    private var answers: [Question: Answer] = [:]

    /// Answers that are remembered at once.
    private static let limit = 4_096

    package init() {}

    /// The past of the last change in a log whose author did not know what `proof` says; nil if there is none.
    ///
    /// Who knows once knows ever after, so this halves what it has to look at.
    mutating func past(
        in log: LogID, _ extent: LogExtent, of proof: Standing.Proof, _ logs: some Logs
    ) throws -> VersionVector? {
        let question = Question(cause: proof.cause, device: proof.device, changes: proof.changes, log: log)
        if let known = answers[question], known.extent == extent { return known.past }
        let answer = try answers[question].flatMap { try hasGrown($0, in: log, extent, logs) ? $0 : nil }
        // Where the first who knew was found, nothing is left to look at.
        let isFound = answer.map { $0.end <= $0.extent.last } ?? false
        var low = answer?.end ?? extent.first
        var high = isFound ? low : extent.last + 1
        var past = answer?.past
        while low < high {
            let middle = low + (high - low) / 2
            guard let placement = try logs.placement(in: log, seq: middle) else { return past }
            if proof.isKnown(placement.past) {
                high = middle
            } else {
                past = placement.past
                low = middle + 1
            }
        }
        if answers.count >= Self.limit { answers = [:] }
        answers[question] = Answer(extent: extent, end: low, past: past)
        return past
    }

    /// Whether the log has grown from the one of then.
    private func hasGrown(_ answer: Answer, in log: LogID, _ extent: LogExtent, _ logs: some Logs) throws -> Bool {
        guard answer.extent.first == extent.first, answer.extent.last < extent.last else { return false }
        return try logs.placement(in: log, seq: answer.extent.last)?.stamp.change == answer.extent.tip
    }
}
