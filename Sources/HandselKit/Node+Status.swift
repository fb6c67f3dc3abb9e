import Canon
import Ledger
public import Replica

/// How far a space has come: what is here, what others are known to hold, what waits.
public struct SpaceStatus: Codable, Hashable, Sendable {
    public let id: String
    public let title: String
    /// `identity` or `contract`.
    public let kind: String
    public let changes: Int
    /// Changes of which a relay has signed a receipt.
    public let receipts: Int
    /// For each device that was synced with: changes it is not known to hold.
    public let unsent: [String: Int]
    public let heldBack: [HeldBackView]
}

/// What is synced, with whom, since when, and what waits and why.
public struct StatusReport: Codable, Hashable, Sendable {
    public let name: String
    public let relays: [AddressView]
    public let peers: [AddressView]
    public let spaces: [SpaceStatus]
    /// Links taken up whose contract has not been fetched yet.
    public let waitingJoins: Int
    public let timer: TimerView?
}

extension Node {
    public func status() throws -> StatusReport {
        let identity = try replica.identity()
        let titles = Dictionary(try replica.contracts().map { ($0.id, $0.title) }) { first, _ in first }
        let spaces = try replica.spaces().map { space -> SpaceStatus in
            let state = try replica.syncState(of: space)
            let id = space.description
            let unsent = state.unsent.filter { $0.key != replica.device }
            return SpaceStatus(
                id: id, title: titles[id] ?? "your identity", kind: titles[id] == nil ? "identity" : "contract",
                changes: state.changes, receipts: state.receipts,
                unsent: Dictionary(uniqueKeysWithValues: unsent.map { ($0.key.description, $0.value) }),
                heldBack: try replica.heldBack(in: space))
        }
        return StatusReport(
            name: identity.name, relays: try addresses(isRelay: true), peers: try addresses(isRelay: false), spaces: spaces,
            waitingJoins: try replica.heldInvites().count, timer: try timer())
    }
}
