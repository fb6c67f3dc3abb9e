import ArgumentParser
import HandselKit

/// Milestones of an offer on the command line: `TITLE:AMOUNT`, or `TITLE:AMOUNT:DUE`.
enum MilestoneOffer {
    /// Reads one milestone; throws what was expected.
    ///
    /// It is read from the right, so that a title may have colons in it. Whether the amount is one in the contract's
    /// currency is for the contract to say.
    static func parse(_ argument: String) throws -> MilestoneRequest {
        var parts = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let due = parts.count > 2 && isDay(parts[parts.count - 1]) ? parts.removeLast() : nil
        let amount = parts.count > 1 ? parts.removeLast() : ""
        let title = parts.joined(separator: ":")
        guard !title.isEmpty, !amount.isEmpty else {
            throw ValidationError("write TITLE:AMOUNT or TITLE:AMOUNT:DUE, as in Design:500.00:2026-12-15")
        }
        return MilestoneRequest(title: title, amount: amount, due: due)
    }

    private static func isDay(_ text: String) -> Bool { text.wholeMatch(of: /\d+-\d+-\d+/) != nil }
}
