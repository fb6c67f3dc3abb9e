import Agreement
import Canon
import Foundation
import Ledger
public import Replica

extension Node {
    public func milestones(_ ref: String) throws -> [MilestoneView] {
        try replica.milestones(of: try replica.resolve(ref))
    }

    /// Hands in work on a milestone, with what there is to say and the files delivered.
    public func submit(_ ref: String, milestone: String, note: String, files: [String]) throws -> MilestoneView {
        let space = try replica.resolve(ref)
        let number = try number(of: milestone, in: space)
        let references = try files.map { try replica.attach(path: $0) }
        return try act(on: number, in: space, note: note, files: references) { state, hash in
            .submit(milestone: number, round: (state.milestone(number)?.round ?? 0) + 1, statement: hash)
        }
    }

    /// Sends the latest submission back.
    public func requestChanges(_ ref: String, milestone: String, note: String) throws -> MilestoneView {
        let space = try replica.resolve(ref)
        let number = try number(of: milestone, in: space)
        return try act(on: number, in: space, note: note, files: []) { state, hash in
            .requestChanges(milestone: number, round: state.milestone(number)?.round ?? 0, statement: hash)
        }
    }

    /// Prose first, then the act that cites it.
    private func act(
        on number: Int, in space: SpaceID, note: String, files: [FileReference], _ make: (ContractState, Bytes32) -> Act
    ) throws -> MilestoneView {
        guard note.utf8.count <= AgreementLimits.prose, files.count <= AgreementLimits.files else {
            throw HandselError(
                .refused,
                "A note has at most \(AgreementLimits.prose / 1_024) KiB and comes with at most "
                    + "\(AgreementLimits.files) files.")
        }
        try replica.commit(in: space) { composer in
            let prose = Prose(salt: composer.randomSalt(), text: note, files: files)
            let state = try composer.state()
            let act = make(state, prose.hash)
            if let reason = state.reasonToRefuse(act, by: try composer.role()) { throw HandselError(.refused, reason) }
            try composer.write([.edit(.statement(prose))], blobs: files.map(\.blob))
            _ = try composer.sign(act)
        }
        guard let view = try replica.milestones(of: space).first(where: { $0.number == number }) else {
            throw HandselError(.notFound, "The contract has no milestone \(number).")
        }
        return view
    }

    /// A milestone is named by its number, its title, or the beginning of its title.
    private func number(of milestone: String, in space: SpaceID) throws -> Int {
        let all = try replica.milestones(of: space)
        guard !all.isEmpty else {
            throw HandselError(
                .refused, "The contract is not active yet, so it has no milestones. Both sides accept its terms first.")
        }
        if let number = Int(milestone), all.contains(where: { $0.number == number }) { return number }
        let wanted = milestone.lowercased()
        let exact = all.filter { $0.title.lowercased() == wanted }
        let found = exact.isEmpty ? all.filter { !wanted.isEmpty && $0.title.lowercased().hasPrefix(wanted) } : exact
        if found.count == 1 { return found[0].number }
        let known = all.map { "\($0.number) \($0.title)" }.joined(separator: ", ")
        throw HandselError(
            found.isEmpty ? .notFound : .ambiguous,
            "\"\(milestone)\" names \(found.isEmpty ? "no milestone" : "more than one milestone"). There are: \(known).")
    }
}
