import Agreement
import Canon
import Dispatch
import Foundation
import Ledger
import Synchronization

/// A change whose body is to be opened.
struct Opening: Sendable {
    let change: Change
    private let source: Source

    private enum Source {
        /// With the key of its epoch if this device holds it.
        case body(epochKey: Bytes32?)
        /// This device has just written it.
        case plaintext([UInt8])
    }

    init(_ change: Change, epochKey: Bytes32?) { (self.change, source) = (change, .body(epochKey: epochKey)) }

    init(_ change: Change, saying plaintext: [UInt8]) { (self.change, source) = (change, .plaintext(plaintext)) }

    /// What a change says.
    enum Content: Sendable {
        case assertions([Assertion])
        /// No key is at hand.
        case sealed
        case damaged(String)
        /// It says something that this version does not know.
        case unknown
    }

    fileprivate var content: Content {
        switch source {
        case .body(let epochKey): change.changeKey(epochKey: epochKey).map { Self.content(of: change, with: $0) } ?? .sealed
        // As others will read it: what is no operation to them must be none here.
        case .plaintext(let plaintext): Self.read { try Body.decode(plaintext) }
        }
    }

    static func content(of change: Change, with key: Bytes32) -> Content {
        read { try Body.decode(try change.open(changeKey: key)) }
    }

    private static func read(_ operations: () throws -> [Ledger.Operation]) -> Content {
        do {
            let read = try operations().map { try Assertion($0) }
            let assertions = read.compactMap(\.self)
            return assertions.count == read.count ? .assertions(assertions) : .unknown
        } catch let error as LedgerError {
            return .damaged(error.description)
        } catch {
            return .damaged("its body is damaged: \(error)")
        }
    }
}

/// The contents of changes, which other cores open while the changes are admitted and those before them folded.
struct Openings {
    private let ids: [ChangeID]
    private let work: Work
    /// The one from which on contents have not been asked for.
    private var next = 0
    /// The contents of the share in which that lies; of earlier ones nothing is kept.
    private var share: (index: Int, contents: [Opening.Content])?

    init(_ openings: [Opening]) {
        ids = openings.map(\.change.id)
        work = Work(openings)
        work.callHelpers()
    }

    /// What a change says; to be asked for in the order of the openings, though not of each.
    mutating func content(of change: ChangeID) -> Opening.Content {
        while ids[next] != change { next += 1 }
        defer { next += 1 }
        let (index, place) = next.quotientAndRemainder(dividingBy: Work.size)
        if let share, share.index == index { return share.contents[place] }
        let contents = work.share(index)
        share = (index, contents)
        return contents[place]
    }
}

/// Openings in shares, each done once, by whoever comes first to it.
private final class Work: Sendable {
    private struct State {
        /// Shares from here on are nobody's yet.
        var next = 0
        var done: [Int: [Opening.Content]] = [:]
    }

    /// Openings that are done in one go; fewer are not worth another core.
    static let size = 32
    private static let cores = ProcessInfo.processInfo.activeProcessorCount

    private let openings: [Opening]
    private let state = Mutex(State())
    private let count: Int
    /// One for each core beside the caller's, and none where there is one share.
    private let helpers: Int
    /// Signalled with each share that a helper has done; nil where nobody helps.
    private let progress: DispatchSemaphore?

    init(_ openings: [Opening]) {
        self.openings = openings
        count = (openings.count + Self.size - 1) / Self.size
        helpers = max(1, min(Self.cores, count)) - 1
        progress = helpers > 0 ? DispatchSemaphore(value: 0) : nil
    }

    func callHelpers() {
        for _ in 0..<helpers { DispatchQueue.global().async { self.help() } }
    }

    private func help() {
        while let index = claimNext() {
            let contents = opened(index)
            state.withLock { $0.done[index] = contents }
            progress?.signal()
        }
    }

    /// The contents of one share; to be asked for once at most, in their order.
    func share(_ index: Int) -> [Opening.Content] {
        if claim(index) { return opened(index) }
        while true {
            if let contents = state.withLock({ $0.done.removeValue(forKey: index) }) { return contents }
            progress?.wait()
        }
    }

    private func claimNext() -> Int? {
        state.withLock { state in
            guard state.next < count else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    /// Those before it are not asked for any more, so nobody needs to open them.
    private func claim(_ index: Int) -> Bool {
        state.withLock { state in
            guard state.next <= index else { return false }
            state.next = index + 1
            return true
        }
    }

    private func opened(_ index: Int) -> [Opening.Content] { openings[(index * Self.size)...].prefix(Self.size).map(\.content) }
}
