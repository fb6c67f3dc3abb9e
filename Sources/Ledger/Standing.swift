/// The logs of a space, as far as it takes to tell who had seen what.
package protocol Logs {
    var extents: [LogID: LogExtent] { get throws }
    func placement(in log: LogID, seq: UInt64) throws -> Placement?
}

/// The numbers of a log's first and last change, and which one the last is: it says that all before it are the same, too.
package struct LogExtent: Equatable, Sendable {
    package let first: UInt64
    package let last: UInt64
    package let tip: ChangeID

    package init(first: UInt64, last: UInt64, tip: ChangeID) {
        self.first = first
        self.last = last
        self.tip = tip
    }
}

/// Which changes count of devices that forked, or were removed: by another of their person's, or with a person who was replaced.
///
/// A change at or after a fork, or that had not come before the removal of its device, stands if and only if it is in the past of a
/// change by another person whose own past holds no proof of that fork or removal. So nobody voids what another has acknowledged,
/// by forking or removing a device later; and nothing counts that comes to light only afterwards. This follows from headers and
/// the control log alone, whatever order they arrived in.
package struct Standing: Hashable, Sendable {
    /// Why a change does not stand.
    package enum Cause: String, Hashable, Sendable {
        case fork =
            "its device signed two different histories, and nobody else had acknowledged this before that came to light"
        case removal = "its device was removed, and nobody else had acknowledged this before they knew"
        case replacement = "its person was replaced, and nobody else had acknowledged this before they knew"
    }

    /// That a device forked, or was removed.
    package struct Proof: Hashable, Sendable {
        package let cause: Cause
        package let device: DeviceID
        /// The changes in the same place of a fork, or the removal; whoever has seen two of the former or the latter knows.
        package let changes: [Stamp]
        /// What of the device came before a removal.
        fileprivate let before: VersionVector
        /// What of the device others have acknowledged who did not know.
        fileprivate var acknowledged = VersionVector()

        func isKnown(_ past: VersionVector) -> Bool {
            changes.count(where: past.contains) >= (cause == .fork ? 2 : 1)
        }

        /// Notes what somebody acknowledged who did not know, as far as it is about what this concerns.
        fileprivate mutating func note(_ past: VersionVector) {
            let beginning = cause == .fork ? changes.map(\.seq).min() ?? 0 : 0
            acknowledged.merge(
                VersionVector(past.counts.filter { $0.key.device == device && $0.value > max(beginning, before[$0.key]) }))
        }

        fileprivate func concerns(_ placement: Placement) -> Bool {
            let stamp = placement.stamp
            guard stamp.device == device else { return false }
            switch cause {
            case .fork: return changes.contains { $0.change == stamp.change || placement.past.contains($0) }
            case .removal, .replacement: return !before.contains(stamp)
            }
        }
    }

    package private(set) var proofs: [Proof] = []

    package init() {}

    /// Works out what stands, from everything there is of a space; `forks` are the changes in each place that has several, and
    /// `roster` says whose the devices are.
    init(
        forks: [[Stamp]], removals: [Roster.Removal], roster: Roster, logs: some Logs, ignorance: inout Ignorance
    ) throws {
        proofs = forks.compactMap { changes in
            changes.first.map { Proof(cause: .fork, device: $0.device, changes: changes.sorted(), before: VersionVector()) }
        }
        proofs += removals.map {
            Proof(
                cause: $0.isReplacement ? .replacement : .removal, device: $0.device, changes: [$0.by.stamp],
                before: $0.by.past.of($0.device))
        }
        guard !proofs.isEmpty else { return }
        let extents = try logs.extents
        for index in proofs.indices {
            let person = roster.author(of: proofs[index].device)
            for (log, extent) in extents {
                guard let other = roster.author(of: log.device), other != person else { continue }
                if let past = try ignorance.past(in: log, extent, of: proofs[index], logs) { proofs[index].note(past) }
            }
        }
        proofs.sort { ($0.changes[0], $0.device) < ($1.changes[0], $1.device) }
    }

    package var isEmpty: Bool { proofs.isEmpty }

    /// Why a change does not stand; nil if it does.
    package func cause(against placement: Placement) -> Cause? {
        proofs.first { $0.concerns(placement) && !$0.acknowledged.contains(placement.stamp) }?.cause
    }
}

extension VersionVector {
    /// The part about one device.
    fileprivate func of(_ device: DeviceID) -> VersionVector { VersionVector(counts.filter { $0.key.device == device }) }
}
