import ArgumentParser
import HandselKit

/// `handsel status`: what is synced, with whom, since when, and what waits and why.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what is synced, with whom, and what waits.",
        discussion: """
            Example:
              handsel status
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let status = try await options.open().status()
        try options.show(status) { page in page.status(status) }
    }
}

extension Page {
    fileprivate mutating func status(_ status: StatusReport) {
        line("\(status.name, .bold)")
        if status.relays.isEmpty && status.peers.isEmpty {
            line("  You know no relay and no peer yet, so nothing leaves this device. Add one with `handsel relay add LINK`.")
        }
        for (title, addresses) in [("Relays", status.relays), ("Peers", status.peers)] where !addresses.isEmpty {
            heading(title)
            self.addresses(addresses)
        }
        spaces(status)
        if status.waitingJoins > 0 {
            heading("Waiting")
            line(
                "  \(Count(status.waitingJoins, "contract")) that you were invited to could not be fetched yet; `handsel sync` tries again."
            )
        }
        if let timer = status.timer {
            heading("Timer")
            self.timer(timer)
        }
    }

    private mutating func spaces(_ status: StatusReport) {
        heading("What is here")
        table(
            ["Space", .number("Changes"), .number("With a receipt"), "Not yet sent"],
            status.spaces.map { space in
                [
                    Line(space.title, .bold), Line("\(space.changes)"), Line("\(space.receipts)"), unsent(of: space, in: status),
                ]
            })
        let held = status.spaces.flatMap { space in space.heldBack.map { (space.title, $0) } }
        guard !held.isEmpty else { return }
        heading("Kept without effect")
        for (title, change) in held { line("  \(title): \(change.kind), \(change.reason)  \(ShortID(change.change), .faint)") }
    }

    /// How many changes each other device is not known to hold, the device by its name where it has one.
    private func unsent(of space: SpaceStatus, in status: StatusReport) -> Line {
        guard !space.unsent.isEmpty else { return "never synced" }
        let names = Dictionary((status.relays + status.peers).map { ($0.device, $0.name) }) { first, _ in first }
        let waiting = space.unsent.filter { $0.value > 0 }.sorted { $0.key < $1.key }
        guard !waiting.isEmpty else { return Line("nothing", .good) }
        let parts = waiting.map { "\($0.value) to \(names[$0.key] ?? "\(ShortID($0.key))")" }
        return Line(parts.joined(separator: ", "), .waiting)
    }
}
