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
    enum Body: Sendable {
        case assertions([Assertion])
        /// No key is at hand.
        case sealed
        case damaged(String)
        /// It says something that this version does not know.
        case unknown
    }

    /// Openings that are done in one go; fewer are not worth another core.
    private static let share = 32

    /// The bodies in order, opened on as many cores as there are.
    static func bodies(of openings: [Opening]) -> [Body] {
        guard openings.count > share else { return openings.map(\.body) }
        let shares = stride(from: 0, to: openings.count, by: share).map { openings[$0...].prefix(share) }
        let bodies = Mutex<[[Body]]>(Array(repeating: [], count: shares.count))
        DispatchQueue.concurrentPerform(iterations: shares.count) { index in
            let opened = shares[index].map(\.body)
            bodies.withLock { $0[index] = opened }
        }
        return bodies.withLock { $0.flatMap(\.self) }
    }

    private var body: Body {
        change.changeKey(epochKey: epochKey).map { Self.body(of: change, with: $0) } ?? .sealed
    }

    static func body(of change: Change, with key: Bytes32) -> Body {
        // Who does not belong to the space and what does not stand is read as well; it is not folded.
        guard change.header.audience != .control else { return .assertions([]) }
        do {
            var assertions: [Assertion] = []
            for operation in try Ledger.Body.decode(try change.open(changeKey: key)) {
                guard let assertion = try Assertion(operation) else { return .unknown }
                assertions.append(assertion)
            }
            return .assertions(assertions)
        } catch let error as LedgerError {
            return .damaged(error.description)
        } catch let error as CanonError {
            return .damaged("its body is damaged: \(error)")
        } catch {
            return .damaged("\(error)")
        }
    }
}
