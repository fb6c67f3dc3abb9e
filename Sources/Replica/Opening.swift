import Agreement
import Canon
import Dispatch
import Ledger
import Synchronization

/// A change whose body is to be opened, with the key of its epoch if this device holds it.
struct Opening: Sendable {
    let change: Change
    let epochKey: Bytes32?

    /// What a change says.
    enum Content: Sendable {
        case assertions([Assertion])
        /// No key is at hand.
        case sealed
        case damaged(String)
        /// It says something that this version does not know.
        case unknown
    }

    /// Openings that are done in one go; fewer are not worth another core.
    private static let share = 32

    /// The contents in order, opened on as many cores as there are.
    static func contents(of openings: [Opening]) -> [Content] {
        guard openings.count > share else { return openings.map(\.content) }
        let shares = stride(from: 0, to: openings.count, by: share).map { openings[$0...].prefix(share) }
        let contents = Mutex<[[Content]]>(Array(repeating: [], count: shares.count))
        DispatchQueue.concurrentPerform(iterations: shares.count) { index in
            let opened = shares[index].map(\.content)
            contents.withLock { $0[index] = opened }
        }
        return contents.withLock { $0.flatMap(\.self) }
    }

    private var content: Content {
        change.changeKey(epochKey: epochKey).map { Self.content(of: change, with: $0) } ?? .sealed
    }

    static func content(of change: Change, with key: Bytes32) -> Content {
        do {
            let read = try Body.decode(try change.open(changeKey: key)).map { try Assertion($0) }
            let assertions = read.compactMap(\.self)
            return assertions.count == read.count ? .assertions(assertions) : .unknown
        } catch let error as LedgerError {
            return .damaged(error.description)
        } catch {
            return .damaged("its body is damaged: \(error)")
        }
    }
}
