import Ledger

/// The logs of one space: their local numbers, and where they end.
struct SpaceLogs: Sendable {
    private(set) var numbers: [LogID: Int64] = [:]
    private(set) var named: [Int64: LogID] = [:]
    /// The last change of each log that was asked for.
    var ends: [LogID: Placement] = [:]

    mutating func add(_ log: LogID, as number: Int64) {
        numbers[log] = number
        named[number] = log
    }

    /// Where a change stands that is the last of its log.
    func end(at change: ChangeID) -> Placement? { ends.values.first { $0.stamp.change == change } }

    /// Logs of those who forked, on which the control log depends beside its changes.
    var branches: Set<LogID> { Set(numbers.keys.filter { $0.branch != nil }) }
}
