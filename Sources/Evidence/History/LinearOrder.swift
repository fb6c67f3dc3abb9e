package import Ledger

extension Sequence<Change> {
    /// The changes by (Lamport, device, id), which is a causal order; what a missing change would add is left out.
    package func inLinearOrder() -> [Change] {
        let changes = Dictionary(map { ($0.id, $0) }) { first, _ in first }
        var waiting: [ChangeID: Int] = [:]
        var followers: [ChangeID: [ChangeID]] = [:]
        for change in changes.values {
            let dependencies = change.header.dependencies.filter { changes[$0] != nil }
            waiting[change.id] = dependencies.count
            for dependency in dependencies { followers[dependency, default: []].append(change.id) }
        }
        var lamports: [ChangeID: UInt64] = [:]
        var ready = waiting.filter { $0.value == 0 }.map(\.key)
        while let id = ready.popLast() {
            let lamport = 1 + (changes[id]?.header.dependencies.compactMap { lamports[$0] }.max() ?? 0)
            lamports[id] = lamport
            for follower in followers[id] ?? [] {
                waiting[follower, default: 0] -= 1
                if waiting[follower] == 0 { ready.append(follower) }
            }
        }
        let stamped = changes.values.map { change in
            (
                change,
                Stamp(lamport: lamports[change.id] ?? 0, device: change.header.device, seq: change.header.seq, change: change.id)
            )
        }
        return stamped.sorted { $0.1 < $1.1 }.map(\.0)
    }
}
