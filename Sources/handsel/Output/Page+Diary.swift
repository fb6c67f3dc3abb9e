import HandselKit

extension Page {
    /// Slots that follow each other and are alike are one row.
    mutating func slots(_ slots: [SlotView], _ protection: [ProtectionView] = []) {
        let reasons = Dictionary(protection.map { ($0.start, $0.reason) }) { first, _ in first }
        let isHourly = !protection.isEmpty
        table(
            ["Day", "From–to (UTC)", .number("Time"), "How", "Who"] + (isHourly ? ["Protected"] : []) + ["Memo"],
            SlotRun.runs(of: slots, reasons).map { run in
                [
                    Line(UTC.day(run.first.start)), Line("\(UTC.clock(run.first.start))–\(UTC.clock(run.end))"),
                    Line("\(Minutes(run.count * 10))"), Line(run.first.isManual ? "by hand" : "timer"),
                    Line(run.first.name ?? "\(ShortID(run.first.person))"),
                ] + (isHourly ? [run.reason == nil ? Line("yes", .good) : Line("no", .waiting)] : [])
                    + [Line(run.first.memo ?? "")]
            })
        let unprotected = Dictionary(grouping: protection.compactMap(\.reason)) { $0 }
        if !unprotected.isEmpty { blank() }
        for (reason, slots) in unprotected.sorted(by: { $0.key < $1.key }) {
            line("\(Minutes(slots.count * 10)) not protected: \(reason).")
        }
    }
}

/// Slots that follow each other on one day, by one device, with one memo and equally protected.
private struct SlotRun {
    private static let length: UInt64 = 600_000
    private static let day: UInt64 = 86_400_000

    let first: SlotView
    /// Why it is not protected, if it is not.
    let reason: String?
    private(set) var count = 1

    /// The end of its last slot, in milliseconds.
    var end: UInt64 { first.start + UInt64(count) * Self.length }

    private func isContinued(by slot: SlotView, _ reason: String?) -> Bool {
        slot.start == end && slot.start / Self.day == first.start / Self.day && slot.device == first.device
            && slot.isManual == first.isManual && slot.memo == first.memo && reason == self.reason
    }

    static func runs(of slots: [SlotView], _ reasons: [UInt64: String?]) -> [SlotRun] {
        var runs: [SlotRun] = []
        for slot in slots {
            let reason = reasons[slot.start] ?? nil
            if let last = runs.last, last.isContinued(by: slot, reason) {
                runs[runs.count - 1].count += 1
            } else {
                runs.append(SlotRun(first: slot, reason: reason))
            }
        }
        return runs
    }
}
